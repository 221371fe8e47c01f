"""Names of months as people write them in the languages our users' files come in."""

import re
import unicodedata
from functools import cache

from crm_core.schema import words

# English, German, French, Spanish, Italian, Portuguese, Dutch; bare of accents
_NAMES = tuple(
    words(names)
    for names in (
        "january|januar|janvier|enero|gennaio|janeiro|januari",
        "february|februar|fevrier|febrero|febbraio|fevereiro|februari",
        "march|marz|maerz|mars|marzo|marco|maart|mrt|mrz",
        "april|avril|abril|aprile",
        "may|mai|mayo|maggio|maio|mei",
        "june|juni|juin|junio|giugno|junho",
        "july|juli|juillet|julio|luglio|julho",
        "august|aout|agosto|augustus",
        "september|septembre|septiembre|settembre|setembro",
        "october|oktober|octobre|octubre|ottobre|outubro",
        "november|novembre|noviembre|novembro",
        "december|dezember|decembre|diciembre|dicembre|dezembro",
    )
)
_DAYS = words(
    "monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag|mittwoch|donnerstag|freitag|samstag"
    "|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miercoles|jueves|viernes"
    "|sabado|domingo|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|segunda|terca|quarta|quinta|sexta"
    "|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
)
FILLERS = frozenset(words("de|del|di|of|the|den|feira|le|el|il|a"))
ORDINALS = frozenset(words("st|nd|rd|th|er|re|e|o"))
SHORTEST = 3
MONTH_WORD = re.compile(r"[^\W\d_]+")


def bare(word: str) -> str:
    """A word in lower case without accents."""
    apart = unicodedata.normalize("NFKD", word)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).casefold()


@cache
def month_of(word: str) -> int | None:
    """The month (1-12) a word names, in full or cut to three letters or more; None if it names none or several."""
    text = bare(word)
    if len(text) < SHORTEST:
        return None
    found = [number for number, names in enumerate(_NAMES, start=1) if any(name.startswith(text) for name in names)]
    return found[0] if len(found) == 1 else None


@cache
def is_day_name(word: str) -> bool:
    """Whether a word names a day of the week, in full or cut to two letters or more."""
    text = bare(word)
    return len(text) >= SHORTEST - 1 and any(name.startswith(text) for name in _DAYS)
