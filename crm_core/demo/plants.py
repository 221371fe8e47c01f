# ruff: noqa: E501 - the table of plants reads by its columns
"""What is planted in the demo company: every parameter, and nothing else.

Days are counted from FIRST_DAY = 0. Ranges are uniform between their ends.
"""

from dataclasses import dataclass
from datetime import date

SEED = 20260630
FIRST_DAY = date(2023, 7, 1)
LAST_DAY = date(2026, 6, 30)
DAY_COUNT = (LAST_DAY - FIRST_DAY).days + 1

Range = tuple[float, float]


@dataclass(frozen=True)
class Plant:
    """One kind of customer. `regularity` is the shape of the gamma-distributed gaps: 1 is random, 8 like clockwork."""

    name: str
    customers: int
    orders_per_year: Range
    regularity: float
    order_value: float  # median over customers, CNY
    value_spread: float  # sigma of its logarithm
    categories: Range  # how many of the twelve the customer buys from
    discount_chance: Range  # share of lines with a discount
    discount_rate: Range  # of the list price
    wallet_share: Range  # revenue / what the customer spends a year on what we sell
    wallet_known: float  # share of the customers whose wallet is on file
    starts: Range  # day of the first order
    visits_per_year: float
    satisfaction: float  # mean answer, 1-5
    repurchase_intention: float  # mean answer, 1-5


#        name             customers per year      regular value  spread categories discount chance, rate       wallet share  known  starts    visits satisfied returns
PLANTS = (
    Plant("whale", 12, (60, 100), 5, 10500, 0.30, (9, 12), (0.20, 0.35), (0.04, 0.08), (0.45, 0.75), 1.0, (0, 10), 24, 4.2, 4.3),
    Plant("high_loyalty", 240, (12, 22), 8, 3600, 0.60, (7, 11), (0.00, 0.08), (0.02, 0.05), (0.70, 0.95), 0.9, (0, 500), 5, 4.4, 4.6),
    Plant("inertia", 240, (13, 24), 2, 1500, 0.60, (2, 4), (0.60, 0.90), (0.10, 0.18), (0.05, 0.20), 0.9, (200, 850), 4, 3.1, 2.7),
    Plant("latent", 200, (2.5, 5), 6, 2900, 0.60, (6, 10), (0.00, 0.06), (0.02, 0.05), (0.65, 0.90), 0.9, (0, 60), 1, 4.3, 4.5),
    Plant("zero", 240, (1.5, 4), 1, 900, 0.60, (1, 2), (0.40, 0.80), (0.08, 0.18), (0.02, 0.12), 0.9, (300, 950), 4, 2.9, 2.2),
    Plant("about_to_lapse", 120, (16, 30), 6, 2600, 0.60, (5, 8), (0.10, 0.30), (0.04, 0.08), (0.30, 0.60), 0.4, (0, 400), 2, 2.6, 2.4),
    Plant("falling_spend", 90, (16, 28), 5, 3300, 0.50, (5, 8), (0.10, 0.30), (0.04, 0.08), (0.25, 0.50), 0.4, (0, 400), 3, 3.2, 3.0),
    Plant("discount_chaser", 80, (14, 26), 4, 2400, 0.50, (4, 8), (0.08, 0.15), (0.04, 0.07), (0.25, 0.50), 0.4, (0, 400), 3, 3.4, 3.2),
    Plant("return_riser", 50, (16, 28), 4, 2400, 0.50, (4, 8), (0.10, 0.30), (0.04, 0.08), (0.25, 0.50), 0.4, (0, 400), 3, 2.7, 2.7),
    Plant("narrowing", 70, (18, 30), 5, 2800, 0.50, (9, 11), (0.10, 0.30), (0.04, 0.08), (0.30, 0.60), 0.4, (0, 400), 3, 3.3, 3.0),
    Plant("lapsed", 160, (8, 24), 4, 2200, 0.70, (3, 7), (0.15, 0.45), (0.05, 0.12), (0.20, 0.50), 0.3, (0, 120), 1, 2.5, 2.2),
    Plant("fast_growing", 110, (10, 16), 4, 1900, 0.50, (5, 9), (0.05, 0.20), (0.03, 0.07), (0.20, 0.45), 0.5, (100, 600), 4, 4.1, 4.2),
    Plant("one_timer", 160, (0, 0), 1, 1100, 0.90, (1, 3), (0.20, 0.60), (0.05, 0.15), (0.02, 0.20), 0.2, (30, 1050), 0.3, 3.3, 2.5),
    Plant("won_back", 50, (14, 26), 5, 2500, 0.50, (4, 8), (0.10, 0.30), (0.05, 0.10), (0.25, 0.50), 0.4, (0, 200), 4, 3.7, 3.7),
    Plant("late_payer", 80, (14, 26), 4, 3600, 0.50, (4, 9), (0.10, 0.30), (0.04, 0.08), (0.30, 0.60), 0.4, (0, 400), 3, 3.5, 3.4),
    Plant("prospect", 48, (0, 0), 1, 1, 0.10, (1, 1), (0.00, 0.00), (0.00, 0.00), (0.02, 0.20), 0.3, (700, 1090), 2, 3.0, 3.0),
    Plant("background", 1650, (0, 0), 1, 1, 0.10, (2, 8), (0.05, 0.45), (0.04, 0.10), (0.10, 0.60), 0.55, (0, 1080), 1.5, 3.6, 3.5),
)  # fmt: skip


@dataclass(frozen=True)
class Background:
    """The unplanted half: BG/NBD for when they order, Gamma-Gamma for how much.

    BG/NBD (Fader, Hardie & Lee 2005): orders a day ~ Gamma(r, rate alpha days); after each repeat
    order the customer leaves with a probability ~ Beta(a, b). Gamma-Gamma (Fader & Hardie 2013):
    an order's value ~ Gamma(p, rate nu), nu ~ Gamma(q, rate gamma), at FIRST_DAY prices.
    """

    r: float = 0.9
    alpha: float = 45.0
    a: float = 0.8
    b: float = 6.0
    p: float = 6.0
    q: float = 3.5
    gamma: float = 1100.0
    early_share: float = 0.3  # of the customers, whose first order falls in the first early_days
    early_days: int = 150


BACKGROUND = Background()


@dataclass(frozen=True)
class Change:
    """How a plant changes before LAST_DAY: it begins `days` (a range) before the end and is complete at `done`."""

    days: Range
    done: int = 0


CHANGES = {
    "about_to_lapse": Change((60, 150)),  # half stop, half go on at SLOWED of their rhythm
    "falling_spend": Change((150, 170), done=30),  # order value falls to FALLEN
    "discount_chaser": Change((180, 200), done=20),  # lines with a discount rise to CHASED
    "return_riser": Change((110, 130), done=20),  # lines returned rise to RETURNED
    "narrowing": Change((150, 170), done=40),  # categories fall to NARROWED
    "lapsed": Change((400, 800)),  # no order since
    "fast_growing": Change((540, 540)),  # orders and order value multiply by GROWN_ORDERS and GROWN_VALUE
    "won_back": Change((330, 450)),  # away, until WON_BACK days before the end
    "late_payer": Change((360, 400), done=30),  # days late rise to LATE_DAYS
}
SLOWED = 0.15
FALLEN = 0.25
CHASED = (0.95, 0.20)  # share of lines, rate
RETURN_CHANCE = 0.012
RETURNED = 0.40
NARROWED = 1.5
GROWN_ORDERS = 3.0
GROWN_VALUE = 2.2
WON_BACK: Range = (50, 120)
LATE_DAYS = 55.0

ORDER_VALUE_SHAPE = 6.0  # of the gamma an order's value follows within a customer (p of the background)
INFLATION_A_YEAR = 0.03
GROWTH_A_YEAR = 0.06  # of the orders of every planted customer
DAY_WEIGHTS = (1.15, 1.10, 1.05, 1.10, 1.20, 0.90, 0.50)  # Monday to Sunday
MONTH_WEIGHTS = (1.15, 0.75, 0.95, 1.00, 1.00, 1.00, 0.97, 0.98, 1.08, 1.05, 1.02, 1.05)  # January to December
COST_UNKNOWN = 0.05

NEW_REGION_OPENS = date(2025, 8, 1)
NEW_REGION_SHARE = 0.55  # of the customers who start after it opens
NEW_CHANNEL_OPENS = date(2025, 9, 1)


def day_number(day: date) -> int:
    return (day - FIRST_DAY).days
