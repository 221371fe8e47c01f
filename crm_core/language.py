"""Which language the reader reads, and the words in it.

The source text is English; `locale/zh_Hans.po` holds the Chinese. The catalogue is read when first
needed, so there is no compile step and no stale binary file.

A page follows the reader's session (`follow`), a notebook or an export sets it for a block
(`speaking`). Nothing else in the core knows which language is spoken.
"""

import gettext as _gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh_Hans": "简体中文"}
SOURCE_LANGUAGE = "en"
LOCALE_FOLDER = Path(__file__).parent / "locale"

_spoken: ContextVar[str | None] = ContextVar("spoken_language", default=None)
_followed: Callable[[], str | None] | None = None


def follow(resolver: Callable[[], str | None]) -> None:
    """Ask `resolver` for the language wherever no `speaking` block says it."""
    global _followed
    _followed = resolver


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside the block: `with speaking("zh_Hans"): ...`."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def current_language() -> str:
    """The code of the language now spoken, always one of `LANGUAGES`."""
    spoken = _spoken.get() or (_followed() if _followed else None)
    return spoken if spoken in LANGUAGES else SOURCE_LANGUAGE


@cache
def catalogue(language: str) -> _gettext.NullTranslations:
    """The words of one language; the source language needs none."""
    path = LOCALE_FOLDER / f"{language}.po"
    if language == SOURCE_LANGUAGE or not path.exists():
        return _gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as po_file:
        write_mo(compiled, read_po(po_file))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """`text` in the language now spoken."""
    return catalogue(current_language()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of a sentence that goes with `count`."""
    return catalogue(current_language()).ngettext(one, many, count)


def N_(text: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Mark `text` for the catalogue; it is translated with `_` where it is shown."""
    return text
