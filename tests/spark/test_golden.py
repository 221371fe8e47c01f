"""What Spark runs is what the models say: the committed text is the translation of today's models."""

import re
from pathlib import Path

import pytest

from crm_core import spark_tools
from crm_core.portable import PORTABLE, given_name, portable
from crm_core.spark import golden as golden_module
from crm_core.spark.golden import golden
from tests.models.test_portable_subset import SEAM


def test_no_golden_text_has_drifted_from_its_model():
    """After a change of a model: python -m crm_core.spark_tools update."""
    assert spark_tools.drifted() == []


def test_a_changed_a_missing_and_a_leftover_text_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(golden_module, "GOLDEN_FOLDER", tmp_path)
    monkeypatch.setattr(spark_tools, "GOLDEN_FOLDER", tmp_path)
    assert spark_tools.main(["update"]) == 0
    assert spark_tools.main(["check"]) == 0

    (tmp_path / "orders.sql").write_text(spark_tools.golden_text("orders").replace("revenue", "turnover"))
    (tmp_path / "later_orders.sql").unlink()
    (tmp_path / "gone.sql").write_text("select 1")

    assert spark_tools.drifted() == ["orders", "later_orders", "gone"]
    assert spark_tools.main(["check"]) == 1


@pytest.mark.parametrize("model", PORTABLE)
def test_macros_are_expanded_and_parameters_named_as_spark_names_them(model: str):
    text = golden(model)

    assert not re.search(rf"\b({'|'.join(SEAM)})\(", text, re.IGNORECASE)
    assert "$" not in text
    assert set(re.findall(r":([a-z_]+)", text)) == portable(model).parameters


@pytest.mark.parametrize("model", PORTABLE)
def test_a_portable_model_is_given_what_it_says(model: str):
    read = set(re.findall(r"\bgiven_(\w+)", golden(model)))

    assert {given_name(table) for table in read} <= {given_name(table) for table in PORTABLE[model]}


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("select days_between(a, b) from t", "CAST(DATEDIFF(CAST(b AS DATE), CAST(a AS DATE)) AS BIGINT)"),
        ("select ratio(a, b) from t", "( CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0) )"),
        ("select mean(a) from t", "AVG(CAST(a AS DOUBLE))"),
        ("select quantile(a, 0.5) from t", "PERCENTILE(CAST(a AS DOUBLE), 0.5)"),
        ("select quantile(days_between(a, b), 0.5) from t",
         "PERCENTILE(CAST(CAST(DATEDIFF(CAST(b AS DATE), CAST(a AS DATE)) AS BIGINT) AS DOUBLE), 0.5)"),
    ],
)  # fmt: skip
def test_the_seam_is_expanded_inner_calls_first(duckdb: str, spark: str):
    assert spark_tools.spark_text(duckdb).split() == f"SELECT {spark} FROM t".split()
