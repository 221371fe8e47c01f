"""What is measured. A job prepares what it stands on and returns one round of it, to be called several times."""

import itertools
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from benchmarks import inputs

Round = Callable[[], object]


def prepared(kind: str, lines: int, customers: int) -> Round:
    """Make the inputs, so that no job that is measured has to."""
    makers = {"bare": inputs.bare_data_set, "full": inputs.full_data_set, "csv": inputs.order_lines_csv}
    return lambda: makers[kind](lines, customers)


def prepared_demo() -> Round:
    return inputs.demo_data_set


# ---------------------------------------------------------------------- features of all customers


def floor(lines: int, customers: int) -> Round:
    """The bare group by: five aggregates of unsorted Parquet, kept as a table."""
    from crm_core.engine import shared_database

    path = inputs.order_lines(lines, customers)
    five = (
        "select customer_id, count(*), sum(amount), min(amount), max(amount), max(ordered_at)"
        f" from read_parquet('{path}') group by customer_id"
    )
    return lambda: shared_database().execute(f"create or replace table floor_table as {five}")


def features(lines: int, customers: int) -> Round:
    """Our customer_features, from the files of a data set of order lines alone to the kept table."""
    return features_from("bare", lines, customers)


def features_from(kind: str, lines: int, customers: int) -> Round:
    """Our customer_features, from a data set's files to the kept table, not packed."""
    from crm_core.book import Book
    from crm_core.engine import Engine, shared_database

    data = inputs.bare_data_set(lines, customers) if kind == "bare" else inputs.full_data_set(lines, customers)
    recipe = Book(data, data.last_day).features

    def one_round() -> None:
        with Engine(shared_database(), packed_from_rows=sys.maxsize).lease(recipe):
            pass

    return one_round


def prepared_features(lines: int, customers: int) -> Round:
    """Features that were computed ahead, from their file to the kept table."""
    from crm_core.engine import shared_database, shared_engine
    from crm_core.prepared import LocalFeatures, feature_parameters, prepared_path
    from crm_core.settings import Windows

    data, windows = inputs.bare_data_set(lines, customers), Windows()
    path = inputs.FOLDER / prepared_path(data, data.last_day, windows).name  # aside: no book takes it for computed ones
    if not path.exists():
        bound = feature_parameters(data, data.last_day, windows)
        LocalFeatures(shared_engine()).write_features(data, bound, path)
    return lambda: shared_database().execute(f"create or replace table feature_table as from read_parquet('{path}')")


def polars_features(lines: int, customers: int) -> Round:
    """The same facts in polars, from the same unsorted Parquet."""
    from benchmarks.peers import polars_features

    return lambda: polars_features(inputs.order_lines(lines, customers))


def pandas_features(lines: int, customers: int) -> Round:
    """The same facts in pandas, from the same unsorted Parquet."""
    from benchmarks.peers import pandas_features

    return lambda: pandas_features(inputs.order_lines(lines, customers))


def read_csv(lines: int, customers: int) -> Round:
    """DuckDB's own reader, told the types we arrive at: the file to Parquet, nothing checked beyond them."""
    from crm_core.engine import shared_database
    from crm_core.schema import TABLES

    path = inputs.order_lines_csv(lines, customers)
    with path.open(encoding="utf-8") as file:
        names = file.readline().strip().split(",")
    types = ", ".join(f"{name}: '{TABLES['orders'].column(name).sql_type}'" for name in names)
    written = inputs.FOLDER / "read.parquet"
    read = f"read_csv('{path}', header=true, columns={{{types}}})"
    return lambda: shared_database().execute(f"copy (from {read}) to '{written}' (format parquet)")


def load(lines: int, customers: int) -> Round:
    """Our load of the same file: every row kept or set aside, every column decided, the report counted."""
    from crm_core.engine import shared_database
    from crm_core.ingest import guess_mapping, inspect_file, load_table

    path, folder = inputs.order_lines_csv(lines, customers), inputs.FOLDER / "loaded"
    source = inspect_file(path, path.name)
    mapping = guess_mapping(source, "orders")

    def one_round() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        load_table(source, mapping, folder, database=shared_database(), as_of=None)

    return one_round


def lifetimes_summary(lines: int, customers: int) -> Round:
    """Four of the facts, as the `lifetimes` package makes them from the same unsorted Parquet."""
    from benchmarks.peers import lifetimes_summary

    return lambda: lifetimes_summary(inputs.order_lines(lines, customers))


def publish(lines: int, customers: int) -> Round:
    """Lay order lines out as a data set and publish it; reading and checking the file came before."""
    from crm_core.engine import shared_database
    from crm_core.store import Workspace

    folder = inputs.FOLDER / "publishing"
    inputs.accepted_order_lines(lines, customers)

    def one_round() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        inputs.publish_order_lines(lines, customers, Workspace(folder, shared_database()))
        shutil.rmtree(folder)

    return one_round


# ---------------------------------------------------------------------- what a book keeps


def ranks(lines: int, customers: int) -> Round:
    """The ranks of all customers on fifteen dimensions, on features that are there."""
    return _kept_again(lines, customers, "levels")


def _kept_again(lines: int, customers: int, name: str) -> Round:
    book = _book(lines, customers)
    recipe = getattr(book, name)()
    with book.engine.lease(book.features):
        query = recipe.query()
        bound = query.bind(recipe.parameters)
    return lambda: book.engine.database.execute(f"create or replace table measured_table as {query.sql}", bound)


# ---------------------------------------------------------------------- one step of a slider


def value_step(lines: int, customers: int, method: str) -> Round:
    """A weight of value changes: score, cuts, tiers, summary and moves."""
    from crm_core.settings import Scenario

    book, saved, weights = _book(lines, customers), Scenario(), _new_weights()

    def one_round() -> object:
        changes = {"value.method": method, "value.weights.growth": next(weights)}
        tiers = book.value_tiers(saved.with_changes(changes).value, saved)
        return tiers.summary, tiers.moves

    one_round()
    return one_round


def loyalty_step(lines: int, customers: int) -> Round:
    """A weight of dependence changes: dependence, types and their summary."""
    from crm_core.settings import Scenario

    book, saved, weights = _book(lines, customers), Scenario(), _new_weights()

    def one_round() -> object:
        return book.loyalty_types(saved.with_changes({"loyalty.weights.breadth": next(weights)}).loyalty, saved).summary

    one_round()
    return one_round


def churn_step(lines: int, customers: int) -> Round:
    """A weight of risk changes: signals, risk, bands and their summary."""
    from crm_core.settings import Scenario

    book, saved, weights = _book(lines, customers), Scenario(), _new_weights()

    def one_round() -> object:
        changes = {"churn.weights.overdue_order": next(weights)}
        return book.churn_signals(saved.with_changes(changes).churn, saved).bands

    one_round()
    return one_round


def pandas_step(lines: int, customers: int) -> Round:
    """The same change of a weight as most would write it: pandas rank, cut and group by."""
    from benchmarks.peers import pandas_tiers
    from crm_core.settings import Scenario

    book, weights = _book(lines, customers), _new_weights()
    book.value_tiers()
    with book.engine.lease(book.features) as kept, book.engine.lease(book.levels()) as levels:
        frame = book.engine.database.arrow(f"select * from {kept} inner join {levels} using (customer_key)").to_pandas()
    dimensions: dict[str, float] = {
        f"{name}_level": weight for name, weight in Scenario().value.weights.model_dump().items() if weight
    }
    frame["revenue"] = frame["revenue"].astype(float)  # kinder to pandas than decimals
    saved = pandas_tiers(frame, dimensions)[0]
    return lambda: pandas_tiers(frame, dimensions | {"growth_level": next(weights)}, saved)


def _new_weights() -> Iterator[float]:
    """A weight never asked for before, so that no answer is remembered."""
    return (1 + step / 1000 for step in itertools.count(1))


def _book(lines: int, customers: int) -> Any:
    from crm_core.book import Book

    data = inputs.full_data_set(lines, customers)
    return Book(data, data.last_day)


# ---------------------------------------------------------------------- the demo company


def first_overview() -> Round:
    """The overview of the demo company in a process that has computed nothing yet."""
    book, compared_on = _demo()
    return lambda: book.overview(compared_on=compared_on).changes


def trends() -> Round:
    """The figures at the ends of the last eleven months, beside an overview that is there."""
    book, compared_on = _demo()
    seen = book.overview(compared_on=compared_on)
    return lambda: seen.trend


def demo_step(method: str) -> Round:
    """A weight change on the demo company."""
    from crm_core.settings import Scenario

    book, saved, weights = _demo()[0], Scenario(), _new_weights()

    def one_round() -> object:
        changes = {"value.method": method, "value.weights.growth": next(weights)}
        tiers = book.value_tiers(saved.with_changes(changes).value, saved)
        return tiers.summary, tiers.moves

    one_round()
    return one_round


def _demo() -> Any:
    from crm_core.book import Book

    data = inputs.demo_data_set()
    return Book(data, data.last_day), data.last_day - timedelta(90)


# ---------------------------------------------------------------------- the back-test


def features_of_a_day(lines: int, customers: int) -> Round:
    """The features of all customers as of the newest day a back-test stands on: what nothing can do without."""
    book = _book_or_demo(lines, customers)
    earlier = book.at(_newest_origin(book))
    recipe = earlier.features
    bound = recipe.query().bind(recipe.parameters)
    text = f"create or replace table measured_table as {recipe.query().sql}"
    return lambda: book.engine.database.execute(text, bound)


def first_back_test(lines: int, customers: int) -> Round:
    """The newest test, of which nothing was computed yet."""
    book = _book_or_demo(lines, customers)
    _newest_origin(book)
    return lambda: book.back_test().sentence()


def first_evidence(lines: int, customers: int) -> Round:
    """The tests of all days, of which nothing was computed yet."""
    book = _book_or_demo(lines, customers)
    _newest_origin(book)
    return lambda: book.evidence().verdict()


def back_test_step(lines: int, customers: int) -> Round:
    """A weight changes: the line beside the sliders."""
    return _evidence_step(
        lines, customers, "churn.weights.overdue_order", lambda book, settings: book.back_test(settings).sentence()
    )


def cut_step(lines: int, customers: int) -> Round:
    """The high cut moves: the line beside the sliders, from what was counted before."""
    return _evidence_step(
        lines, customers, "churn.high_from", lambda book, settings: book.back_test(settings).sentence()
    )


def evidence_step(lines: int, customers: int) -> Round:
    """A weight changes: all days anew."""
    return _evidence_step(
        lines, customers, "churn.weights.overdue_order", lambda book, settings: book.evidence(settings).verdict()
    )


def _evidence_step(lines: int, customers: int, path: str, answer: Callable[[Any, Any], object]) -> Round:
    from crm_core.settings import Scenario

    book, saved = _book_or_demo(lines, customers), Scenario()
    values = (0.5 + step / 1000 for step in itertools.count(1))

    def one_round() -> object:
        return answer(book, saved.with_changes({path: next(values)}).churn)

    one_round()
    return one_round


def _newest_origin(book: Any) -> Any:
    from crm_core.churn import horizon
    from crm_core.evidence.back_test import origins
    from crm_core.settings import Scenario

    return origins(book, horizon(book, Scenario().churn).days)[0]


def _book_or_demo(lines: int, customers: int) -> Any:
    """The book of generated orders, or of the demo company where no line is asked for."""
    return _book(lines, customers) if lines else _demo()[0]


# ---------------------------------------------------------------------- lifetime value


def lifetimes_fit(model: str) -> Round:
    """`lifetimes` fits the 2,357 customers of CDNOW."""
    from benchmarks.lifetime import peer_fit

    return peer_fit(model)


def our_fit(model: str) -> Round:
    """We fit the 2,357 customers of CDNOW."""
    from benchmarks.lifetime import our_fit

    return our_fit(model)


def lifetime_of_all(customers: int) -> Round:
    """Histories that are kept are read, three models fitted to them, and everybody's value predicted."""
    from benchmarks.lifetime import engine_of, steps

    def one_round() -> object:
        with engine_of(customers) as (engine, kept):
            return list(steps(engine, kept))

    return one_round


# ---------------------------------------------------------------------- start


def import_core() -> Round:
    """A fresh Python that imports the package."""
    return lambda: subprocess.run([sys.executable, "-c", "import crm_core"], check=True)


def import_subjects() -> Round:
    """A fresh Python that imports what a book and the overview are made of."""
    return lambda: subprocess.run([sys.executable, "-c", "import crm_core.book, crm_core.overview"], check=True)


def import_nothing() -> Round:
    """A fresh Python."""
    return lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)
