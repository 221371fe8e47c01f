"""How far the reading of a file is, in words."""

from crm_core import formats
from crm_core.ingest.source import Progress
from crm_core.language import N_, _

STEPS = {
    "unpack": N_("unpacking"),
    "rows": N_("reading"),
    "type": N_("reading dates and amounts"),
    "write": N_("writing"),
    "count": N_("counting"),
}


def how_far(file: str, progress: Progress, seconds: float) -> str:
    """A sentence: bytes and rows a second where the file is read, else the step."""
    if progress.step != "read":
        return _("{file}: {step}").format(file=file, step=_(STEPS[progress.step]))
    if not (progress.done and seconds):
        return _("{file}: reading").format(file=file)
    left = seconds * (progress.total - progress.done) / progress.done
    return _("{file}: {done} of {total} read, {rows} rows a second, {left} s left").format(
        file=file,
        done=megabytes(progress.done),
        total=megabytes(progress.total),
        rows=formats.compact(progress.rows / seconds),
        left=formats.number(round(left)),
    )


def megabytes(count: int) -> str:
    return _("{count} MB").format(count=formats.number(count / 1e6, 0 if count >= 10e6 else 1))
