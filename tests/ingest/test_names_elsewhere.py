"""Headers in other languages and from well-known systems find their columns, and no name means two things."""

from pathlib import Path

import pytest

from crm_core.ingest import guess_mapping, inspect_file
from crm_core.ingest.headings import EXTRA_SYNONYMS, extra_keys, key_of, synonym_keys
from crm_core.ingest.names_elsewhere import NAMES_ELSEWHERE
from crm_core.ingest.remembered import similar_mapping
from crm_core.ingest.units import told_units
from crm_core.schema import TABLES
from tests.ingest.conftest import aside, kept


def source_of(tmp_path: Path, *lines: str):
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return inspect_file(path, "file.csv")


@pytest.mark.parametrize("table", TABLES)
def test_no_name_means_two_columns_of_a_table(table: str):
    """But for a company's name, which is the customer where the file has no code."""
    twice = {key: {name for name, _rank in pairs} for key, pairs in synonym_keys(table).items() if len(pairs) > 1}

    assert all(names == {"customer_id", "name"} for names in twice.values()), twice


def test_no_name_of_an_order_column_decides_how_another_is_read():
    names = [key for names in EXTRA_SYNONYMS.values() for key in {key_of(name) for name in names}]

    assert set(names).isdisjoint(synonym_keys("orders"))
    assert len(names) == len(set(names)) == len(extra_keys())


def test_every_column_named_elsewhere_exists():
    known = {f"{table}.{name}" for table in TABLES for name in TABLES[table].column_names}
    shared = {"customer_id", "sales_rep"}

    assert {key for names in NAMES_ELSEWHERE.values() for key in names} <= known | shared


@pytest.mark.parametrize(
    ("header", "extra"),
    [
        ("Kundennr.;Bestelldatum;Nettobetrag;Belegnummer;Stückzahl;Warengruppe", ""),
        ("Code client;Date de commande;Montant HT;Numéro de commande;Quantité;Catégorie", ""),
        ("Código de cliente;Fecha de pedido;Importe;Número de pedido;Cantidad;Categoría", ""),
        ("Codice cliente;Data ordine;Importo;Numero ordine;Quantità;Categoria", ""),
        ("Código do cliente;Data do pedido;Valor total;Número do pedido;Quantidade;Categoria", ""),
        ("Klantnummer;Besteldatum;Bedrag;Bestelnummer;Aantal;Productgroep", ""),
        ("顧客番号;注文日;売上金額;注文番号;数量;商品カテゴリ", ""),
        ("고객번호;주문일자;결제금액;주문번호;수량;카테고리", ""),
        ("客戶編號;訂單日期;銷售金額;訂單編號;數量;類別", ""),
        ("Kod klienta;Data zamówienia;Kwota netto;Numer zamówienia;Ilość;Kategoria", ""),
        ("Číslo zákazníka;Datum objednávky;Částka;Číslo objednávky;Množství;Skupina zboží", ""),
        ("Vevőkód;Rendelés dátuma;Összeg;Rendelésszám;Mennyiség;Kategória", ""),
        ("Код клиента;Дата заказа;Сумма;Номер заказа;Количество;Категория", ""),
        ("Müşteri Kodu;Sipariş Tarihi;Tutar;Sipariş No;Adet;Kategori", ""),
        ("KUNNR;FKDAT;NETWR;VBELN;FKIMG;MATKL", ""),
        ("CODE CLIENT;DATE COMMANDE;MONTANT;NUMERO COMMANDE;QUANTITE;CATEGORIE", "accents left out"),
    ],
)
def test_a_header_in_any_of_these_languages_is_understood(tmp_path, header: str, extra: str):
    mapping = guess_mapping(
        source_of(tmp_path, header, "K1;2026-01-02;5,50;A-1;2;Farbe", "K2;2026-01-03;6,50;A-2;1;Farbe")
    )

    assert list(mapping.columns.values()) == [header.split(";")[place] for place in (0, 1, 2, 3, 4, 5)]
    assert list(mapping.columns) == ["customer_id", "ordered_at", "amount", "order_id", "quantity", "category"]


def test_the_orders_of_shopify_are_made_of_their_lines(load):
    loaded = load(
        "Name,Email,Financial Status,Paid at,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price\n"
        "#1001,ann@x.io,paid,2026-01-02 10:00:00 +0000,25.00,2026-01-02 10:00:00 +0000,2,Cup,5.00\n"
        "#1001,ann@x.io,,,,2026-01-02 10:00:00 +0000,1,Pot,15.00\n"
    )

    assert kept(loaded, "customer_id", "order_id", "product_id", "amount") == [
        ("ann@x.io", "#1001", "Cup", 10),
        ("ann@x.io", "#1001", "Pot", 15),
    ]


def test_what_stripe_paid_back_is_taken_off(load):
    loaded = load(
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Status,Customer ID\n"
        "ch_1,2026-01-02 10:00,100.00,0.00,usd,Paid,cus_1\n"
        "ch_2,2026-01-03 10:00,80.00,30.00,usd,Partial Refund,cus_1\n"
        "ch_3,2026-01-04 10:00,70.00,0.00,usd,Failed,cus_2\n"
    )

    assert kept(loaded, "customer_id", "amount") == [("cus_1", 100), ("cus_1", 50)]
    assert aside(loaded) == [(4, "status_not_counted")]


def test_a_refund_that_cannot_be_read_sets_its_row_aside(load):
    loaded = load(
        "客户,日期,金额,退款金额\n甲,2026-01-02,10.00,3.00\n甲,2026-01-03,10.00,多\n" + "乙,2026-01-04,9.00,0.50\n" * 9
    )

    assert kept(loaded, "amount")[:2] == [(7,), (8.5,)]
    assert aside(loaded) == [(3, "unreadable_amount")]
    assert loaded.report.amounts_add_up
    assert loaded.report.lines_add_up


@pytest.mark.parametrize(
    ("header", "value", "amount"),
    [
        ("金额（万元）", "1.5", 15000),
        ("销售额(千元)", "1.5", 1500),
        ("amount (cents)", "150", 1.5),
        ("amount_cents", "150", 1.5),
        ("umsatz (T€)", "1,5", 1500),
        ("montant (k€)", "1,5", 1500),
        ("amount [mio]", "1.5", 1_500_000),
        ("金额(元)", "1.5", 1.5),
        ("金额", "1.5万", 15000),
        ("金额(万元)", "1.5万", 15000),
        ("売上金額(千円)", "2", 2000),
    ],
)
def test_money_in_another_unit_comes_in_the_currencys_own(load, header: str, value: str, amount: float):
    loaded = load(f"customer;date;{header}\nann;2026-01-02;{value}\nbob;2026-01-03;{value}\n")

    assert [float(row[0]) for row in kept(loaded, "amount")] == [amount, amount]
    assert float(loaded.report.amount_in) == 2 * amount


def test_a_column_of_money_without_a_unit_counts_as_the_amount_does(tmp_path):
    source = source_of(tmp_path, "客户,日期,金额(万元),成本,折扣(元)", "甲,2026-01-02,3,2,100", "乙,2026-01-03,4,2,90")

    assert told_units(source, guess_mapping(source)) == {"amount": "ten_thousand", "cost": "ten_thousand"}


def test_a_kind_of_entry_marks_returns_by_its_words(load):
    loaded = load("客户,日期,金额,单据类型\n甲,2026-01-02,10,销售\n甲,2026-01-03,4,销售退货\n乙,2026-01-03,6,销售\n")

    assert kept(loaded, "amount") == [(10,), (-4,), (6,)]


def test_in_sap_a_credit_to_the_customer_is_a_return(load):
    loaded = load("KUNNR,FKDAT,NETWR,SHKZG\n1,2026-01-02,10,S\n1,2026-01-03,4,H\n")

    assert kept(loaded, "amount") == [(10,), (-4,)]


@pytest.mark.parametrize(
    ("counted", "not_counted"),
    [
        ("Versandt", "Storniert"), ("Expédiée", "Annulée"), ("Enviado", "Anulado"), ("Spedito", "Annullato"),
        ("Verzonden", "Geannuleerd"), ("発送済み", "キャンセル"), ("배송완료", "주문취소"), ("已完成", "已關閉"),
    ],
)  # fmt: skip
def test_statuses_that_brought_nothing_are_known_in_many_languages(tmp_path, counted: str, not_counted: str):
    source = source_of(
        tmp_path, "customer,date,amount,status", f"a,2026-01-02,1,{counted}", f"b,2026-01-03,2,{not_counted}"
    )

    assert guess_mapping(source).kept_statuses == (counted,)


def test_a_mapping_for_a_file_with_other_columns_is_offered_and_not_taken(tmp_path):
    first = source_of(tmp_path, "customer,date,amount,net", "a,2026-01-02,5,4", "b,2026-01-03,5,4")
    mine = guess_mapping(first).model_copy(
        update={"columns": {"customer_id": "customer", "ordered_at": "date", "amount": "net"}}
    )
    second = source_of(tmp_path, "date,customer,amount,net,shop", "2026-01-02,a,5,4,x", "2026-01-03,b,5,4,y")
    guess = guess_mapping(second, remembered=[mine])
    offered = similar_mapping(second, guess, [mine])

    assert guess.columns["amount"] == "amount"
    assert offered is not None
    assert offered.columns["amount"] == "net"
