"""Every model can be put together, and the composer reads a model as a parser would."""

import pytest
import sqlglot
from sqlglot import exp

from crm_core.engine import Database, compose, compose_text, models
from crm_core.engine.composer import parameters, sources
from tests.models.sql import folder_of, own_steps, parsed, tables_read

# What callers put in: a data set's tables, kept tables under their own names, short SELECTs over the data at hand.
GIVEN = {
    "orders", "order_lines", "customers", "payments", "all_orders", "all_lines",
    *(f"loaded_{name}" for name in
      ("orders", "customers", "payments", "cases", "surveys", "visits", "contracts")),
    "saved_tiers", "saved_loyalty", "saved_risk", "value_inputs", "risk_inputs", "loyalty_inputs",
    "rfm_inputs", "rfm_worths", "saved_rfm",
    "customer_levels", "customer_scores", "customer_tiers", "cut_scores", "scaled_measures", "tier_cuts",
    "signal_inputs", "risk_scores", "loyalty_scores",
    "current_labels", "earlier_labels", "current_stages", "earlier_stages", "saved_stages", "customer_segments",
    "current_tiers", "earlier_tiers", "set_aside",
}  # fmt: skip


@pytest.mark.parametrize("model", models())
def test_a_model_reads_models_and_what_callers_give(model: str):
    read = tables_read(parsed(model)) - own_steps(parsed(model))

    assert read <= set(models()) | GIVEN


@pytest.mark.parametrize("model", models())
def test_the_composer_finds_the_sources_that_a_parser_finds(model: str):
    assert set(sources(models()[model])) == tables_read(parsed(model))


@pytest.mark.parametrize("model", models())
def test_a_models_own_step_is_never_named_like_a_model(model: str):
    """A step would hide the model of its name from all that is composed after it."""
    assert own_steps(parsed(model)).isdisjoint(set(models()) | GIVEN)


@pytest.mark.parametrize("model", [name for name in models() if folder_of(name) != "staging"])
def test_a_composed_model_says_each_step_before_it_is_read(model: str):
    """Read in order, every name is a table that was given or a step that stands further up."""
    tree = sqlglot.parse_one(compose(model, {name: f"kept_{name}" for name in GIVEN}).sql, dialect="duckdb")
    known = {f"kept_{name}" for name in GIVEN}
    steps = tree.args["with_"].expressions if tree.args.get("with_") else []
    for step in steps:
        inner = {inner.alias for inner in step.this.find_all(exp.CTE)}
        assert tables_read(step.this) - inner <= known, step.alias
        assert step.alias not in known
        known.add(step.alias)


@pytest.mark.parametrize("model", models())
def test_a_model_names_its_parameters_so_that_a_parser_finds_them(model: str):
    assert parameters(models()[model]) == {
        found.name for found in parsed(model).find_all(exp.Parameter, exp.Placeholder)
    }


def test_what_is_given_ends_the_search():
    query = compose("customer_features", {name: f"kept_{name}" for name in ("customer_orders", "customers")})

    assert "from kept_customer_orders" in query.sql
    assert "known_orders" not in query.sql


def test_a_given_select_may_read_what_it_stands_for():
    database = Database(memory_limit="200MB", threads=1)
    query = compose_text("select count(*) from orders", {"orders": "select * from range(3) as orders(number)"})

    assert database.rows(query.sql) == [(3,)]
    database.close()


def test_comments_and_texts_are_not_read():
    assert sources("select 'from a' -- from b\nfrom c join d using (e) where f is not distinct from g") == ["c", "d"]
    assert sources("select * from range(3)") == []


def test_a_text_may_hold_two_dashes():
    assert sources("select '--' as dashes, note from c") == ["c"]
    assert parameters("select '$no', $yes from c") == {"yes"}


def test_a_query_binds_what_it_uses_and_misses_what_is_not_there():
    query = compose_text("select $a + $b", {})

    assert query.bind({"a": 1, "b": 2, "c": 3}) == {"a": 1, "b": 2}
    with pytest.raises(KeyError):
        query.bind({"a": 1})


def test_there_is_no_model_of_an_unknown_name():
    with pytest.raises(KeyError):
        compose("customer_horoscope")
