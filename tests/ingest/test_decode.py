"""Which encoding bytes are in, and the same text again as UTF-8."""

import pytest

from crm_core.ingest.decode import chunks, guess_encoding, survey

CHINESE = "客户编号,订单日期,金额,城市\n007,2024-03-05,12.5,深圳\n"
TAIWAN = "客戶編號,訂單日期,金額,城市\n007,2024-03-05,12.5,臺北\n"
JAPANESE = "顧客コード,受注日,金額,都市\n007,2024-03-05,12.5,とうきょう\n"
KOREAN = "고객번호,주문일자,금액,도시\n007,2024-03-05,12.5,서울\n"
GERMAN = "Kunde;Straße;Betrag\n1;Königsallee;5\n"
RUSSIAN = "клиент;дата;сумма\n1;Москва;5\n"


NAMES = {
    "pl": "Klient;Kwota\nŻabka Łódź;1\nPaweł Wójcik;2\nMałgorzata Dąbrowska;3\nSpółka Źródło;4\n",
    "cs": "Zákazník;Částka\nŽluťoučký kůň;1\nDvořák Jiří;2\nRůžička;3\nŠkoda Plzeň;4\n",
    "hu": "Vevő;Összeg\nGyőri Keksz;1\nTőkés Ödön;2\nSzűcs Árpád;3\n",
    "tr": "Müşteri;Tutar\nŞükrü Çağlar;1\nIşık Eczanesi;2\nİstanbul Gıda;3\n",
    "lt": "Klientas;Suma\nŽemaitijos pienas;1\nŠiaulių bankas;2\nJūratė Kęstutytė;3\n",
    "ru": "Клиент;Сумма\nООО Ромашка;1\nИванов Пётр;2\nСидорова Анна;3\n",
    "el": "Πελάτης;Ποσό\nΓεωργίου Μαρία;1\nΕλληνικά Τρόφιμα;2\nΚαφενείο Αθήνα;3\n",
    "he": "לקוח;סכום\nדוד כהן;1\nשרה לוי;2\nמשה פרץ תל אביב;3\n",
    "ar": "العميل;المبلغ\nشركة النور للتجارة;1\nمحمد عبد الله;2\nسارة الأحمد;3\n",
    "de": "Kunde;Betrag\nMüller & Söhne;1\nStraßenbau Köln;2\nBäckerei Groß;3\n",
    "fr": "Client;Montant\nSociété Générale;1\nFrançois Crêpe;2\nNoël L’Œuf « chez nous »;3\n",
    "es": "Cliente;Importe\nPeña Muñoz;1\nNúñez Ñandú;2\n2ª Mano 30 m²;3\n",
    "pt": "Cliente;Valor\nSão João;1\nConceição Guimarães;2\n",
    "zh": "name\n王伟\n李娜\n张敏\n刘洋\n陈静\n杨丽\n",
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("pl", "cp1250"),
        ("pl", "iso8859-2"),
        ("pl", "cp852"),
        ("cs", "cp1250"),
        ("hu", "cp1250"),
        ("tr", "cp1254"),
        ("lt", "cp1257"),
        ("ru", "cp1251"),
        ("ru", "cp866"),
        ("ru", "koi8-r"),
        ("ru", "iso8859-5"),
        ("el", "cp1253"),
        ("he", "cp1255"),
        ("ar", "cp1256"),
        ("de", "cp1252"),
        ("de", "cp850"),
        ("de", "mac-roman"),
        ("fr", "cp1252"),
        ("es", "cp1252"),
        ("pt", "cp1252"),
        ("zh", "gbk"),
    ],
)
def test_letters_tell_which_encoding_of_one_byte_it_is(language: str, encoding: str):
    content = NAMES[language].encode(encoding, "ignore")

    assert content.decode(guess_encoding(content).encoding) == content.decode(encoding)


def test_quotes_and_units_beyond_ascii_alone_leave_the_usual_western_encoding():
    content = "Artikel;Preis\nPlane 30 m² – „stark“;5 €\nDon’t panic;6 €\n".encode("cp1252")

    assert guess_encoding(content).encoding == "cp1252"


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (CHINESE, "utf-8", "utf-8"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "gbk", "gb18030"),
        (CHINESE, "utf-16", "utf-16-le"),
        (CHINESE, "utf-16-le", "utf-16-le"),
        (CHINESE, "utf-16-be", "utf-16-be"),
        (CHINESE, "utf-32", "utf-32-le"),
        (CHINESE, "utf-32-be", "utf-32-be"),
        (TAIWAN, "big5", "big5hkscs"),
        (JAPANESE, "cp932", "cp932"),
        (KOREAN, "cp949", "cp949"),
        (GERMAN, "cp1252", "cp1252"),
        (RUSSIAN, "cp1251", "cp1251"),
        ("编号,d\n" + "1,2\n" * 1000, "gbk", "gb18030"),
    ],
)
def test_the_encoding_is_judged_by_content(text: str, encoding: str, found: str):
    guess = guess_encoding(text.encode(encoding))

    assert (guess.encoding, guess.is_sure) == (found, True)


def test_a_byte_that_does_not_decode_is_counted_and_replaced(tmp_path):
    source = tmp_path / "in"
    source.write_bytes(b"a,b\n1,\xff2\n")

    [chunk] = chunks(source, "utf-8")

    assert chunk.bad_byte_count == 1
    assert chunk.data.decode() == "a,b\n1,\ufffd2\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_become_lf_and_the_last_line_gets_one(tmp_path, ends: str):
    source = tmp_path / "in"
    source.write_bytes(ends.join(["a,b", "1,2", "3,4"]).encode())

    [*found] = chunks(source, "utf-8")

    assert b"".join(chunk.data for chunk in found) == b"a,b\n1,2\n3,4\n"
    assert sum(chunk.line_count for chunk in found) == 3


def test_nul_characters_are_counted_and_left_out(tmp_path):
    source = tmp_path / "in"
    source.write_bytes(b"a,b\n1,\0\0\n")

    assert survey(source, "utf-8").nul_count == 2


def test_a_line_end_cut_between_two_chunks_is_one_line_end(tmp_path, monkeypatch):
    monkeypatch.setattr("crm_core.ingest.decode.CHUNK_BYTES", 4)
    source = tmp_path / "in"
    source.write_bytes("abc\r\n客户\r\n".encode())

    [*found] = chunks(source, "utf-8")

    assert [chunk.data.decode() for chunk in found] == ["abc\n", "客户\n"]
    assert [chunk.line_count for chunk in found] == [1, 1]
