"""Measure speed in one run and print it as ratios.

    python -m benchmarks                                    as large as docs/performance.md says
    python -m benchmarks --lines 1000000 --customers 50000  smaller
    python -m benchmarks --only slider                      one part

Inputs are generated from a seed into build/bench and reused. Every job runs in a process of its own.
"""

import argparse
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.measure import Measured, measured

METHODS = ("quotas", "thresholds", "value_share", "matrix")
STEP_LIMIT, FEATURES_LIMIT = 0.120, 3.0
LOAD_LIMIT, LOAD_MEMORY = 2.0, 2.0
STEP_ROUNDS = 9
LIFETIMES_SHARE = 20  # it takes a twentieth of the lines, or minutes
BYTES_A_LINE = 70
FIT_LIMIT, LIFETIME_LIMIT, EVIDENCE_LIMIT = 0.1, 10.0, 1.0
EVIDENCE_CUSTOMERS = 100_000


@dataclass(frozen=True)
class Sizes:
    lines: int
    customers: int
    step_customers: int
    load_lines: int
    rounds: int
    peers: bool

    @property
    def step_lines(self) -> int:
        """Five order lines for each customer of the slider path, which never reads them."""
        return 5 * self.step_customers


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=20_000_000, help="order lines of the features part")
    parser.add_argument("--customers", type=int, default=500_000, help="customers of the features part")
    parser.add_argument("--step-customers", type=int, default=1_000_000, help="customers of the slider part")
    parser.add_argument("--load-lines", type=int, default=28_600_000, help="order lines of the load part: 2 GB")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the long jobs; the median counts")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="leave polars and pandas out")
    parser.add_argument("--only", choices=PARTS, action="append", help="run this part; may be repeated")
    given = parser.parse_args()
    sizes = Sizes(given.lines, given.customers, given.step_customers, given.load_lines, given.rounds, given.peers)
    for name in given.only or PARTS:
        PARTS[name](sizes)


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
    verdict(ours.wall_seconds / bare.wall_seconds, FEATURES_LIMIT, "times the floor")
    if sizes.peers:
        for peer in ("polars", "pandas"):
            row(f"{peer}, the same facts", measured(f"{peer}_features", lines, customers, rounds=1), bare)
        fewer, of_them = lines // LIFETIMES_SHARE, customers // LIFETIMES_SHARE
        heading(f"Against lifetimes: {fewer:,} order lines, {of_them:,} customers", "of ours")
        measured("prepared", "bare", fewer, of_them, rounds=1)
        ours = row("ours, 48 columns", measured("features", fewer, of_them, rounds=sizes.rounds))
        row("lifetimes, four columns", measured("lifetimes_summary", fewer, of_them, rounds=1), ours)


def slider(sizes: Sizes) -> None:
    lines, customers = sizes.step_lines, sizes.step_customers
    heading(f"A weight change at {customers:,} customers", "of quotas")
    measured("prepared", "full", lines, customers, rounds=1)
    quotas = None
    for method in METHODS:
        step = row(
            f"value tiers by {method}", measured("value_step", lines, customers, method, rounds=STEP_ROUNDS), quotas
        )
        quotas = quotas or step
        verdict(step.wall_seconds, STEP_LIMIT, "s")
    row("loyalty types", measured("loyalty_step", lines, customers, rounds=STEP_ROUNDS), quotas)
    row("churn signals", measured("churn_step", lines, customers, rounds=STEP_ROUNDS), quotas)
    if sizes.peers:
        row("pandas rank, cut, group by", measured("pandas_step", lines, customers, rounds=STEP_ROUNDS), quotas)
    row("(once a day and filter) ranks", measured("ranks", lines, customers, rounds=sizes.rounds), quotas)


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
        verdict(ours.cpu_seconds / peer.cpu_seconds, FIT_LIMIT, "of lifetimes, by CPU")
    heading("Lifetime value of all customers", "of ten thousand")
    few = row("10,000 customers", measured("lifetime_of_all", 10_000, rounds=sizes.rounds))
    all_customers = measured("lifetime_of_all", sizes.step_customers, rounds=sizes.rounds)
    row(f"{sizes.step_customers:,} customers", all_customers, few)
    verdict(all_customers.wall_seconds, LIFETIME_LIMIT, "s")


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
        verdict(step.wall_seconds, EVIDENCE_LIMIT, "s")
        row("the cut moves, newest day", measured("cut_step", lines, count, rounds=STEP_ROUNDS), one)
        row("a weight moves, all days", measured("evidence_step", lines, count, rounds=STEP_ROUNDS), one)


def start(sizes: Sizes) -> None:
    heading("Start", "of Python alone")
    python = row("python -c pass", measured("import_nothing", rounds=5))
    row("import of the core", measured("import_core", rounds=5), python)


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
    verdict(ours.wall_seconds / peer.wall_seconds, LOAD_LIMIT, "times read_csv")
    verdict(ours.peak_bytes / 2**30, LOAD_MEMORY, "GiB")


def sessions(_sizes: Sizes) -> None:
    from benchmarks.sessions import sessions as twenty_sessions

    twenty_sessions()


def browser(_sizes: Sizes) -> None:
    from benchmarks.browser import browser as in_a_browser

    in_a_browser()


PARTS: dict[str, Callable[[Sizes], None]] = {
    "features": features,
    "slider": slider,
    "demo": demo,
    "start": start,
    "publish": publish,
    "load": load,
    "lifetime": lifetime,
    "evidence": evidence,
    "sessions": sessions,
    "browser": browser,
}


def middle(several: list[Measured]) -> Measured:
    """The medians of several measurements of one job, and the highest peak."""
    return Measured(
        statistics.median(each.wall_seconds for each in several),
        statistics.median(each.cpu_seconds for each in several),
        max(each.peak_bytes for each in several),
        len(several),
    )


def heading(title: str, ratio: str) -> None:
    print(f"\n{title}\n{'':34}{'wall s':>9}{'cpu s':>9}{'peak MB':>9}{ratio:>18}", flush=True)


def row(name: str, found: Measured, against: Measured | None = None) -> Measured:
    """Print one measurement, as a ratio to another where there is one: wall (cpu)."""
    ratio = ""
    if against:
        cpu = found.cpu_seconds / against.cpu_seconds if against.cpu_seconds else 0
        ratio = f"{found.wall_seconds / against.wall_seconds:.2f} ({cpu:.2f})"
    figures = f"{found.wall_seconds:>9.3f}{found.cpu_seconds:>9.3f}{found.peak_bytes / 1e6:>9.0f}"
    print(f"  {name:32}{figures}{ratio:>18}", flush=True)
    return found


def verdict(value: float, limit: float, unit: str) -> None:
    kept = "within" if value <= limit else "OVER"
    print(f"  {'':32}{kept} the limit: {value:.3g} of {limit:g} {unit}", flush=True)


if __name__ == "__main__":
    main()
