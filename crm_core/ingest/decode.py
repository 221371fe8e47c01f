"""From bytes to text: which encoding a file is in, and its lines as UTF-8 with LF line ends.

The guess is made on a sample by content; the whole file is then decoded strictly, and a byte that
does not fit is replaced and counted, never a crash. Nothing holds the file in memory.
"""

import codecs
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crm_core.errors import InputError
from crm_core.ingest.alphabets import best_alphabet
from crm_core.language import _

SAMPLE_BYTES = 4 << 20
CHUNK_BYTES = 4 << 20
LONGEST_KEPT = 80 << 20  # of one line: more than any line that is read has
REPLACEMENT = "\ufffd"
LATIN_WEIGHT, SCRIPT_WEIGHT = 0.8, 0.7  # of words well spelt, beside characters that a script writes often

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
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何梁郑罗宋谢唐韩曹许邓冯曾程蔡彭潘袁董余苏叶吕魏蒋田杜丁沈姜范江傅钟汪戴崔任陆廖姚夏"
    "伟芳娜秀英敏静丽强磊勇艳杰娟涛超兰霞刚桂华建志玉红春梅莉丹帅凯玲雪婷"
)
FREQUENT_TRADITIONAL = frozenset(
    "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種"
    "客戶訂單金額期編號銷售數量價格名稱店類別產品商姓市省區支付款狀態交易郵箱址備註會員積分費折扣優惠已完成取消退貨臺灣台北高雄"
    "門電話實際總計備註廠類經業務員縣鄉鎮號樓"
    "王李張劉陳楊黃趙周吳徐孫朱馬胡郭林何梁鄭羅宋謝唐韓曹許鄧馮曾程蔡彭潘袁董余蘇葉呂魏蔣田杜丁沈姜范江傅鐘汪戴崔任陸廖姚夏"
    "家豪志明俊傑建宏淑芬美玲雅婷怡君佳穎惠宗翰承冠宇柏詩涵欣雯"
)
FREQUENT_HANGUL = frozenset(
    "이다는의가에을를고하은한지도로사기어인시자대해나라리정들그보아서수있것전일주부조제적과상구장원공안동모스연성위우중"
    "회생거만신경문계데화선방고객번호주문금액날짜수량상품명매출판매점가격합계서울부산김박최역월년"
)
FREQUENT_KANA = frozenset(
    "あいうえおかがきくけこさしじすせそただちつてでとなにのはまみめもやよらりるれろわをんっアイウエオカキクケコサシスセソタチツテト"
    "ナニネノハバパフブプヘベペホボポマミムメモヤユョラリルレロワンーッャュ"
    "円株式会社年月日本東京都大阪府県市区町田山川中村高橋鈴木佐藤伊渡辺小林加商店番号注文受顧客金額数量単価品名住所電話氏様合計"
)


@dataclass(frozen=True)
class Guess:
    """An encoding and whether the bytes leave no doubt about it."""

    encoding: str
    is_sure: bool


@dataclass(frozen=True)
class Survey:
    """Counts over a whole file: physical lines, places that do not decode, NUL characters."""

    line_count: int
    bad_byte_count: int
    nul_count: int


@dataclass(frozen=True)
class Chunk:
    """Whole lines of a text file as UTF-8 with LF ends, without NUL and byte order mark.

    `line_count`, `bad_byte_count` and `nul_count` are of these lines; `bytes_read` is how far the file
    has been read so far.
    """

    data: bytes
    line_count: int
    bad_byte_count: int
    nul_count: int
    bytes_read: int


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
    (wide_best, wide_encoding), (wide_next, _next) = sorted(
        ((score(sample), encoding) for encoding, score in SCORES), reverse=True
    )[:2]
    found = best_alphabet(sample, may_be_wide=any(decodes(sample, encoding) for encoding, _score in SCORES))
    narrow_best = (LATIN_WEIGHT if found.is_latin else SCRIPT_WEIGHT) * found.score**2
    best, encoding, second = wide_best, wide_encoding, max(wide_next, narrow_best)
    if narrow_best > wide_best:
        best, encoding, second = narrow_best, found.encoding, wide_best if found.is_clear else narrow_best
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


SCORES: tuple[tuple[str, Callable[[bytes], float]], ...] = (
    ("gb18030", _frequent_share("gb18030", FREQUENT_SIMPLIFIED)),
    ("big5hkscs", _frequent_share("big5hkscs", FREQUENT_TRADITIONAL)),
    ("cp932", _frequent_share("cp932", FREQUENT_KANA)),
    ("cp949", _frequent_share("cp949", FREQUENT_HANGUL)),
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


def chunks(source: Path, encoding: str) -> Iterator[Chunk]:
    """A file as whole lines, some megabytes at a time; a last line without an end gets one.

    Bytes that do not decode are replaced and counted. Of a line longer than `LONGEST_KEPT` bytes the
    rest is left out, so that a file without line ends is not held in memory.
    """
    carried = b""
    nuls = bad_bytes = bytes_read = 0
    for text, bad, done in _utf8(source, encoding):
        bytes_read, bad_bytes = done, bad_bytes + bad
        nuls += text.count(b"\0")
        data = carried + text.replace(b"\0", b"") if carried or nuls else text
        carried = b""
        if b"\r" in data:
            if data.endswith(b"\r"):
                data, carried = data[:-1], b"\r"
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        end = data.rfind(b"\n") + 1
        data, carried = data[:end], _shortened(data[end:]) + carried
        if data:
            yield _chunk(data, bad_bytes, nuls, bytes_read)
            bad_bytes = nuls = 0
    last = carried.removesuffix(b"\r") + b"\n" if carried else b""
    if last or bad_bytes or nuls:
        yield _chunk(last, bad_bytes, nuls, bytes_read)


def survey(source: Path, encoding: str, listener: Callable[[int], None] | None = None) -> Survey:
    """The counts of a whole file; `listener` is told the bytes read so far."""
    lines = bad_bytes = nuls = 0
    for chunk in chunks(source, encoding):
        lines += chunk.line_count
        bad_bytes += chunk.bad_byte_count
        nuls += chunk.nul_count
        if listener:
            listener(chunk.bytes_read)
    return Survey(lines, bad_bytes, nuls)


def _utf8(source: Path, encoding: str) -> Iterator[tuple[bytes, int, int]]:
    """The content in UTF-8 without byte order mark, places that did not decode, and bytes read so far.

    What is UTF-8 already is passed on as it is, to be judged by whole lines.
    """
    name = codecs.lookup(encoding).name
    as_it_is = name in ("utf-8", "utf-8-sig")
    decoder = codecs.getincrementaldecoder(encoding)("clientele-report")
    bytes_read, is_first = 0, True
    with source.open("rb") as file:
        while True:
            text = raw = file.read(CHUNK_BYTES)
            bytes_read += len(raw)
            bad = 0
            if not as_it_is:
                _reporter.count = 0
                text = decoder.decode(raw, final=not raw).encode("utf-8", errors="replace")
                bad = _reporter.count
            if is_first and text:
                text, is_first = text.removeprefix(codecs.BOM_UTF8), False
            if text or bad:
                yield text, bad, bytes_read
            if not raw:
                return


def _chunk(data: bytes, bad_bytes: int, nuls: int, bytes_read: int) -> Chunk:
    """A chunk; what is not UTF-8 in it is replaced and counted."""
    if not data.isascii():
        _reporter.count = 0
        text = data.decode("utf-8", "clientele-report")
        if _reporter.count:
            bad_bytes, data = bad_bytes + _reporter.count, text.encode("utf-8")
    return Chunk(data, data.count(b"\n"), bad_bytes, nuls, bytes_read)


def _shortened(line: bytes) -> bytes:
    """The beginning of a line, up to a whole character."""
    if len(line) <= LONGEST_KEPT:
        return line
    end = LONGEST_KEPT
    while line[end] & 0xC0 == 0x80:
        end -= 1
    return line[:end]


def after_lines(data: bytes, count: int) -> tuple[bytes, int]:
    """What follows the first `count` line ends of `data`, and how many of them there were."""
    start = skipped = 0
    while skipped < count:
        end = data.find(b"\n", start)
        if end < 0:
            return b"", skipped
        start, skipped = end + 1, skipped + 1
    return (data[start:], skipped) if start else (data, 0)


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
