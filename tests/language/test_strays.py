"""Nothing a reader sees stands outside the catalogue."""

from pathlib import Path

import pytest

from crm_core.locale_tools import PROJECT_FOLDER, source_files
from tests.language.strays import CHINESE, chinese_literals, errors_a_person_reads, strays_of

FILES = [path.relative_to(PROJECT_FOLDER).as_posix() for path in source_files()]

# (path, text): why a reader may see it as it is, in every language.
ALLOWED: dict[tuple[str, str], str] = {
    ("*", "Clientele"): "the product's own name",
    ("*", "知客"): "the product's own name",
    ("*", "Clientele · 知客"): "the product's own name",
    ("*", "English"): "a language is named in its own words",
    ("*", "简体中文"): "a language is named in its own words",
    ("ui/demo.py", "Lanmere Wholesale · 岚沐批发"): "the demo company's own name",
    ("ui/demo.py", "lanmere-wholesale-岚沐批发"): "the folder of the demo company",
    ("*", "中文"): "a language is named in its own words",
}

# Where Chinese in the code is data, not words shown: synonyms, units, the demo company, readers of dates and money.
CHINESE_IS_DATA = (
    "crm_core/schema.py",
    "crm_core/formats.py",
    "crm_core/locale_tools.py",
    "crm_core/demo",
    "crm_core/ingest",
)


def source(path):
    return (PROJECT_FOLDER / path).read_text("utf-8")


def is_allowed(stray):
    return (stray.path, stray.text) in ALLOWED or ("*", stray.text) in ALLOWED


@pytest.mark.parametrize("path", FILES)
def test_no_text_is_shown_outside_the_catalogue(path):
    errors = errors_a_person_reads(PROJECT_FOLDER / "crm_core" / "errors.py")
    strays = [str(stray) for stray in strays_of(source(path), path, errors) if not is_allowed(stray)]

    assert strays == []


@pytest.mark.parametrize("path", [path for path in FILES if not path.startswith(CHINESE_IS_DATA)])
def test_no_chinese_is_written_into_code_that_shows_it(path):
    strays = [str(stray) for stray in chinese_literals(source(path), path) if not is_allowed(stray)]

    assert strays == []


def test_every_exception_to_the_rule_still_names_a_file_and_gives_its_reason():
    assert [path for path, _text in ALLOWED if path != "*" and not (PROJECT_FOLDER / path).exists()] == []
    assert all(ALLOWED.values())


STRAYS = {
    "a title": 'st.title("Value tiers")',
    "a label by name": 'ui.slider(label="Weight")',
    "a help": 'left.slider(_("Weight"), help="How much it counts")',
    "words in an f-string": 'st.write(f"{count} customers")',
    "one side of a choice": 'st.caption(_("Saved") if saved else "Draft")',
    "a list of tabs": 'st.tabs(["One", _("Two")])',
    "words put together": 'st.markdown("**Total** " + total)',
    "a format of a literal": 'st.write("{n} left".format(n=3))',
    "a column heading": 'st.column_config.NumberColumn("Revenue")',
    "Chinese": 'st.title("价值等级")',
    "words between tags": 'st.markdown("<b>Total</b>")',
}
NO_STRAYS = {
    "translated": 'st.title(_("Value tiers"))',
    "translated and filled": 'st.title(_("{n} left").format(n=3))',
    "a figure alone": 'st.write(f"**{total}** · {share}")',
    "an icon": 'st.button(_("Save"), icon=":material/save:")',
    "a key": 'st.slider(_("Weight"), key="weight")',
    "a number format": 'st.column_config.NumberColumn(_("Revenue"), format="%.2f")',
    "a tag": 'st.markdown("<hr>")',
    "options that are codes": 'st.radio(_("Order"), ["asc", "desc"], format_func=names.get)',
    "an argument that is a code": 'st.plotly_chart(figure, theme="streamlit")',
}


@pytest.mark.parametrize("name", STRAYS)
def test_the_finder_sees(name):
    assert len(strays_of(STRAYS[name], "pages/any.py")) == 1


@pytest.mark.parametrize("name", NO_STRAYS)
def test_the_finder_lets_pass(name):
    assert strays_of(NO_STRAYS[name], "pages/any.py") == []


def test_the_finder_reads_errors_and_charts_in_the_core_and_nothing_else():
    assert len(strays_of('raise InputError("No rows")', "crm_core/ingest/any.py")) == 1
    assert len(strays_of('raise InputError(f"No rows in {name}")', "crm_core/ingest/any.py")) == 1
    assert len(strays_of('style.hover("Revenue", x)', "crm_core/charts/any.py")) == 1
    assert strays_of('raise ValueError("No rows")', "crm_core/ingest/any.py") == []
    assert strays_of('frame.table("orders")', "crm_core/any.py") == []


def test_a_descendant_of_crm_error_is_an_error_a_person_reads(tmp_path: Path):
    errors = tmp_path / "errors.py"
    errors.write_text(
        "class CrmError(Exception): ...\nclass A(CrmError): ...\nclass B(A): ...\nclass C(Exception): ...\n"
    )

    assert errors_a_person_reads(errors) == {"CrmError", "A", "B"}


def test_chinese_in_a_docstring_is_no_stray():
    assert chinese_literals('"""知客"""\nx = 1', "any.py") == []
    assert CHINESE.search(chinese_literals('x = "知客"', "any.py")[0].text)
