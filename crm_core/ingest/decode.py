"""From bytes to text: which encoding a file is in, and the file again as UTF-8 with LF line ends.

The guess is made on a sample by content; the whole file is then decoded strictly, and a byte that
does not fit is replaced and counted, never a crash. Nothing holds the file in memory.
"""

import codecs
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crm_core.errors import InputError
from crm_core.language import _

SAMPLE_BYTES = 4 << 20
CHUNK_BYTES = 4 << 20
REPLACEMENT = "\ufffd"

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What each script writes most: enough to tell one reading of the same bytes from another.
FREQUENT_SIMPLIFIED = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种"
    "事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公"
    "此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特"
    "代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数"
    "客户订单金额期编号销售量价格称店类品商姓市省区支付款状态交易邮箱址备注会员积费折扣优惠已完取消退货款广州深圳北京上海元"
)
FREQUENT_TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種"
    "客戶訂單金額期編號銷售數量價格名稱店類別產品商姓市省區支付款狀態交易郵箱址備註會員積分費折扣優惠已完成取消退貨臺灣台北高雄"
    "門電話實際總計備註廠類經業務員縣鄉鎮號樓"
)
FREQUENT_HANGUL = frozenset(
    "이다는의가에을를고하은한지도로사기어인시자대해나라리정들그보아서수있것전일주부조제적과상구장원공안동모스연성위우중"
    "회생거만신경문계데화선방고객번호주문금액날짜수량상품명매출판매점가격합계서울부산김박최역월년"
)
FREQUENT_KANA = frozenset(
    "あいうえおかがきくけこさしじすせそただちつてでとなにのはまみめもやよらりるれろわをんっアイウエオカキクケコサシスセソタチツテト"
    "ナニネノハバパフブプヘベペホボポマミムメモヤユョラリルレロワンーッャュ"
)


@dataclass(frozen=True)
class Guess:
    """An encoding and whether the bytes leave no doubt about it."""

    encoding: str
    is_sure: bool


@dataclass(frozen=True)
class Survey:
    """Counts over a whole file: physical lines, places that do not decode, NUL characters, quotes.

    `delimiter_count` counts the delimiter asked about, in what was written.
    """

    line_count: int
    bad_byte_count: int
    nul_count: int
    quote_count: int
    delimiter_count: int


def guess_encoding(sample: bytes) -> Guess:
    """The encoding `sample` (the head of a file) is most likely in."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return Guess(encoding, is_sure=True)
    wide = _wide_encoding(sample)
    if wide:
        return Guess(wide, is_sure=True)
    if decodes(sample, "utf-8"):
        return Guess("utf-8", is_sure=True)
    scored = sorted(((score(sample), encoding) for encoding, score in SCORES), reverse=True)
    (best, encoding), (second, _next) = scored[0], scored[1]
    if best < 0.15:
        nearly_utf8 = _undecodable_share(sample) < 0.01
        return Guess("utf-8" if nearly_utf8 else "cp1252", is_sure=False)
    return Guess(encoding, is_sure=best - second > 0.1)


def guess_by_all(source: Path) -> Guess:
    """The encoding of a file whose head says too little: judged by the lines that hold more than ASCII.

    Of those the first megabytes are looked at, wherever in the file they stand.
    """
    sample = bytearray()
    with source.open("rb") as file:
        while len(sample) < SAMPLE_BYTES and (raw := file.read(CHUNK_BYTES)):
            if not raw.isascii():
                sample += b"".join(line for line in raw.splitlines(keepends=True) if not line.isascii())
    return guess_encoding(bytes(sample[:SAMPLE_BYTES]))


def decodes(sample: bytes, encoding: str) -> bool:
    """Whether `sample` is valid in `encoding`, a character cut at its end aside."""
    try:
        codecs.getincrementaldecoder(encoding)("strict").decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def known_encoding(name: str, start: bytes = b"") -> str:
    """The codec's own name of an encoding someone typed; InputError if there is none, or it is none of text.

    `start` is the head of the file: its byte order mark says which UTF-16 or UTF-32 is meant.
    """
    unknown = InputError(_("There is no text encoding called “{name}”.").format(name=name))
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        raise unknown from None
    if found in ("utf-16", "utf-32"):
        marked = (encoding for mark, encoding in BYTE_ORDER_MARKS if start.startswith(mark))
        return next((encoding for encoding in marked if encoding.startswith(found)), f"{found}-le")
    if found.startswith(("utf-16", "utf-32")):
        return found
    try:
        is_text = codecs.getincrementaldecoder(found)("strict").decode(b"a,1\n") == "a,1\n"
    except (LookupError, UnicodeError, ValueError):
        is_text = False
    if not is_text or "escape" in found:
        raise unknown
    return found


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, seen by where the NUL bytes fall."""
    head = sample[: 4096 - len(sample) % 4] if len(sample) >= 4096 else sample[: len(sample) // 4 * 4]
    if len(head) < 16:
        return None
    nul_shares = [head[offset::4].count(0) / (len(head) / 4) for offset in range(4)]
    if min(nul_shares[1:]) > 0.6 and nul_shares[0] < 0.2:
        return "utf-32-le"
    if min(nul_shares[:3]) > 0.6 and nul_shares[3] < 0.2:
        return "utf-32-be"
    even, odd = (nul_shares[0] + nul_shares[2]) / 2, (nul_shares[1] + nul_shares[3]) / 2
    if odd > 0.2 and even < 0.02:
        return "utf-16-le"
    if even > 0.2 and odd < 0.02:
        return "utf-16-be"
    return None


def _undecodable_share(sample: bytes) -> float:
    high = sum(1 for byte in sample if byte >= 0x80)
    bad = sample.decode("utf-8", errors="replace").count(REPLACEMENT)
    return bad / high if high else 0.0


def _frequent_share(encoding: str, frequent: frozenset[str]) -> Callable[[bytes], float]:
    """A score: what share of the letters beyond ASCII are ones that script writes often."""

    def score(sample: bytes) -> float:
        text = codecs.getincrementaldecoder(encoding)("replace").decode(sample[: 1 << 18])
        letters = [letter for letter in text if letter > "\x7f" and letter not in "，。、；：“”（）￥—…　"]
        if not letters:
            return 0.01
        broken = text.count(REPLACEMENT) / len(letters)
        return sum(letter in frequent for letter in letters) / len(letters) - 5 * broken

    return score


def _western_score(sample: bytes) -> float:
    """High bytes of a western text stand alone among ASCII letters, and are letters or signs."""
    high = [place for place, byte in enumerate(sample[: 1 << 18]) if byte >= 0x80]
    if not high:
        return 0.0
    places = set(high)
    lonely = sum(1 for place in high if place - 1 not in places and place + 1 not in places)
    letters = sum(
        1 for place in high if sample[place] >= 0xC0 or sample[place] in b"\x80\x91\x92\x93\x94\x96\xa3\xa0\xb0"
    )
    return 0.8 * (lonely / len(high)) * (letters / len(high))


def _cyrillic_score(sample: bytes) -> float:
    """Windows-1251 writes Cyrillic words as runs of lower-case letters 0xE0-0xFF."""
    high = [byte for byte in sample[: 1 << 18] if byte >= 0x80]
    if not high:
        return 0.0
    lower = sum(byte >= 0xE0 for byte in high) / len(high)
    letters = sum(byte >= 0xC0 or byte in b"\xa8\xb8" for byte in high) / len(high)
    return 0.7 * letters * lower if lower > 0.6 else 0.0


def _koi_score(sample: bytes) -> float:
    """KOI8-R writes Cyrillic words as runs of lower-case letters 0xC0-0xDF."""
    high = [byte for byte in sample[: 1 << 18] if byte >= 0x80]
    if not high:
        return 0.0
    lower = sum(0xC0 <= byte < 0xE0 for byte in high) / len(high)
    letters = sum(byte >= 0xC0 or byte in b"\xa3\xb3" for byte in high) / len(high)
    return 0.7 * letters * lower if lower > 0.6 else 0.0


SCORES: tuple[tuple[str, Callable[[bytes], float]], ...] = (
    ("gb18030", _frequent_share("gb18030", FREQUENT_SIMPLIFIED)),
    ("big5hkscs", _frequent_share("big5hkscs", FREQUENT_TRADITIONAL)),
    ("cp932", _frequent_share("cp932", FREQUENT_KANA)),
    ("cp949", _frequent_share("cp949", FREQUENT_HANGUL)),
    ("cp1252", _western_score),
    ("cp1251", _cyrillic_score),
    ("koi8-r", _koi_score),
    ("euc_jp", _frequent_share("euc_jp", FREQUENT_KANA)),
)


class _Reporter(threading.local):
    """An error handler for decoding: replaces what does not fit and counts it, thread by thread."""

    count = 0

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self.count += 1
        return REPLACEMENT, error.end


_reporter = _Reporter()
codecs.register_error("clientele-report", _reporter)


def normalise(
    source: Path,
    target: Path,
    encoding: str,
    *,
    skip_lines: int = 0,
    delimiter: str = "",
    listener: Callable[[int], None] | None = None,
) -> Survey:
    """Write `source` to `target` as UTF-8 with LF ends, no NUL, no byte order mark, ended by a line end.

    The first `skip_lines` physical lines are counted but not written. `listener` is told the bytes
    read so far. Returns the counts of the whole file.
    """
    with target.open("wb") as written:
        return _pass(source, encoding, written.write, skip_lines, delimiter, listener)


def survey(source: Path, encoding: str, listener: Callable[[int], None] | None = None) -> Survey:
    """The counts of `normalise`, nothing written."""
    return _pass(source, encoding, lambda _text: 0, 0, "", listener)


def _pass(
    source: Path,
    encoding: str,
    write: Callable[[bytes], int],
    skip_lines: int,
    delimiter: str,
    listener: Callable[[int], None] | None,
) -> Survey:
    _reporter.count = 0
    lines = nuls = quotes = delimiters = bytes_read = 0
    counted = delimiter.encode("utf-8")
    last, is_first = b"\n", True
    decoder = codecs.getincrementaldecoder(encoding)("clientele-report")
    carried = ""
    with source.open("rb") as file:
        while True:
            raw = file.read(CHUNK_BYTES)
            bytes_read += len(raw)
            text = carried + decoder.decode(raw, final=not raw)
            carried = ""
            if raw and text.endswith("\r"):
                text, carried = text[:-1], "\r"
            if is_first and text:
                text, is_first = text.removeprefix("\ufeff"), False
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            if "\0" in text:
                nuls += text.count("\0")
                text = text.replace("\0", "")
            encoded = text.encode("utf-8", errors="replace")
            quotes += encoded.count(b'"')
            body, skipped = _after_lines(encoded, skip_lines - lines)
            lines += skipped + body.count(b"\n")
            if counted:
                delimiters += body.count(counted)
            write(body)
            last = encoded[-1:] or last
            if listener and raw:
                listener(bytes_read)
            if not raw:
                break
    if last != b"\n":
        lines += 1
        write(b"\n")
    return Survey(lines, _reporter.count, nuls, quotes, delimiters)


def _after_lines(encoded: bytes, count: int) -> tuple[bytes, int]:
    """What follows the first `count` line ends of `encoded`, and how many of them there were."""
    start = skipped = 0
    while skipped < count:
        end = encoded.find(b"\n", start)
        if end < 0:
            return b"", skipped
        start, skipped = end + 1, skipped + 1
    return (encoded[start:], skipped) if start else (encoded, 0)


def head_of(source: Path, encoding: str, size: int = SAMPLE_BYTES) -> tuple[str, bool]:
    """The first `size` bytes as text with LF ends and whole lines only, and whether that is all."""
    with source.open("rb") as file:
        raw = file.read(size + 1)
    is_whole = len(raw) <= size
    text = codecs.getincrementaldecoder(encoding)("replace").decode(raw[:size], final=is_whole)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not is_whole and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    return text, is_whole
