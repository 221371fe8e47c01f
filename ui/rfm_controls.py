"""What a manager tunes of RFM: how each measure is cut into scores, and the segment table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from crm_core import formats
from crm_core.language import N_, _, current_language, ngettext
from crm_core.rfm import Scores, measure_title
from crm_core.segment_table import Cell, SegmentTable, code, segment_name, source_name
from crm_core.settings import MOST_SCORES, RfmSegment, ScoreRange
from ui import scenarios
from ui.controls import help_of, number_setting, revert_button, title_of

LETTERS = {"days": "R", "orders": "F", "revenue": "M"}
CUTS = {"quantiles": N_("Equal parts"), "mean": N_("Mean"), "own": N_("Own points")}
TABLES = {"eleven": N_("Eleven segments"), "eight": N_("Eight types"), "own": N_("Own")}
RANGES = {"freshness": "R", "orders": "F", "revenue": "M"}
RANGE_TEXT = re.compile(rf"\s*([1-{MOST_SCORES}])\s*(?:[-–]\s*([1-{MOST_SCORES}])\s*)?")
EDITOR = "rfm segment editor"
EDITOR_HEIGHT = 300
LISTED_CELLS = 8


def rfm_controls(scores: Mapping[str, Scores], table: SegmentTable) -> None:
    """All controls of RFM, in tabs. `scores` and `table` are those in force."""
    cuts, segments = st.tabs([_("Cuts"), _("Segments")], key="rfm controls", on_change="rerun")
    if cuts.open:
        with cuts:
            for measure in LETTERS:
                _cuts(measure, scores.get(measure))
            number_setting("windows.lookback_days", step=1, unit=_("days"))
    if segments.open:
        with segments:
            _segments(table)
    revert_button(("rfm.", "windows.lookback_days"), key="revert rfm")


# ---------------------------------------------------------------------- cuts


def _cuts(measure: str, scores: Scores | None) -> None:
    """How one measure is cut; own points begin where the cuts in force are."""
    path = f"rfm.{measure}"
    kind = scenarios.setting(f"{path}.cut_by")
    points = _points_of(scores) if scores else ()
    with st.container(gap="xsmall", key=f"rfm cuts:{measure}"):
        st.markdown(f"**{LETTERS[measure]}** · {measure_title(measure)}", help=help_of(f"{path}.cut_by"))
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            key = f"choice:{path}.cut_by:{scenarios.epoch(f'{path}.cut_by')}"
            st.session_state.setdefault(key, kind)
            st.selectbox(
                title_of(f"{path}.cut_by"),
                list(CUTS),
                format_func=lambda name: _(CUTS[name]),
                key=key,
                on_change=_take_kind,
                args=(measure, key, points),
                label_visibility="collapsed",
                width=130,
            )
            if kind == "quantiles":
                _parts(f"{path}.parts", scenarios.setting(f"{path}.parts"))
            elif kind == "own":
                _parts(f"{path}.points", len(scenarios.setting(f"{path}.points")) + 1)
        if kind == "own":
            _points(path)


def _points_of(scores: Scores) -> tuple[float, ...]:
    """The cuts in force as break points, each once."""
    return tuple(sorted(set(scores.bounds)))


def _take_kind(measure: str, key: str, points: tuple[float, ...]) -> None:
    kind = st.session_state[key]
    if kind == "own" and points:
        scenarios.change_setting(f"rfm.{measure}.points", points)
    scenarios.change_setting(f"rfm.{measure}.cut_by", kind, by=f"rfm.{measure}.cut_by")


def _parts(path: str, count: int) -> None:
    """How many scores: of equal parts, or by adding and taking away break points."""
    key = f"parts:{path}:{scenarios.epoch(path)}:{count}"
    st.session_state.setdefault(key, count)
    st.segmented_control(
        _("Scores"),
        list(range(2, MOST_SCORES + 1)),
        required=True,
        key=key,
        on_change=_take_parts,
        args=(path, key),
        label_visibility="collapsed",
        width=165,
    )


def _take_parts(path: str, key: str) -> None:
    count = st.session_state[key]
    if path.endswith(".parts"):
        scenarios.change_setting(path, count)
        return
    points = list(scenarios.setting(path))[: count - 1]
    while len(points) < count - 1:
        points.append(points[-1] * 2 if points[-1] > 0 else points[-1] + 1)
    scenarios.change_setting(path, tuple(points))


def _points(path: str) -> None:
    points = scenarios.setting(f"{path}.points")
    for place, column in enumerate(st.columns(len(points), gap="small")):
        key = f"point:{path}:{place}:{scenarios.epoch(f'{path}.points')}:{points[place]}"
        column.number_input(
            _("Break point {number}").format(number=place + 1),
            value=float(points[place]),
            step=1.0,
            format="%g",
            key=key,
            on_change=_take_point,
            args=(f"{path}.points", place, key),
            label_visibility="collapsed",
        )


def _take_point(path: str, place: int, key: str) -> None:
    points = list(scenarios.setting(path))
    if (value := st.session_state[key]) is not None and place < len(points):
        points[place] = value
        scenarios.change_setting(path, tuple(points))


# ---------------------------------------------------------------------- the segment table


@dataclass(frozen=True)
class Edited:
    """What the editor on screen holds: the lines it began with, and what they became."""

    key: str
    began: tuple[RfmSegment, ...]
    became: tuple[RfmSegment, ...]
    language: str


def _segments(table: SegmentTable) -> None:
    path = "rfm.table"
    key = f"choice:{path}:{scenarios.epoch(path)}"
    st.session_state.setdefault(key, scenarios.setting(path))
    st.segmented_control(
        title_of(path),
        list(TABLES),
        required=True,
        format_func=lambda name: _(TABLES[name]),
        key=key,
        help=help_of(path),
        on_change=_take_table,
        args=(key, table),
        width="stretch",
    )
    _editor(table.lines)
    _check(table)


def _take_table(key: str, table: SegmentTable) -> None:
    """A ready table comes with the cuts it is made for; one's own begins as the table in force."""
    chosen = st.session_state[key]
    usual = {"eleven": ("mean", "quantiles"), "eight": ("quantiles", "mean")}.get(chosen)
    for measure in LETTERS:
        if usual and scenarios.setting(f"rfm.{measure}.cut_by") == usual[0]:
            scenarios.change_setting(f"rfm.{measure}.cut_by", usual[1])
    if chosen == "own":
        scenarios.change_setting("rfm.segments", table.lines)
    scenarios.change_setting("rfm.table", chosen)


def _editor(lines: tuple[RfmSegment, ...]) -> None:
    """The lines of the table in force, which may be changed, added and taken away."""
    edited = _on_screen(lines)
    ranges = {
        name: st.column_config.TextColumn(
            letter,
            validate=rf"^{RANGE_TEXT.pattern}$",
            default=f"1-{MOST_SCORES}",
            required=True,
            width=50,
            help=_("A score or a range of scores: 5, or 4-5"),
        )
        for name, letter in RANGES.items()
    }
    st.data_editor(
        [_shown(line) for line in edited.began],
        key=edited.key,
        num_rows="dynamic",
        hide_index=True,
        height=EDITOR_HEIGHT,
        column_config={
            "name": st.column_config.TextColumn(_("Segment"), required=True, max_chars=60, width=150),
            **ranges,
        },
        on_change=_take_edits,
        placeholder="",
    )


def _on_screen(lines: tuple[RfmSegment, ...]) -> Edited:
    """The editor as it stands while it shows `lines`; a new one when something else changed them."""
    held: Edited | None = st.session_state.get(EDITOR)
    is_current = held is not None and held.became == lines and held.language == current_language()
    if held is None or not is_current or (held.became != held.began and held.key not in st.session_state):
        number = int(held.key.rpartition(":")[2]) + 1 if held else 0
        held = Edited(f"{EDITOR}:{number}", lines, lines, current_language())
        st.session_state[EDITOR] = held
    return held


def _take_edits() -> None:
    held: Edited = st.session_state[EDITOR]
    became = edited_lines(held.began, st.session_state[held.key])
    st.session_state[EDITOR] = Edited(held.key, held.began, became, held.language)
    scenarios.change_setting("rfm.segments", became)
    scenarios.change_setting("rfm.table", "own")


def edited_lines(began: Sequence[RfmSegment], edits: Mapping[str, Any]) -> tuple[RfmSegment, ...]:
    """The lines after what was changed, added and taken away in the editor; lines not yet complete do not count."""
    changed: Mapping[int, Mapping[str, Any]] = edits["edited_rows"]
    kept = [
        {**_shown(line), **changed.get(place, {})}
        for place, line in enumerate(began)
        if place not in edits["deleted_rows"]
    ]
    return tuple(line for row in [*kept, *edits["added_rows"]] if (line := _line(row)))


def _shown(line: RfmSegment) -> dict[str, str]:
    return {"name": segment_name(line.name)} | {name: scores_text(getattr(line, name)) for name in RANGES}


def _line(row: Mapping[str, Any]) -> RfmSegment | None:
    """The line in a row of the editor; None while it is not complete."""
    name = str(row.get("name") or "").strip()
    ranges = {column: _range_of(row.get(column)) for column in RANGES}
    if not name or None in ranges.values():
        return None
    return RfmSegment(name=source_name(name), **ranges)


def scores_text(scores: ScoreRange) -> str:
    """A range of scores as the editor writes it: "4-5", or "5" alone."""
    low, high = scores
    return str(low) if low == high else f"{low}-{high}"


def _range_of(text: Any) -> ScoreRange | None:
    """The scores of "4-5", "5-4" or "4"; None for anything else."""
    found = RANGE_TEXT.fullmatch(str(text or ""))
    if found is None:
        return None
    scores = [int(score) for score in found.groups() if score]
    return min(scores), max(scores)


# ---------------------------------------------------------------------- what is wrong with it


def _check(table: SegmentTable) -> None:
    """What the table leaves out, holds twice or can never reach; or that nothing is wrong."""
    count = len(table.cells)
    if table.is_total:
        sentence = _("Each of the {count} combinations of scores belongs to exactly one segment.")
        st.caption(f":material/check_circle: {sentence.format(count=count)}")
        return
    if table.uncovered:
        missing = len(table.uncovered)
        _warn(
            ngettext(
                "{missing} of {count} combinations belongs to no segment",
                "{missing} of {count} combinations belong to no segment",
                missing,
            ).format(missing=missing, count=count),
            [code(cell) for cell in table.uncovered],
        )
    if table.doubly_covered:
        double = len(table.doubly_covered)
        _warn(
            ngettext(
                "{double} combination belongs to several segments; the upper line decides",
                "{double} combinations belong to several segments; the upper line decides",
                double,
            ).format(double=double),
            [_claimed(cell, names) for cell, names in table.doubly_covered.items()],
        )
    if table.unreachable:
        _warn(_("Can never occur"), [segment_name(name) for name in table.unreachable])


def _claimed(cell: Cell, names: Sequence[str]) -> str:
    return f"{code(cell)} ({' / '.join(segment_name(name) for name in names)})"


def _warn(sentence: str, items: Sequence[str]) -> None:
    """A flaw with the first of the combinations concerned; the help has them all."""
    more = len(items) - LISTED_CELLS
    shown = formats.listed(items[:LISTED_CELLS]) + (f" +{more}" if more > 0 else "")
    st.caption(f":orange[:material/warning: {sentence}:] {shown}", help=formats.listed(items) if more > 0 else None)
