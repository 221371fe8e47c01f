"""Which column is which: guessed, remembered, corrected, written down."""

from datetime import date
from pathlib import Path

import pytest

from crm_core.errors import InputError
from crm_core.ingest import Mapping, guess_mapping, inspect_file, missing_columns, open_questions
from crm_core.ingest.date_question import order_question_in_words


def source_of(tmp_path: Path, text: str):
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return inspect_file(path, "file.csv")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Customer ID,Order Date,Amount", "c1,2026-01-02,5"),
        ("cust_no;InvoiceDate;net amount", "c1;2026-01-02;5"),
        ("客户编号,下单时间,实付金额（元）", "c1,2026-01-02,5"),
        ("会员号,日期,销售额", "c1,2026-01-02,5"),
        ("客戶編號,訂單日期,銷售額", "c1,2026-01-02,5"),
    ],
)
def test_headers_in_two_languages_find_their_columns(tmp_path, header: str, row: str):
    mapping = guess_mapping(source_of(tmp_path, f"{header}\n{row}\n"))

    assert set(mapping.columns) == {"customer_id", "ordered_at", "amount"}


def test_a_header_is_used_once_and_the_surest_pair_first(tmp_path):
    mapping = guess_mapping(
        source_of(tmp_path, "order date,ship date,customer,sales,rep\n2026-01-02,2026-01-03,c1,5,Ann\n")
    )

    assert mapping.columns == {
        "customer_id": "customer",
        "ordered_at": "order date",
        "amount": "sales",
        "sales_rep": "rep",
    }


def test_numbers_with_leading_zeros_are_no_amount_where_another_is(tmp_path):
    source = source_of(tmp_path, "customer,date,value,sales\nc1,2026-01-02,007,5\nc2,2026-01-03,008,6\n")

    assert guess_mapping(source).columns["amount"] == "sales"


def test_the_amount_is_made_of_quantity_and_price_only_where_there_is_none(tmp_path):
    without = guess_mapping(source_of(tmp_path, "customer,date,quantity,unit price\nc1,2026-01-02,2,5\n"))
    within = guess_mapping(source_of(tmp_path, "customer,date,quantity,unit price,amount\nc1,2026-01-02,2,5,10\n"))

    assert (without.unit_price, missing_columns(without)) == ("unit price", ())
    assert within.unit_price is None


def test_statuses_that_bring_nothing_are_not_kept(tmp_path):
    rows = "".join(f"c,2026-01-02,1,{status}\n" for status in ("Shipped", "Cancelled", "Pending", "已退款", "已完成"))

    mapping = guess_mapping(source_of(tmp_path, "customer,date,amount,status\n" + rows))

    assert (mapping.status, mapping.kept_statuses) == ("status", ("Shipped", "已完成"))


def test_discounts_between_zero_and_one_are_rates(tmp_path):
    rows = "c,2026-01-02,80,0.2\nc,2026-01-02,100,0\n"

    assert guess_mapping(source_of(tmp_path, "customer,date,amount,discount\n" + rows)).discount_is_rate


def test_due_dates_make_a_list_of_payments_and_unique_ids_one_of_customers(tmp_path):
    payments = source_of(tmp_path, "customer,invoice no,invoice date,due date,amount\nc,1,2026-01-02,2026-02-01,5\n")
    customers = source_of(tmp_path, "customer,name,city,industry\nc1,Ann,Leeds,Tools\nc2,Bob,York,Paint\n")

    assert guess_mapping(payments).table == "payments"
    assert guess_mapping(customers).table == "customers"


def test_a_remembered_mapping_is_offered_for_the_same_headers_only(tmp_path):
    source = source_of(tmp_path, "customer,date,amount\nc,2026-01-02,5\n")
    mine = Mapping(columns={"customer_id": "amount"}, headers=("amount", "customer", "date"))
    other = Mapping(columns={"customer_id": "amount"}, headers=("amount",))

    assert guess_mapping(source, remembered=[other, mine]) == mine


def test_a_mapping_survives_its_file(tmp_path):
    mapping = guess_mapping(source_of(tmp_path, "客户,日期,数量,单价\nc,2026-01-02,2,5\n"))

    assert Mapping.model_validate_json(mapping.model_dump_json()) == mapping


def test_an_open_day_month_order_is_a_question_with_its_evidence(tmp_path):
    source = source_of(tmp_path, "customer,date,amount\nc,03/04/2026,5\nd,13/13/2026,5\n")

    [question] = open_questions(source, guess_mapping(source)).values()

    assert question.examples == ("03/04/2026",)
    assert question.spans == {"dmy": (date(2026, 4, 3),) * 2, "mdy": (date(2026, 3, 4),) * 2}


def test_the_question_says_which_days_each_order_would_make(tmp_path):
    source = source_of(tmp_path, "customer,date,amount\nc,24.01.05,5\nd,24.03.02,5\n")

    [question] = open_questions(source, guess_mapping(source)).values()

    assert order_question_in_words(question) == (
        "Nothing shows in which order 24.01.05, 24.03.02 are written. "
        "As day, month, year they run from 2002-03-24 to 2005-01-24. "
        "As year, month, day they run from 2024-01-05 to 2024-03-02."
    )


def test_a_missing_column_is_named_with_those_the_file_has(load):
    with pytest.raises(InputError, match=r"No column for customer_id.*日期, 金额, 门店"):
        load("日期,金额,门店\n2026-01-02,5,A\n")


def test_a_mapping_to_a_header_that_is_not_there_says_what_is(load):
    with pytest.raises(InputError, match=r"no column spend.*customer, date, amount"):
        load(
            "customer,date,amount\nc,2026-01-02,5\n",
            columns={"customer_id": "customer", "ordered_at": "date", "amount": "spend"},
        )
