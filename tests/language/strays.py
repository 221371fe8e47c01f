"""Finds words that a reader sees and the catalogue does not know.

A stray is a string literal (or an f-string with words in it) that stands where text is shown: in a call that
draws, in a label or help argument, in an error a person reads, in a chart. Text that goes through
`_`, `ngettext` or `N_` is a call, not a literal, so it never counts.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DRAWING = """
    altair_chart area_chart badge balloons bar_chart button caption checkbox columns_header data_editor dataframe
    date_input datetime_input dialog download_button error expander feedback file_uploader form form_submit_button
    header info link_button markdown menu_button metric multiselect number_input page_link pills popover
    radio segmented_control select_slider selectbox slider spinner status subheader success table tabs text text_area
    text_input time_input title toast toggle toggle_button warning write
"""
DRAWING = frozenset(_DRAWING.split())
_SHOWN_ARGUMENTS = """
    alt annotation_text body caption delta_description description heading help hovertemplate hovertext label
    placeholder subtitle text texttemplate ticksuffix ticktext title tooltip validate_message
"""
SHOWN_ARGUMENTS = frozenset(_SHOWN_ARGUMENTS.split())
CHART_CALLS = frozenset(("Panel", "alt_text", "axis_title", "bold", "empty", "hover", "sentences"))
READABLE_ERRORS = frozenset(("CrmError", "InputError", "NotEnoughData", "SettingsError", "StoreError"))
COLUMN_CONFIG = re.compile(r"[A-Z][a-z]+Column$")

NOT_WORDS = re.compile(
    r":material/\w+:"  # icons
    r"|:[a-z]+(?:-background|-badge)?\["  # markdown colours
    r"|</?[a-zA-Z][^<>]*>"  # tags
    r"|&[a-z]+;|&#\d+;"  # entities
    r"|%\{[^}]*\}"  # Plotly's placeholders
    r"|%[-+0-9.,]*[a-zA-Z]"  # printf formats
    r"|https?://\S+"
)
LETTERS = re.compile(r"[A-Za-z\u4e00-\u9fff]{2,}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Stray:
    """A literal shown to the reader: where, and what it says."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text!r}"


def strays_of(source: str, path: str, readable_errors: frozenset[str] = READABLE_ERRORS) -> list[Stray]:
    """Every stray of one file, in the order of its lines."""
    found = {
        (node.lineno, text)
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        for place in _shown_places(call, path, readable_errors)
        for node, text in _literals(place)
        if LETTERS.search(NOT_WORDS.sub("", text))
    }
    return [Stray(path, line, text) for line, text in sorted(found)]


def chinese_literals(source: str, path: str) -> list[Stray]:
    """Chinese written into code, where it should be in the catalogue. Docstrings do not count."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        Stray(path, node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and CHINESE.search(node.value)
    ]


def errors_a_person_reads(errors_file: Path) -> frozenset[str]:
    """The names of the classes in `errors.py` that descend from CrmError."""
    classes = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for node in ast.parse(errors_file.read_text("utf-8")).body
        if isinstance(node, ast.ClassDef)
    }
    known = {"CrmError"}
    while more := {name for name, bases in classes.items() if bases & known} - known:
        known |= more
    return frozenset(known)


def _shown_places(call: ast.Call, path: str, readable_errors: frozenset[str]) -> Iterator[ast.expr]:
    """The arguments of a call whose text a reader sees."""
    name = _name(call.func)
    is_page = not path.startswith("crm_core/")
    if is_page and (name in DRAWING or COLUMN_CONFIG.search(name)):
        has_codes = any(argument.arg == "format_func" for argument in call.keywords)
        yield from call.args[:1] if has_codes else call.args
    if name in readable_errors or (name in CHART_CALLS and "charts/" in path):
        yield from call.args
    if is_page or "charts/" in path:
        yield from (argument.value for argument in call.keywords if argument.arg in SHOWN_ARGUMENTS)
    if name == "Field" and "settings/" in path:
        yield from (argument.value for argument in call.keywords if argument.arg in ("title", "description"))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _literals(place: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The literal texts of an expression; whatever a call returns is somebody else's care."""
    if isinstance(place, ast.Constant) and isinstance(place.value, str):
        yield place, place.value
    elif isinstance(place, ast.JoinedStr):
        yield place, "".join(part.value for part in place.values if isinstance(part, ast.Constant))
        for part in place.values:
            if isinstance(part, ast.FormattedValue):
                yield from _literals(part.value)
    elif isinstance(place, ast.List | ast.Tuple | ast.Set):
        for element in place.elts:
            yield from _literals(element)
    elif isinstance(place, ast.Dict):
        for value in place.values:
            yield from _literals(value)
    elif isinstance(place, ast.BinOp):
        yield from _literals(place.left)
        yield from _literals(place.right)
    elif isinstance(place, ast.IfExp):
        yield from _literals(place.body)
        yield from _literals(place.orelse)
    elif isinstance(place, ast.BoolOp):
        for value in place.values:
            yield from _literals(value)
    elif (
        isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute) and place.func.attr in ("format", "join")
    ):
        yield from _literals(place.func.value)
    elif isinstance(place, ast.Starred | ast.NamedExpr):
        yield from _literals(place.value)
