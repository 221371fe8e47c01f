"""Makes the Spark text of the portable models from the models themselves.

    python -m crm_core.spark_tools update     write crm_core/spark/golden anew
    python -m crm_core.spark_tools check      say which texts have drifted; exit code 1 if any has

A parser (sqlglot) reads the DuckDB text and writes Spark's; the four macros of the seam are expanded in its tree.
"""

import sys
from collections.abc import Callable, Sequence

import sqlglot
from sqlglot import exp

from crm_core.portable import PORTABLE, portable
from crm_core.spark.golden import GOLDEN_FOLDER, golden_path

HEADER = "-- Made from the model {model} by `python -m crm_core.spark_tools update`. Change the model, not this text.\n"


def cast(value: exp.Expr, kind: str) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType.build(kind, dialect="spark"))


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    days = exp.Anonymous(this="DATEDIFF", expressions=[cast(later, "date"), cast(earlier, "date")])
    return cast(days, "bigint")


def ratio(part: exp.Expr, whole: exp.Expr) -> exp.Expr:
    divisor = exp.Nullif(this=cast(whole, "double"), expression=exp.Literal.number(0))
    return exp.Paren(this=exp.Div(this=cast(part, "double"), expression=divisor))


def mean(value: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="AVG", expressions=[cast(value, "double")])


def quantile(value: exp.Expr, share: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this="PERCENTILE", expressions=[cast(value, "double"), share])


SEAM: dict[str, Callable[..., exp.Expr]] = {
    "days_between": days_between,
    "ratio": ratio,
    "mean": mean,
    "quantile": quantile,
}


def spark_text(sql: str) -> str:
    """DuckDB's `sql` as Spark SQL."""
    tree = sqlglot.parse_one(sql, dialect="duckdb")
    for call in reversed(list(tree.bfs())):  # inner calls first
        expanded = _expanded(call)
        if expanded is not call:
            call.replace(expanded)
    text: str = tree.sql(dialect="spark", pretty=True, comments=False, unsupported_level=sqlglot.ErrorLevel.RAISE)
    return text


def _expanded(node: exp.Expr) -> exp.Expr:
    """A call of a macro becomes what it stands for on Spark. The parser knows `quantile` and `mean` by other names."""
    if isinstance(node, exp.Quantile):
        return quantile(node.this, node.args["quantile"])
    if isinstance(node, exp.Avg):
        return mean(node.this)
    if isinstance(node, exp.Anonymous) and node.name.lower() in SEAM:
        return SEAM[node.name.lower()](*node.expressions)
    return node


def golden_text(model: str) -> str:
    """What the golden file of `model` has to say."""
    return HEADER.format(model=model) + spark_text(portable(model).sql) + "\n"


def drifted() -> list[str]:
    """The models whose golden text is missing or is not what the model gives, and texts of no model."""
    stale = [
        model
        for model in PORTABLE
        if not golden_path(model).exists() or golden_path(model).read_text(encoding="utf-8") != golden_text(model)
    ]
    return stale + sorted({path.stem for path in GOLDEN_FOLDER.glob("*.sql")} - set(PORTABLE))


def main(arguments: Sequence[str]) -> int:
    """The command line; answers with the exit code."""
    if list(arguments) not in (["update"], ["check"]):
        print(__doc__)
        return 2
    stale = drifted()
    for model in stale:
        if arguments[0] == "check":
            print(f"{model} has drifted: python -m crm_core.spark_tools update")
        elif model in PORTABLE:
            golden_path(model).write_text(golden_text(model), encoding="utf-8", newline="\n")
        else:
            golden_path(model).unlink()
    print(f"{len(PORTABLE)} portable models, {len(stale)} {'drifted' if arguments[0] == 'check' else 'written'}")
    return int(arguments[0] == "check" and bool(stale))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
