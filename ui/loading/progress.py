"""How far the reading of a file is, on a bar of the page."""

from streamlit.delta_generator import DeltaGenerator

import ui
from crm_core import formats
from crm_core.ingest import Progress, progress_words
from crm_core.language import _


def telling(bar: DeltaGenerator, name: str, progress: Progress) -> None:
    """Show on `bar` how far a file is."""
    bar.progress(
        progress.share,
        _("{file}: {step}, {done} of {total}").format(
            file=ui.escaped(name),
            step=_(progress_words.STEPS[progress.step]),
            done=formats.compact(progress.done),
            total=formats.compact(progress.total),
        ),
    )


def how_far(name: str, progress: Progress, seconds: float) -> str:
    """A sentence under the bar: bytes and rows a second where the file is read, else the step."""
    return progress_words.how_far(ui.escaped(name), progress, seconds)
