"""Numbers far from the others: planted ones are found, and a wide column has none."""

import random

from crm_core.ingest import problems


def sales(amounts: list[str]) -> str:
    rows = [f"c{place % 40},2026-0{1 + place % 5}-{1 + place % 28:02},{amount}" for place, amount in enumerate(amounts)]
    return "customer,date,amount\n" + "".join(f"{row}\n" for row in rows)


def log_normal(count: int) -> list[str]:
    dice = random.Random(4)
    return [f"{dice.lognormvariate(4, 1):.2f}" for _ in range(count)]


def amount_of(loaded):
    return next(column for column in loaded.report.columns if column.name == "amount")


def test_planted_slips_of_the_hand_are_found_with_their_lines(load):
    amounts = log_normal(3000)
    amounts[700], amounts[1500] = "9900000.00", "-9000000"
    column = amount_of(load(sales(amounts)))

    assert column.outlier_count == 2
    assert [(example.line, example.value) for example in column.outliers] == [(702, "9900000"), (1502, "-9000000")]


def test_the_sentence_gives_count_example_line_and_measure(load):
    amounts = [*log_normal(999), "9900000"]
    said = next(text for text in problems(load(sales(amounts)).report) if "far from" in text)

    assert said.startswith("1 value of “amount” lies far from the others, such as 9900000 on line 1,001;")


def test_clean_amounts_have_none(load):
    assert amount_of(load(sales(log_normal(3000)))).outlier_count == 0


def test_equal_amounts_with_a_few_others_have_none(load):
    assert amount_of(load(sales(["9.99"] * 300 + ["19.98"] * 20 + ["99.90"] * 3))).outlier_count == 0


def test_a_column_in_which_many_are_far_away_is_merely_wide(load):
    amounts = log_normal(2000) + ["90000000"] * 40

    assert amount_of(load(sales(amounts))).outlier_count == 0


def test_repeated_lines_are_counted_with_what_they_bring(load):
    text = "customer,date,amount\nann,2026-01-02,5\nbob,2026-01-02,7\nbob,2026-01-02,7\nbob,2026-01-02,7\n"
    report = load(text).report

    assert (report.exact_duplicates, report.exact_duplicates_amount) == (2, 14)
    assert "2 lines repeat another letter for letter (14.00). They are kept unless you say otherwise." in problems(
        report
    )
