"""The colours with a meaning, the same on every page.

Three palettes: tiers (ordered, the last one grey), loyalty types (unordered), risk bands (ordered
by urgency). Each colour keeps a contrast of 3:1 against both themes' backgrounds and stays apart
from its neighbours for readers without red, green or blue vision. Colour never speaks alone: every
part has a label, and a shape or a pattern of its own.
"""

TIER_COLOURS = ("#4058C4", "#1278B4", "#128A98", "#3F9F63", "#92960F", "#8E8D89")
TIER_CHOICE = {1: (0,), 2: (0, 5), 3: (0, 2, 5), 4: (0, 1, 3, 5), 5: (0, 1, 3, 4, 5), 6: (0, 1, 2, 3, 4, 5)}

LOYALTY_TYPES = ("high", "inertia", "latent", "zero")
LOYALTY_COLOURS = {"high": "#5E9C74", "inertia": "#B8470F", "latent": "#A06CD5", "zero": "#626B7D"}
LOYALTY_SYMBOLS = {"high": "circle", "inertia": "square", "latent": "diamond", "zero": "triangle-up"}
LOYALTY_PATTERNS = {"high": "", "inertia": "/", "latent": ".", "zero": "-"}

RISK_BANDS = ("low", "watch", "high", "lost")
RISK_COLOURS = {"low": "#6297C8", "watch": "#C28000", "high": "#C4261A", "lost": "#596576"}
RISK_PATTERNS = {"low": "", "watch": "/", "high": "x", "lost": "."}

STAGE_COLOURS = {
    "prospect": "#8E8D89",
    "new": "#1278B4",
    "growing": "#3F9F63",
    "mature": "#4058C4",
    "declining": "#C28000",
    "dormant": "#A06CD5",
    "lost": "#596576",
    "won_back": "#C2477F",
    "unknown": "#8E8D89",
}
"""The stages of the lifecycle; always beside their names."""

SERIES = ("#2B79B9", "#B8470F", "#5E9C74", "#A06CD5", "#8E8D89")
"""Lines without an order, such as segments; each also has a dash of its own."""
SERIES_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

UNSCORED = "#6F7682"  # customers without a score
PLAIN = "#2B79B9"  # a measure that has no class
RISE = "#1278B4"  # moved to a better tier
FALL = "#C4261A"  # moved to a worse tier
FAINT = "rgba(128, 136, 150, 0.16)"  # tracks and cells that stay where they are
GUIDE = "rgba(128, 136, 150, 0.75)"  # thresholds and reference lines

TEXT = "#000037"  # Streamlit exchanges this very value for its theme's text colour; elsewhere it reads as black
INK = "#0B0D12"
PAPER = "#FFFFFF"


def tier_colours(count: int) -> tuple[str, ...]:
    """The colours of `count` tiers (1-6), best first; the last of several is grey."""
    return tuple(TIER_COLOURS[place] for place in TIER_CHOICE[count])


def tier_colour(tier_number: int, count: int) -> str:
    """The colour of one tier of `count`; 1 is best, and what lies beyond the last tier is `UNSCORED`."""
    return tier_colours(count)[tier_number - 1] if tier_number <= count else UNSCORED


def tier_pattern(tier_number: int, count: int) -> str:
    """Tiers are plain; customers without a score are hatched."""
    return "" if tier_number <= count else "/"


def text_on(colour: str) -> str:
    """Ink or paper, whichever is easier to read on a `#rrggbb` colour."""
    return max((INK, PAPER), key=lambda text: contrast(text, colour))


def veil(colour: str, strength: float) -> str:
    """`colour` made see-through so that text in the theme's own colour stays readable on it.

    `strength` (0-1) is how much of the scale to use; the strongest veil covers 60 %.
    """
    red, green, blue = _channels(colour)
    return f"rgba({red}, {green}, {blue}, {0.08 + 0.52 * min(max(strength, 0.0), 1.0):.3f})"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (1-21) as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (value / 255 for value in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
