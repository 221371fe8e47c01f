"""The catalogue says everything the code says, and nothing else."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from crm_core import language
from crm_core.language import LANGUAGES, SOURCE_LANGUAGE, _, ngettext, speaking
from crm_core.locale_tools import (
    as_text,
    catalogue_path,
    flaws,
    marked_strings,
    merged,
    placeholders,
    pseudo,
    read_catalogue,
    used_strings,
)

TRANSLATED = [code for code in LANGUAGES if code != SOURCE_LANGUAGE]


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_string_of_the_code_is_translated_with_its_placeholders_and_none_is_left_over(code):
    assert [str(flaw) for flaw in flaws(used_strings(), read_catalogue(code))] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_is_written_as_the_tool_writes_it(code):
    stands = catalogue_path(code).read_bytes()

    assert as_text(merged(used_strings(), read_catalogue(code), code), code) == stands


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_holds_a_line_number_or_a_date(code):
    text = catalogue_path(code).read_text("utf-8")

    assert "Creation-Date" not in text
    assert ".py:" not in text


def used(*messages):
    catalogue = Catalog()
    for message in messages:
        catalogue.add(message)
    return catalogue


def known(**strings):
    catalogue = Catalog(locale="zh_Hans")
    for message, string in strings.items():
        catalogue.add(message.replace("_", " "), string)
    return catalogue


def problems(of, against):
    return [flaw.problem for flaw in flaws(of, against)]


def test_a_new_string_comes_empty_and_a_known_one_keeps_its_translation():
    result = merged(used("Tier", "New"), known(Tier="等级"), "zh_Hans")

    assert [(message.id, message.string) for message in result if message.id] == [("New", ""), ("Tier", "等级")]


def test_a_string_no_longer_used_goes():
    assert merged(used("Tier"), known(Tier="等级", Old="旧"), "zh_Hans").get("Old") is None


def test_the_catalogue_is_alphabetical_whatever_the_order_in_the_code():
    one = as_text(merged(used("b", "A", ("{n} day", "{n} days")), known(A="甲"), "zh_Hans"), "zh_Hans")
    other = as_text(merged(used(("{n} day", "{n} days"), "A", "b"), known(A="甲"), "zh_Hans"), "zh_Hans")

    assert one == other
    assert [line for line in one.decode().splitlines() if line.startswith("msgid ")][1:] == [
        'msgid "A"', 'msgid "b"', 'msgid "{n} day"',
    ]  # fmt: skip


def test_a_string_that_became_plural_is_translated_anew():
    result = merged(used(("Tier", "Tiers")), known(Tier="等级"), "zh_Hans")

    assert result.get("Tier").string == ("",)


@pytest.mark.parametrize(
    ("of", "against", "problem"),
    [
        (used("Tier"), known(), "not in the catalogue"),
        (used("Tier"), known(Tier=""), "not translated"),
        (used(("{n} day", "{n} days")), Catalog(locale="zh_Hans"), "not in the catalogue"),
        (used("{n} left"), known(**{"{n}_left": "剩余"}), "placeholders [] instead of ['n']"),
        (used("{n} left"), known(**{"{n}_left": "剩余 {m}"}), "placeholders ['m'] instead of ['n']"),
        (used("{n} left"), known(**{"{n}_left": "剩余 {n"}), "braces that do not match"),
        (used(), known(Old="旧"), "no longer used"),
        (used("Tier"), known(Tier="等级"), None),
    ],
)
def test_the_check_names_each_kind_of_flaw(of, against, problem):
    assert problems(of, against) == ([problem] if problem else [])


def test_a_fuzzy_translation_counts_as_missing():
    catalogue = Catalog(locale="zh_Hans")
    catalogue.add("Tier", "等级", flags=["fuzzy"])

    assert problems(used("Tier"), catalogue) == ["marked fuzzy"]


def test_placeholders_are_the_names_in_braces():
    assert placeholders("{count} of {total}, {{not this}}") == {"count", "total"}


def test_the_pseudo_language_leaves_placeholders_tags_and_icons_alone():
    assert pseudo("{count} customers <b>lost</b> :material/save:") == "{count} çúštómérš <b>lóšt</b> :material/save:"


def test_the_reader_is_followed_and_a_block_speaks_over_it(monkeypatch):
    monkeypatch.setattr(language, "_followed", None)
    language.follow(lambda: "zh_Hans")

    assert _("High loyalty") == "高度忠诚"
    with speaking("en"):
        assert _("High loyalty") == "High loyalty"
    assert ngettext("{count} day", "{count} days", 2) == "{count} 天"


def test_a_language_we_do_not_speak_is_english(monkeypatch):
    monkeypatch.setattr(language, "_followed", lambda: "tlh")

    assert language.current_language() == "en"


def test_a_string_without_translation_is_shown_in_english():
    with speaking("zh_Hans"):
        assert _("A sentence nobody wrote") == "A sentence nobody wrote"  # not in the catalogue on purpose


def test_every_source_file_is_read(tmp_path: Path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "one.py").write_text('_("Seen")\nngettext("{n} x", "{n} xs", 2)\nN_("Later")\n')
    (tmp_path / "app.py").write_text('_("First")')

    assert [message.id for message in used_strings(tmp_path) if message.id] == [
        "First",
        "Seen",
        ("{n} x", "{n} xs"),
        "Later",
    ]


def test_a_name_looked_up_inside_the_call_is_not_a_string_of_the_readers():
    source = '_(names["key"])\n_("One " "sentence")\n_(title)\nngettext(one, many, 2)\nshown._("method")'

    assert list(marked_strings(source)) == ["One sentence"]
