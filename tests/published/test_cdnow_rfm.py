"""RFM of CDNOW, as pandas finds it by ranking: scores, thresholds and segments."""

from datetime import date

import pandas as pd
import pytest

from crm_core.segment_table import ELEVEN_SEGMENTS
from crm_core.settings import Scenario, Windows
from tests.published.test_cdnow import LAST_DAY, book, purchases

WINDOWS = Windows(lookback_days=365)
WHOLE = Windows(lookback_days=1095)


def pandas_rfm(as_of: date, windows: Windows, parts: int) -> pd.DataFrame:
    """Days, orders and revenue of everybody who bought in the window, and their scores from ranks."""
    lines = purchases()
    last, first = pd.Timestamp(as_of), pd.Timestamp(as_of) - pd.Timedelta(days=windows.lookback_days)
    lines = lines[(lines["ordered_at"] > first) & (lines["ordered_at"] <= last)]
    bought = lines[lines["amount"] > 0].groupby("customer_id")["ordered_at"]
    found = pd.DataFrame(
        {
            "days": (last - bought.max()).dt.days,
            "orders": bought.nunique(),
            "revenue": lines.groupby("customer_id")["amount"].sum().round(2),
        }
    ).dropna(subset="days")
    worths = found.assign(days=-found["days"])
    below = worths.rank(method="min").astype(int) - 1
    return found.join((1 + below * parts // len(found)).add_suffix("_score"))


def ours(as_of: date, windows: Windows, parts: int) -> pd.DataFrame:
    cuts = {f"rfm.{measure}.parts": parts for measure in ("days", "orders", "revenue")}
    made = book(windows, as_of).rfm(Scenario().with_changes(cuts).rfm)
    return made.listing().everything().to_pandas().set_index("customer_id").sort_index()


@pytest.mark.parametrize("parts", [3, 4, 5])
@pytest.mark.parametrize(("as_of", "windows"), [(LAST_DAY, WHOLE), (LAST_DAY, WINDOWS), (date(1997, 9, 30), WINDOWS)])
def test_scores_are_what_pandas_finds_by_ranking(as_of, windows, parts):
    theirs = pandas_rfm(as_of, windows, parts).sort_index()
    found = ours(as_of, windows, parts)
    active = found[found["order_count"] > 0]

    assert active.index.tolist() == theirs.index.tolist()
    assert active["days_since_last_order"].tolist() == theirs["days"].tolist()
    assert active["order_count"].tolist() == theirs["orders"].tolist()
    assert active["revenue"].astype(float).tolist() == theirs["revenue"].tolist()
    for column, measure in {"freshness_score": "days", "order_score": "orders", "revenue_score": "revenue"}.items():
        assert active[column].tolist() == theirs[f"{measure}_score"].tolist()
    assert set(found[found["order_count"] == 0]["rfm_code"]) <= {"111"}


def test_segments_are_what_pandas_finds_by_looking_them_up():
    theirs = pandas_rfm(LAST_DAY, WHOLE, 5)
    made = book(WHOLE).rfm()

    def segment(row: pd.Series) -> str:
        scores = (row["days_score"], row["orders_score"], row["revenue_score"])
        return next(
            name
            for name, *ranges in ELEVEN_SEGMENTS
            if all(low <= score <= high for (low, high), score in zip(ranges, scores, strict=True))
        )

    counts = theirs.apply(segment, axis=1).value_counts()
    assert {row["segment"]: row["customers"] for row in made.segments.to_pylist() if row["customers"]} == dict(counts)


def test_half_bought_once_and_leave_the_scores_above_the_first_to_nobody():
    """1,411 of 2,357 never came back (Fader, Hardie and Lee): no quantile parts customers who are alike."""
    made = book(WHOLE, date(1997, 9, 30)).rfm()
    once = made.listing().only("order_count", [1]).count()

    assert made.customers - once == 946
    assert made.empty_scores("orders")[:1] == [2]
    assert made.scores["orders"].label(1) == "0–1"
