"""Which encoding bytes are in, and the same text again as UTF-8."""

import pytest

from crm_core.ingest.decode import chunks, guess_encoding, survey

CHINESE = "客户编号,订单日期,金额,城市\n007,2024-03-05,12.5,深圳\n"
TAIWAN = "客戶編號,訂單日期,金額,城市\n007,2024-03-05,12.5,臺北\n"
JAPANESE = "顧客コード,受注日,金額,都市\n007,2024-03-05,12.5,とうきょう\n"
KOREAN = "고객번호,주문일자,금액,도시\n007,2024-03-05,12.5,서울\n"
GERMAN = "Kunde;Straße;Betrag\n1;Königsallee;5\n"
RUSSIAN = "клиент;дата;сумма\n1;Москва;5\n"


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
