"""Which one-byte encoding a text is in, judged by whether its words are spelt with the letters of a language.

Bytes above 127 are other letters in each encoding: 0xB3 is ł in Windows-1250 and ³ in Windows-1252. Under
the right encoding nearly all of them are letters of one alphabet, in words that are written as words are.
Alphabets are given bare of ASCII, those of other scripts with their most frequent letters first.
"""

import re
from collections import Counter
from typing import NamedTuple

from crm_core.schema import words

BYTES_JUDGED = 1 << 16
AHEAD = 0.02  # how much better than the usual encoding another must explain the words
FEW_OTHERS = 0.02
RUNS_THAT_TELL = 6  # that so many runs of bytes happen to have even lengths is unlikely
MIXED = 0.9  # of a text that needs the letters of several languages
MOST_FREQUENT, USUAL_SHARE = 12, 0.6  # of a script: so many letters make up at least this share of a text
LONGEST_WITHOUT_ASCII = 2  # of a word in Latin letters

SIGNS = frozenset("€‚„…†‹‘’“”•–—™›«»©®°£§´·№×\xa0")
ENDINGS = frozenset("²³¹½¼¾ºª")  # m², 1ª: at the end of a word signs, elsewhere other encodings' letters
_WORD = re.compile(r"[^\W\d_]+|[^\x00-\x7f]")
_QUOTE_IN_WORD = re.compile(r"(?<=[^\W\d_])[„“”‚‘](?=[^\W\d_])")

_WESTERN = words("äöüß|àâæçéèêëîïôœùûüÿ|áéíñóúü¿¡ç|áâãàçéêíóôõú|àèéìòù|äåöé|åæøéö|éëïöóü|áðéíóúýþæö|àçéèíïóòúü")
_CENTRAL = words("ąćęłńóśźż|áčďéěíňóřšťúůýž|áäčďéíĺľňóôŕšťúýž|áéíóöőúüű|ăâîşţșț|čćđšž|äöüß")
_TURKISH = words("çğıöşüâîûİ|äöüß")
_BALTIC = words("ąčęėįšųūž|āčēģīķļņšūž|äõöüšž")
_CYRILLIC = words("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё|аоинетрсвкліпмуядзьбгчйхєжіїюцшщфґ|аиоетнрсвлкпмдзгъбучяйшжхцщюф")
_GREEK = words("αοιετσνηυρπκςμλάόίέήύώωγδθφβχξζψϊϋΐΰ")
_HEBREW = words("יוהלאתמרבשנםכחדקעפןטגזסךצץף")
_ARABIC = words("اليمونرتبةعدسفهكقحجأشصطخءذئزثىغإؤآظضپچژگ")


class Candidate(NamedTuple):
    """An encoding, the alphabets written in it, and whether they are Latin."""

    encoding: str
    alphabets: tuple[str, ...]
    is_latin: bool


# The usual one first; of those that explain a text alike the earlier wins.
CANDIDATES = (
    Candidate("cp1252", _WESTERN, is_latin=True),
    Candidate("cp1250", _CENTRAL, is_latin=True),
    Candidate("iso8859-2", _CENTRAL, is_latin=True),
    Candidate("cp1254", _TURKISH, is_latin=True),
    Candidate("cp1257", _BALTIC, is_latin=True),
    Candidate("cp850", _WESTERN, is_latin=True),
    Candidate("cp852", _CENTRAL, is_latin=True),
    Candidate("mac-roman", _WESTERN, is_latin=True),
    Candidate("cp1251", _CYRILLIC, is_latin=False),
    Candidate("cp866", _CYRILLIC, is_latin=False),
    Candidate("koi8-r", _CYRILLIC, is_latin=False),
    Candidate("iso8859-5", _CYRILLIC, is_latin=False),
    Candidate("cp1253", _GREEK, is_latin=False),
    Candidate("iso8859-7", _GREEK, is_latin=False),
)
# Nearly every byte is one of their letters, so they are asked only where no encoding of several bytes decodes it.
LAST_CANDIDATES = (
    Candidate("cp1255", _HEBREW, is_latin=False),
    Candidate("cp1256", _ARABIC, is_latin=False),
)


class Found(NamedTuple):
    """An encoding, how well it explains a text (0-1), and whether none that reads it otherwise does nearly as well."""

    encoding: str
    score: float
    is_clear: bool
    is_latin: bool


def best_alphabet(sample: bytes, *, may_be_wide: bool) -> Found:
    """The one-byte encoding under which the words of `sample` are best spelt.

    `may_be_wide` says that an encoding of several bytes decodes all of it: words wholly beyond ASCII are
    then no evidence, unless they are very few.
    """
    part = _telling(sample)
    is_wide = may_be_wide and len(re.findall(rb"[\x80-\xff]{2,}", part)) >= RUNS_THAT_TELL
    candidates = [
        candidate
        for candidate in (*CANDIDATES, *(() if may_be_wide else LAST_CANDIDATES))
        if candidate.is_latin or not is_wide
    ]
    scored = [(_score(part, candidate), candidate) for candidate in candidates]
    best, chosen = scored[0]
    for score, candidate in scored[1:]:
        if score > best + (AHEAD if chosen is candidates[0] else 0):
            best, chosen = score, candidate
    rival = max((score for score, other in scored if _differ(part, chosen.encoding, other.encoding)), default=0.0)
    is_clear = rival <= best if chosen is candidates[0] else rival < best - AHEAD
    return Found(chosen.encoding, best, is_clear, chosen.is_latin)


def _differ(part: bytes, encoding: str, other: str) -> bool:
    """Whether two encodings read more than a few of the bytes above 127 otherwise."""
    beyond = bytes(byte for byte in part if byte > 127)
    pairs = zip(beyond.decode(encoding, "replace"), beyond.decode(other, "replace"), strict=True)
    return sum(one != two for one, two in pairs) > FEW_OTHERS * len(beyond)


def _telling(sample: bytes) -> bytes:
    """The first lines of a text that hold more than ASCII."""
    lines = (line for line in sample.splitlines(keepends=True) if not line.isascii())
    part = bytearray()
    for line in lines:
        part += line
        if len(part) >= BYTES_JUDGED:
            break
    return bytes(part[:BYTES_JUDGED])


def _score(part: bytes, candidate: Candidate) -> float:
    """How well the best of an encoding's alphabets, or all of them together, spell the words; 0-1."""
    text = _QUOTE_IN_WORD.sub("\ufffd", part.decode(candidate.encoding, "replace"))
    found = Counter(word for word in _WORD.findall(text) if not word.isascii())
    alone = [_spelt(found, alphabet, candidate.is_latin) for alphabet in candidate.alphabets]
    return max(*alone, MIXED * _spelt(found, "".join(candidate.alphabets), candidate.is_latin))


def _spelt(found: Counter[str], alphabet: str, is_latin: bool) -> float:
    """The share of the characters beyond ASCII that are letters of an alphabet where they may stand, or signs."""
    letters, frequent = frozenset(alphabet), frozenset(alphabet[:MOST_FREQUENT])
    right = total = signs = usual = 0
    for word, count in found.items():
        beyond = [place for place, letter in enumerate(word) if letter > "\x7f"]
        total += count * len(beyond)
        has_ascii = len(beyond) < len(word)
        may_stand = has_ascii or len(word) <= LONGEST_WITHOUT_ASCII if is_latin else not has_ascii
        for place in beyond:
            letter = word[place]
            if letter in SIGNS or (letter in ENDINGS and place == len(word) - 1 and has_ascii):
                signs += count
            elif may_stand and _is_letter(word, place, letters):
                right += count
                usual += count * (letter.lower() in frequent)
    if is_latin and 0 < signs == total:
        return 1.0
    if not right:
        return 0.0
    share = right / (total - signs)
    return share if is_latin else share * min(1.0, usual / right / USUAL_SHARE)


def _is_letter(word: str, place: int, letters: frozenset[str]) -> bool:
    """Whether a letter is one of an alphabet, and no capital after a small letter."""
    letter = word[place]
    is_odd = place > 0 and letter.isupper() and word[place - 1].islower()
    return not is_odd and (letter in letters or letter.lower() in letters)
