"""The models from orders to features keep to what DuckDB and Spark understand alike (decision 0002)."""

import pytest
import sqlglot
from sqlglot import exp

from crm_core.engine import Database, models
from crm_core.engine.database import MACROS
from crm_core.portable import PORTABLE, portable
from tests.models.sql import functions_called, models_in, own_steps, parsed, tables_read

SEAM = {"days_between", "ratio", "mean", "quantile"}
ALIKE = {
    "sum", "count", "min", "max", "stddev_samp",
    "coalesce", "nullif", "greatest", "least", "round", "abs", "sqrt",
    "lag", "lead", "percent_rank", "row_number",
    "bool_and",
    "floor", "year", "month",  # of a number and of a day, never of an instant or a decimal
    "struct_pack", "struct_extract",  # to carry a value beside what is compared: min(struct_pack(at, value))
}  # fmt: skip
CASTS = {"INT", "BIGINT", "DOUBLE", "DECIMAL(18, 4)", "DATE"}
DIVISIONS = (exp.Div, exp.IntDiv, exp.Mod)
FEATURES = models_in("features")


def departures(tree: exp.Expression) -> set[str]:
    """What a model uses that the engines do not understand alike."""
    found = functions_called(tree) - SEAM - ALIKE
    found |= {f"cast to {cast.to.sql(dialect='duckdb')}" for cast in tree.find_all(exp.Cast)
              if cast.to.sql(dialect="duckdb") not in CASTS}  # fmt: skip
    found |= {f"division outside ratio(): {division.sql()}" for division in tree.find_all(*DIVISIONS)}
    found |= {
        "* exclude or replace"
        for star in tree.find_all(exp.Star)
        if star.args.get("except_") or star.args.get("replace")
    }
    found |= {"group by all" for group in tree.find_all(exp.Group) if group.args.get("all")}
    found |= {"qualify" for _ in tree.find_all(exp.Qualify)}
    found |= {"distinct on" for distinct in tree.find_all(exp.Distinct) if distinct.args.get("on")}
    found |= {"lambda" for _ in tree.find_all(exp.Lambda)}
    found |= {"list" for _ in tree.find_all(exp.Array)}
    return found


@pytest.mark.parametrize("model", PORTABLE)
def test_what_spark_runs_is_written_in_the_portable_subset_down_to_the_last_step(model: str):
    assert departures(sqlglot.parse_one(portable(model).sql, dialect="duckdb")) == set()


def test_all_features_are_part_of_what_spark_runs():
    steps = own_steps(sqlglot.parse_one(portable("customer_features").sql, dialect="duckdb"))

    assert set(FEATURES) <= steps | {"customer_features"}


@pytest.mark.parametrize(
    "sql",
    [
        "select median(a) from t",
        "select stddev(a) from t",
        "select a / b from t",
        "select a // b from t",
        "select date_diff('day', a, b) from t",
        "select * exclude (a) from t",
        "select a, count(*) from t group by all",
        "select a::varchar from t",
        "select list_filter(a, lambda x : x > 0) from t",
        "select a from t qualify row_number() over (order by a) = 1",
        "select quantile_cont(a, 0.5) from t",
        "select avg(a) from t",
    ],
)
def test_the_check_finds_what_is_not_portable(sql: str):
    assert departures(sqlglot.parse_one(sql, dialect="duckdb"))


def test_the_seam_is_four_macros():
    script = MACROS.read_text(encoding="utf-8")
    made = {
        macro.this.name
        for macro in sqlglot.parse(script, dialect="duckdb")
        for macro in macro.find_all(exp.UserDefinedFunction)
    }

    assert made == SEAM


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("days_between(timestamp '2026-03-01 23:59', timestamp '2026-03-02 00:01')", 1),
        ("days_between(date '2026-03-02', date '2026-03-01')", -1),
        ("ratio(1, 4)", 0.25),
        ("ratio(cast(1 as decimal(18, 4)), cast(3 as decimal(18, 4)))", 1 / 3),
        ("ratio(1, 0)", None),
        ("ratio(null, 2)", None),
        ("(select quantile(x, 0.5) from (values (1.0001::decimal(18, 4)), (1.0002)) as t(x))", 1.00015),
        ("(select mean(x) from (values (1), (2)) as t(x))", 1.5),
    ],
)
def test_the_macros_say_what_the_decision_says(call: str, answer: float | None):
    database = Database(memory_limit="200MB", threads=1)
    try:
        assert database.rows(f"select {call}") == [(answer,)]
    finally:
        database.close()


def test_features_stand_on_the_laid_out_tables_and_on_each_other_alone():
    laid_out = {"orders", "order_lines", "customers", "payments"}
    for model in FEATURES:
        assert tables_read(parsed(model)) - own_steps(parsed(model)) <= laid_out | set(FEATURES)
    assert set(PORTABLE) <= set(models())
