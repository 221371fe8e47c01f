"""Keeps the catalogue in step with the words in the code.

    python -m crm_core.locale_tools update     add new strings, drop those no longer used
    python -m crm_core.locale_tools check      say what is missing; exit code 1 if anything is

The file is written the same way every time: in alphabetical order, without places and dates, one string a
line, so that a change shows only what it changed and code may move without touching it.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from crm_core.language import LANGUAGES, LOCALE_FOLDER, SOURCE_LANGUAGE

LITERALS_OF = {"_": 1, "N_": 1, "ngettext": 2}
SOURCES = ("app.py", "server.py", "pages", "ui", "crm_core")
PROJECT_FOLDER = Path(__file__).parent.parent

HEADER = """# The words of Clientele in {name}. Written by `make translations`; translate the empty ones by hand.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms};\\n"

"""

Identifier = str | tuple[str, str]


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a catalogue: which string, and what about it."""

    text: str
    problem: str

    def __str__(self) -> str:
        return f"{self.problem}: {self.text!r}"


def source_files(project_folder: Path = PROJECT_FOLDER) -> list[Path]:
    """The Python files whose words a reader may see, in a fixed order."""
    found: list[Path] = []
    for name in SOURCES:
        place = project_folder / name
        found += [place] if place.is_file() else sorted(place.rglob("*.py"))
    return found


def used_strings(project_folder: Path = PROJECT_FOLDER) -> Catalog:
    """Every string that the code marks for translation."""
    used = Catalog()
    for path in source_files(project_folder):
        for message in marked_strings(path.read_text("utf-8")):
            used.add(message)
    return used


def marked_strings(source: str) -> Iterator[Identifier]:
    """The literals handed to `_`, `N_` and `ngettext` in a Python source.

    Read from the syntax tree: a name that is only looked up inside such a call, as in `_(names["key"])`, is
    not a string of the reader's.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LITERALS_OF:
            texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            literals = [text for text in texts if isinstance(text, str)][: LITERALS_OF[node.func.id]]
            if len(literals) == LITERALS_OF[node.func.id]:
                yield literals[0] if len(literals) == 1 else (literals[0], literals[1])


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALE_FOLDER / f"{language}.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of `language` as it stands; an empty one if there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as po_file:
        return read_po(po_file, locale=language)


def merged(used: Catalog, known: Catalog, language: str) -> Catalog:
    """The strings in use with the translations already known; what is new is empty, what is unused is gone."""
    catalogue = Catalog(locale=language, fuzzy=False)
    for message in sorted(used, key=lambda message: (_identity(message).casefold(), _identity(message))):
        if not message.id:
            continue
        before = known.get(_identity(message))
        is_same_kind = before is not None and isinstance(before.id, str) == isinstance(message.id, str)
        string = before.string if before is not None and is_same_kind else _blank(message, catalogue)
        catalogue.add(message.id, string)
    return catalogue


def as_text(catalogue: Catalog, language: str) -> bytes:
    """The catalogue as the .po file is written."""
    body = BytesIO()
    write_po(body, catalogue, width=0, omit_header=True, no_location=True, ignore_obsolete=True)
    header = HEADER.format(name=LANGUAGES[language], language=language, plural_forms=catalogue.plural_forms.rstrip(";"))
    return header.encode() + body.getvalue().strip() + b"\n"


def flaws(used: Catalog, known: Catalog) -> Iterator[Flaw]:
    """What keeps `known` from saying everything that is in use."""
    for message in used:
        if not message.id:
            continue
        found = known.get(_identity(message))
        if found is None:
            yield Flaw(_identity(message), "not in the catalogue")
        elif found.fuzzy:
            yield Flaw(_identity(message), "marked fuzzy")
        elif not all(_strings(found.string)):
            yield Flaw(_identity(message), "not translated")
        else:
            yield from _placeholder_flaws(found)
    for message in known:
        if message.id and used.get(_identity(message)) is None:
            yield Flaw(_identity(message), "no longer used")
    for identity in known.obsolete:
        yield Flaw(str(identity), "obsolete")


def placeholders(text: str) -> set[str]:
    """The names in braces that `.format` will fill."""
    return {field for _literal, field, _spec, _conversion in Formatter().parse(text) if field is not None}


def pseudo(text: str) -> str:
    """`text` with its letters accented and its placeholders whole: what stays plain on screen is a stray."""
    accents = str.maketrans("aeiouAEIOUcnsyCNSY", "áéíóúÁÉÍÓÚçñšýÇÑŠÝ")
    parts = re.split(r"(\{[^{}]*\}|<[^<>]*>|:[a-z_]+/[a-z_]+:)", text)
    return "".join(part if place % 2 else part.translate(accents) for place, part in enumerate(parts))


def _placeholder_flaws(message: Message) -> Iterator[Flaw]:
    expected = set().union(*(placeholders(text) for text in _strings(message.id)))
    for string in _strings(message.string):
        try:
            found = placeholders(string)
        except ValueError:
            yield Flaw(_identity(message), "braces that do not match")
            continue
        if found != expected:
            yield Flaw(_identity(message), f"placeholders {sorted(found)} instead of {sorted(expected)}")


def _identity(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(text: str | Sequence[str] | None) -> Sequence[str]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _blank(message: Message, catalogue: Catalog) -> Identifier | tuple[str, ...]:
    return "" if isinstance(message.id, str) else ("",) * catalogue.num_plurals


def main(arguments: Sequence[str]) -> int:
    """The command line; answers with the exit code."""
    if list(arguments) not in (["update"], ["check"]):
        print(__doc__)
        return 2
    used = used_strings()
    exit_code = 0
    for language in LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        if arguments[0] == "update":
            catalogue_path(language).parent.mkdir(exist_ok=True)
            catalogue_path(language).write_bytes(as_text(merged(used, read_catalogue(language), language), language))
        found = list(flaws(used, read_catalogue(language)))
        print(f"{language}: {len(used)} strings, {len(found)} to look at")
        for flaw in found:
            print(f"  {flaw}")
        exit_code = exit_code or int(arguments[0] == "check" and bool(found))
    return exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
