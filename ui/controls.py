"""Controls made from settings: bounds, default, title and help stand in the settings' fields.

Every control writes to the draft (`ui.scenarios`) and shows what the draft holds, so that a preset, a
revert and a link move the sliders too. A control whose setting was changed by something else is made
anew under another key instead of being told its value: what the browser still holds of the old one
could otherwise come back with the next move and undo it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crm_core import formats
from crm_core.language import _
from crm_core.settings import Scenario
from ui import scenarios

ON_SCREEN = "controls on screen"


def field_of(path: str) -> FieldInfo:
    """The field of a setting: `field_of("churn.high_from")`."""
    model: type[BaseModel] = Scenario
    *parents, last = path.split(".")
    for name in parents:
        annotation = model.model_fields[name].annotation
        assert isinstance(annotation, type)
        assert issubclass(annotation, BaseModel)
        model = annotation
    return model.model_fields[last]


def title_of(path: str) -> str:
    """What a setting is called, in the language now spoken."""
    return _(str(field_of(path).title))


def help_of(path: str) -> str | None:
    """What a setting does, in the language now spoken."""
    description = field_of(path).description
    return _(description) if description else None


def bounds_of(path: str) -> tuple[float, float]:
    """The least and the most a number may be: the narrowest of its field's rules."""
    rules = field_of(path).metadata
    lows = [bound for rule in rules for name in ("ge", "gt") if (bound := getattr(rule, name, None)) is not None]
    highs = [bound for rule in rules for name in ("le", "lt") if (bound := getattr(rule, name, None)) is not None]
    return max(lows), min(highs)


def number_setting(
    path: str,
    *,
    step: float,
    least: float | None = None,
    most: float | None = None,
    label: str | None = None,
    when_unset: float | None = None,
    unit: str = "",
    scale: float = 1,
) -> None:
    """A slider with a number box for one setting.

    `least` and `most` narrow the field's own bounds to what is useful on this page; a value of the
    draft outside of them widens them again. `when_unset` is shown while the setting is None. `unit` is
    written behind the label. The control shows the setting times `scale`: a share of 0.8 as 80 (percent)
    with a scale of 100; `step`, `least` and `most` are as shown.
    """
    low, high = bounds_of(path)
    low = low * scale if least is None else least
    high = high * scale if most is None else most
    value = scenarios.setting(path)
    shown = when_unset if value is None else round(value * scale, 6)
    kind: Callable[[Any], Any] = int if isinstance(step, int) else float
    shown = kind(shown if shown is not None else low)
    low, high = kind(min(low, shown)), kind(max(high, shown))
    title = label or title_of(path)
    title = formats.with_note(title, unit) if unit else title
    slider_key, box_key = _twin_keys(path, shown)
    with st.container(key=f"setting:{path}", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.slider(
            title,
            low,
            high,
            step=kind(step),
            format=_pattern(step),
            key=slider_key,
            help=help_of(path),
            on_change=_take,
            args=(path, slider_key, scale),
        )
        st.number_input(
            title,
            low,
            high,
            step=kind(step),
            format=_pattern(step),
            key=box_key,
            on_change=_take,
            args=(path, box_key, scale),
            label_visibility="collapsed",
            width=92,
        )


def item_setting(
    path: str,
    place: int,
    label: str,
    *,
    least: float,
    most: float,
    step: float,
    scale: float = 1,
    help: str | None = None,
) -> None:
    """A slider with a number box for one item of a setting that is a tuple of numbers.

    The control shows the item times `scale`: a share of 0.2 as 20 (percent) with a scale of 100.
    """
    kind: Callable[[Any], Any] = int if isinstance(step, int) else float
    values = scenarios.setting(path)
    shown = kind(round(values[place] * scale, 6))
    slider_key, box_key = _twin_keys(f"{path}:{place}", min(max(shown, kind(least)), kind(most)))
    arguments: dict[str, Any] = {"on_change": _take_item, "step": kind(step), "format": _pattern(step)}
    with st.container(key=f"setting:{path}:{place}", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.slider(
            label,
            kind(least),
            kind(most),
            key=slider_key,
            help=help,
            args=(path, place, slider_key, scale),
            **arguments,
        )
        st.number_input(
            label,
            kind(least),
            kind(most),
            key=box_key,
            args=(path, place, box_key, scale),
            label_visibility="collapsed",
            width=92,
            **arguments,
        )


def choice_setting(
    path: str, options: Sequence[Any], named: Callable[[Any], str], *, as_segments: bool = False
) -> None:
    """A choice of one among a few for a setting."""
    key = f"choice:{path}:{scenarios.epoch(path)}"
    st.session_state.setdefault(key, scenarios.setting(path))
    arguments: dict[str, Any] = {
        "format_func": named,
        "key": key,
        "help": help_of(path),
        "on_change": _take,
        "args": (path, key),
    }
    if as_segments:
        st.segmented_control(title_of(path), options, required=True, width="stretch", **arguments)
    else:
        st.selectbox(title_of(path), options, **arguments)


def weight_settings(prefix: str, names: Sequence[str], absent: Sequence[str] = ()) -> None:
    """A slider from 0 to 10 for each weight under `prefix`, with the share of 100 % it comes to.

    `absent` are those whose data the data set lacks; they are listed in a sentence instead.
    """
    present = [name for name in names if name not in absent]
    weights = {name: float(scenarios.setting(f"{prefix}.{name}")) for name in present}
    total = sum(weights.values())
    for name, weight in weights.items():
        share = formats.percent(weight / total if total else 0, digits=0)
        number_setting(f"{prefix}.{name}", step=0.5, label=f"{title_of(f'{prefix}.{name}')} · {share}")
    if absent:
        titles = formats.listed(title_of(f"{prefix}.{name}") for name in absent)
        st.caption(_("No data in this data set for: {titles}.").format(titles=titles))


def revert_button(prefix: str | tuple[str, ...], key: str) -> None:
    """Take back the draft's changes under one prefix or several; grey while there are none."""
    changed = [path for path in scenarios.draft_changes() if path.startswith(prefix)]
    st.button(
        _("Back to saved"),
        key=key,
        icon=":material/undo:",
        disabled=not changed,
        on_click=scenarios.revert,
        args=(prefix,),
        help=_("Take back the changes made on this page."),
    )


def _pattern(step: float) -> str:
    """As many decimals as the step has: 0.5 is shown as "%.1f"."""
    if isinstance(step, int):
        return "%d"
    return f"%.{len(str(step).partition('.')[2])}f"


def _twin_keys(name: str, shown: float) -> tuple[str, str]:
    """The keys of a slider and its number box, which both begin at `shown`."""
    epoch = scenarios.epoch(name)
    slider_key, box_key = f"slider:{name}:{epoch}", f"box:{name}:{epoch}:{shown}"
    st.session_state.setdefault(slider_key, shown)
    st.session_state.setdefault(box_key, shown)
    st.session_state.setdefault(ON_SCREEN, {})[name] = (slider_key, box_key)
    return slider_key, box_key


def _is_on_screen(name: str, key: str) -> bool:
    """Whether a control is still the one shown: the browser may send the last of one that was made anew."""
    return key in st.session_state.get(ON_SCREEN, {}).get(name, (key,))


def _take(path: str, key: str, scale: float = 1) -> None:
    if (value := st.session_state[key]) is not None and _is_on_screen(path, key):
        kept = value if scale == 1 else round(value / scale, 9)
        scenarios.change_setting(path, kept, by=path if not key.startswith("box:") else "")


def _take_item(path: str, place: int, key: str, scale: float) -> None:
    if (value := st.session_state[key]) is not None and _is_on_screen(f"{path}:{place}", key):
        values = list(scenarios.setting(path))
        values[place] = round(value / scale, 9)
        scenarios.change_setting(path, tuple(values), by=f"{path}:{place}" if not key.startswith("box:") else "")
