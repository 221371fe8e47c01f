"""Measure speed in one run and print it as ratios.

    python -m benchmarks                                    as large as docs/performance.md says
    python -m benchmarks --lines 1000000 --customers 50000  smaller
    python -m benchmarks --only slider                      one part

Inputs are generated from a seed into build/bench and reused. Every job runs in a process of its own.
"""

import argparse
import statistics
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.machine import machine
from benchmarks.measure import Measured, measured
from benchmarks.printed import at_least, at_most, failed, heading, row, summary
from crm_core.store.room import SPILLED_BYTES_A_ROW

METHODS = ("quotas", "thresholds", "value_share", "matrix")
STEP_LIMIT, LARGE_STEP_LIMIT, FEATURES_LIMIT = 0.120, 1.0, 3.0
POLARS_LEAST, PEER_LEAST = 2.0, 1.0
LOAD_LIMIT, LOAD_MEMORY = 2.0, 2.0
STEP_ROUNDS = 9
LIFETIMES_SHARE = 20  # it takes a twentieth of the lines, or minutes
BYTES_A_LINE = 70
FIT_LIMIT, LIFETIME_LIMIT, EVIDENCE_LIMIT = 0.1, 10.0, 1.0
EVIDENCE_CUSTOMERS = 100_000
GROWTH_LINES, LINES_A_CUSTOMER = (1_000_000, 10_000_000, 100_000_000), 20
LINES_THAT_OUTWEIGH_PLANNING = 10_000_000  # of fewer the floor takes as long as planning our query does
GROWTH_MEMORY, GROWTH_LIMIT_GIB = "7GB", 8.0  # what the database may take, and the whole process
LARGE_MEMORY = "8GB"
LINES_FOR_RHYTHM = 5  # a customer; with fewer nobody's order is overdue, and a weight of that changes nothing
IMPORT_LIMIT = 0.5


@dataclass(frozen=True)
class Sizes:
    lines: int
    customers: int
    step_customers: int
    load_lines: int
    rounds: int
    peers: bool
    largest_lines: int
    largest_customers: int
    spark_lines: int
    hourly_moves: int

    @property
    def step_lines(self) -> int:
        """Five order lines for each customer of the slider path, which never reads them."""
        return 5 * self.step_customers


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=20_000_000, help="order lines of the features part")
    parser.add_argument("--customers", type=int, default=500_000, help="customers of the features part")
    parser.add_argument("--step-customers", type=int, default=1_000_000, help="customers of the slider part")
    parser.add_argument("--load-lines", type=int, default=28_600_000, help="order lines of the load part: 2 GB")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the long jobs; the median counts")
    parser.add_argument("--largest-lines", type=int, default=max(GROWTH_LINES), help="how far the growth part goes")
    parser.add_argument("--largest-customers", type=int, default=10_000_000, help="customers of the large slider part")
    parser.add_argument("--spark-lines", type=int, default=1_000_000, help="order lines of the Spark part")
    parser.add_argument(
        "--moves", type=int, default=360, help="moves of each of twenty tabs: an hour's, without a pause"
    )
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave polars and pandas out")
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part; may be repeated")
    given = parser.parse_args()
    sizes = Sizes(
        lines=given.lines,
        customers=given.customers,
        step_customers=given.step_customers,
        load_lines=given.load_lines,
        rounds=given.rounds,
        peers=given.peers,
        largest_lines=given.largest_lines,
        largest_customers=given.largest_customers,
        spark_lines=given.spark_lines,
        hourly_moves=given.moves,
    )
    print(machine(), flush=True)
    run_parts(given.only or PARTS, sizes)
    return 0 if summary() else 1


def run_parts(names: Iterable[str], sizes: Sizes) -> None:
    """Run the parts in turn; one that fails counts as a limit that was not kept, and the others run."""
    for name in names:
        try:
            PARTS[name](sizes)
        except Exception as error:  # after an hour the other figures are still worth having
            traceback.print_exc()
            failed(name, error)


def features(sizes: Sizes) -> None:
    lines, customers = sizes.lines, sizes.customers
    heading(f"Customer features: {lines:,} order lines, {customers:,} customers", "of the floor")
    measured("prepared", "bare", lines, customers, rounds=1)
    floors, found = [], []
    for _ in range(sizes.rounds):  # in turn, so that a busy spell of the machine falls on both
        floors.append(measured("floor", lines, customers, rounds=1))
        found.append(measured("features", lines, customers, rounds=1))
    bare = row("bare group by (the floor)", middle(floors))
    ours = row("ours, from the store", middle(found), bare)
    at_most(ours.wall_seconds / bare.wall_seconds, FEATURES_LIMIT, "times the floor")
    row("ours, read where prepared ahead", measured("prepared_features", lines, customers, rounds=sizes.rounds), bare)
    if sizes.peers:
        for peer, least in (("polars", POLARS_LEAST), ("pandas", PEER_LEAST)):
            theirs = row(f"{peer}, the same facts", measured(f"{peer}_features", lines, customers, rounds=1), bare)
            at_least(theirs.wall_seconds / ours.wall_seconds, least, "times ours")
        fewer, of_them = lines // LIFETIMES_SHARE, customers // LIFETIMES_SHARE
        heading(f"Against lifetimes: {fewer:,} order lines, {of_them:,} customers", "of ours")
        measured("prepared", "bare", fewer, of_them, rounds=1)
        ours = row("ours, all 44 columns", measured("features", fewer, of_them, rounds=sizes.rounds))
        theirs = row("lifetimes, four columns", measured("lifetimes_summary", fewer, of_them, rounds=1), ours)
        at_least(theirs.wall_seconds / ours.wall_seconds, PEER_LEAST, "times ours")


def growth(sizes: Sizes) -> None:
    """The same steps at ten times the size and ten times that, the database held to what a machine of 8 GiB has."""
    smallest: dict[str, Measured] = {}
    for lines in (size for size in GROWTH_LINES if size <= sizes.largest_lines):
        customers = lines // LINES_A_CUSTOMER
        heading(f"Growth: {lines:,} order lines, {customers:,} customers, {GROWTH_MEMORY}", "of the smallest")
        measured("prepared", "bare", lines, customers, rounds=1, memory=GROWTH_MEMORY)
        found: dict[str, Measured] = {}
        for title, job in (
            ("bare group by (the floor)", "floor"),
            ("features", "features"),
            ("lay out and publish", "publish"),
        ):
            found[job] = measured(job, lines, customers, rounds=1, memory=GROWTH_MEMORY)
            row(title, found[job], smallest.setdefault(job, found[job]))
            if job != "floor":
                at_most(found[job].peak_bytes / 2**30, GROWTH_LIMIT_GIB, "GiB")
        if lines >= LINES_THAT_OUTWEIGH_PLANNING:
            at_most(found["features"].wall_seconds / found["floor"].wall_seconds, FEATURES_LIMIT, "times the floor")
        at_most(found["publish"].spilled_bytes / lines, SPILLED_BYTES_A_ROW, "spilled bytes a line, as it said")


def slider(sizes: Sizes) -> None:
    lines, customers = sizes.step_lines, sizes.step_customers
    quotas = _steps(lines, customers, STEP_LIMIT)
    if sizes.peers:
        pandas = row(
            "pandas rank, cut, group by", measured("pandas_step", lines, customers, rounds=STEP_ROUNDS), quotas
        )
        at_least(pandas.wall_seconds / quotas.wall_seconds, PEER_LEAST, "times ours by quotas")
    row("(once a day and filter) ranks", measured("ranks", lines, customers, rounds=sizes.rounds), quotas)


def large_slider(sizes: Sizes) -> None:
    """Two order lines a customer: the path of a slider never reads them."""
    lines, customers = 2 * sizes.largest_customers, sizes.largest_customers
    _steps(lines, customers, LARGE_STEP_LIMIT, LARGE_MEMORY)
    row("(once a day) features", measured("features_from", "full", lines, customers, rounds=1, memory=LARGE_MEMORY))
    row("(once a day and filter) ranks", measured("ranks", lines, customers, rounds=1, memory=LARGE_MEMORY))


def _steps(lines: int, customers: int, limit: float, memory: str = "") -> Measured:
    """Every slider at so many customers; what the first method took."""
    held = f", the database held to {memory}" if memory else ""
    heading(f"A weight change at {customers:,} customers{held}", "of quotas")
    measured("prepared", "full", lines, customers, rounds=1, memory=memory)
    steps: list[tuple[str, str, tuple[str, ...]]] = [
        (f"value tiers by {method}", "value_step", (method,)) for method in METHODS
    ]
    quotas = None
    steps.append(("loyalty types", "loyalty_step", ()))
    if lines >= LINES_FOR_RHYTHM * customers:
        steps.append(("churn signals", "churn_step", ()))
    for name, job, more in steps:
        step = row(name, measured(job, lines, customers, *more, rounds=STEP_ROUNDS, memory=memory), quotas)
        quotas = quotas or step
        at_most(step.wall_seconds, limit, "s")
    assert quotas is not None
    return quotas


def demo(sizes: Sizes) -> None:
    heading("The demo company", "of quotas")
    measured("prepared_demo", rounds=1)
    quotas = None
    for method in METHODS:
        step = row(f"value tiers by {method}", measured("demo_step", method, rounds=2 * STEP_ROUNDS), quotas)
        quotas = quotas or step
    row("overview, first time", measured("first_overview", rounds=1), quotas)
    row("trend of eleven months", measured("trends", rounds=1), quotas)


def lifetime(sizes: Sizes) -> None:
    heading("One fit of CDNOW, 2,357 customers", "of lifetimes")
    for model in ("BG/NBD", "MBG/NBD"):
        peer = row(f"{model}, lifetimes", measured("lifetimes_fit", model, rounds=sizes.rounds))
        ours = row(f"{model}, ours", measured("our_fit", model, rounds=STEP_ROUNDS), peer)
        at_most(ours.cpu_seconds / peer.cpu_seconds, FIT_LIMIT, "of lifetimes, by CPU")
    heading("Lifetime value of all customers", "of ten thousand")
    few = row("10,000 customers", measured("lifetime_of_all", 10_000, rounds=sizes.rounds))
    all_customers = measured("lifetime_of_all", sizes.step_customers, rounds=sizes.rounds)
    row(f"{sizes.step_customers:,} customers", all_customers, few)
    at_most(all_customers.wall_seconds, LIFETIME_LIMIT, "s")


def evidence(sizes: Sizes) -> None:
    customers = min(EVIDENCE_CUSTOMERS, sizes.step_customers)
    for title, lines, count in (
        ("the demo company", 0, 0),
        (f"{customers:,} customers", 5 * customers, customers),
    ):
        heading(f"Back-test of {title}", "of features")
        if lines:
            measured("prepared", "full", lines, count, rounds=1)
        else:
            measured("prepared_demo", rounds=1)
        one = row("features of one day", measured("features_of_a_day", lines, count, rounds=sizes.rounds))
        row("newest day, first time", measured("first_back_test", lines, count, rounds=1), one)
        row("all days, first time", measured("first_evidence", lines, count, rounds=1), one)
        step = row("a weight moves, newest day", measured("back_test_step", lines, count, rounds=STEP_ROUNDS), one)
        at_most(step.wall_seconds, EVIDENCE_LIMIT, "s")
        row("the cut moves, newest day", measured("cut_step", lines, count, rounds=STEP_ROUNDS), one)
        row("a weight moves, all days", measured("evidence_step", lines, count, rounds=STEP_ROUNDS), one)


def start(sizes: Sizes) -> None:
    heading("Start", "of Python alone")
    python = row("python -c pass", measured("import_nothing", rounds=5))
    core = row("import crm_core", measured("import_core", rounds=5), python)
    at_most(core.wall_seconds, IMPORT_LIMIT, "s")
    row("import of its subjects", measured("import_subjects", rounds=5), python)


def publish(sizes: Sizes) -> None:
    heading(f"Publish {sizes.lines:,} order lines", "of the floor")
    bare = row("bare group by (the floor)", measured("floor", sizes.lines, sizes.customers, rounds=1))
    row("lay out and publish", measured("publish", sizes.lines, sizes.customers, rounds=1), bare)


def load(sizes: Sizes) -> None:
    """A file of orders to typed, checked rows, against DuckDB's own reader on the same file, in turn."""
    lines, customers = sizes.load_lines, sizes.customers
    heading(f"Load a CSV file of {lines * BYTES_A_LINE / 1e9:.1f} GB, {lines:,} lines", "of read_csv")
    measured("prepared", "csv", lines, customers, rounds=1)
    peers, found = [], []
    for _ in range(sizes.rounds):
        peers.append(measured("read_csv", lines, customers, rounds=1))
        found.append(measured("load", lines, customers, rounds=1))
    peer = row("DuckDB read_csv to Parquet", middle(peers))
    ours = row("ours, typed, checked, reported", middle(found), peer)
    at_most(ours.wall_seconds / peer.wall_seconds, LOAD_LIMIT, "times read_csv")
    at_most(ours.peak_bytes / 2**30, LOAD_MEMORY, "GiB")


def sessions(sizes: Sizes) -> None:
    from benchmarks.sessions import sessions as twenty_sessions

    twenty_sessions(sizes.hourly_moves)


def browser(_sizes: Sizes) -> None:
    from benchmarks.browser import browser as in_a_browser

    in_a_browser()


def spark(sizes: Sizes) -> None:
    from benchmarks.spark import spark as on_a_cluster

    on_a_cluster(sizes.spark_lines, sizes.spark_lines // LINES_A_CUSTOMER)


PARTS: dict[str, Callable[[Sizes], None]] = {
    "features": features,
    "growth": growth,
    "slider": slider,
    "large_slider": large_slider,
    "demo": demo,
    "start": start,
    "publish": publish,
    "load": load,
    "lifetime": lifetime,
    "evidence": evidence,
    "sessions": sessions,
    "browser": browser,
    "spark": spark,
}


def middle(several: list[Measured]) -> Measured:
    """The medians of several measurements of one job, and the highest peak."""
    return Measured(
        statistics.median(each.wall_seconds for each in several),
        statistics.median(each.cpu_seconds for each in several),
        max(each.peak_bytes for each in several),
        len(several),
    )


if __name__ == "__main__":
    sys.exit(main())
