"""The palettes keep their promise: visible on both themes, apart without colour vision, never colour alone."""

from itertools import combinations, pairwise

import pytest

from crm_core.charts import palette

LIGHT, DARK = "#FFFFFF", "#10161F"
PALETTES = {
    "tiers": palette.TIER_COLOURS,
    "loyalty": tuple(palette.LOYALTY_COLOURS.values()),
    "risk": tuple(palette.RISK_COLOURS.values()),
    "stages": tuple(palette.STAGE_COLOURS.values()),
    "series": palette.SERIES,
    "plain": (palette.PLAIN, palette.RISE, palette.FALL),
}

# Machado, Oliveira & Fernandes (2009), full severity, on linear RGB.
SIGHT = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def times(matrix, vector):
    return [sum(cell * value for cell, value in zip(row, vector, strict=True)) for row in matrix]


def seen(colour, sight):
    """`colour` in Oklab (Ottosson 2020) as somebody with that sight sees it."""
    channels = [value / 255 for value in bytes.fromhex(colour[1:])]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    visible = [min(max(value, 0.0), 1.0) for value in times(SIGHT[sight], linear)]
    to_cones = (
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    )
    to_lab = (
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    )
    return times(to_lab, [value ** (1 / 3) for value in times(to_cones, visible)])


def distance(one, other, sight):
    pairs = zip(seen(one, sight), seen(other, sight), strict=True)
    return 100 * sum((mine - yours) ** 2 for mine, yours in pairs) ** 0.5


@pytest.mark.parametrize("name", PALETTES)
def test_every_colour_stands_out_from_both_backgrounds(name):
    contrasts = [palette.contrast(colour, theme) for colour in PALETTES[name] for theme in (LIGHT, DARK)]

    assert min(contrasts) >= 2.9


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("name", ["loyalty", "risk"])
def test_types_and_bands_are_told_apart_by_every_sight(name, sight):
    assert min(distance(*pair, sight) for pair in combinations(PALETTES[name], 2)) >= 9


@pytest.mark.parametrize("sight", ["full", "no red", "no green"])
@pytest.mark.parametrize("count", range(2, 7))
def test_neighbouring_tiers_are_told_apart(count, sight):
    assert min(distance(*pair, sight) for pair in pairwise(palette.tier_colours(count))) >= 4


@pytest.mark.parametrize("count", range(2, 7))
def test_the_best_tier_is_always_the_same_blue_and_the_last_always_grey(count):
    colours = palette.tier_colours(count)

    assert (colours[0], colours[-1]) == (palette.TIER_COLOURS[0], palette.TIER_COLOURS[-1])
    assert len(set(colours)) == count


def test_text_on_a_colour_can_be_read():
    colours = [colour for colours in PALETTES.values() for colour in colours]

    assert min(palette.contrast(palette.text_on(colour), colour) for colour in colours) >= 4.5


def test_every_loyalty_type_and_band_has_a_shape_or_pattern_of_its_own():
    for shapes in (palette.LOYALTY_SYMBOLS, palette.LOYALTY_PATTERNS, palette.RISK_PATTERNS):
        assert len(set(shapes.values())) == 4


def test_text_in_the_themes_own_colour_can_be_read_on_the_strongest_veil():
    for base in (*PALETTES["tiers"], *PALETTES["plain"]):
        red, green, blue, share = (float(part) for part in palette.veil(base, 1)[5:-1].split(","))
        for background, text in ((LIGHT, "#262730"), (DARK, "#FAFAFA")):
            below = bytes.fromhex(background[1:])
            mixed = [
                round(share * top + (1 - share) * under) for top, under in zip((red, green, blue), below, strict=True)
            ]
            assert palette.contrast("#" + bytes(mixed).hex(), text) >= 4.5
