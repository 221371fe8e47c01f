"""Customer value: the score, the tiers it is cut into, and who moves when the settings change.

The rules stand in `sql/value/`. What depends on the data set, namely which dimensions have data, is
put together here: the weighted mean over them (`crm_core.weights`) and the rules that decide alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

import pyarrow as pa

from crm_core.book import REMEMBERED_RECIPES, Book
from crm_core.churn import saved_risk
from crm_core.engine import Recipe
from crm_core.errors import NotEnoughData
from crm_core.labels import BEHAVIOUR_TYPES
from crm_core.language import N_, _
from crm_core.listing import Listing
from crm_core.settings import PRESETS, Normalisation, OverrideRule, Scenario, TierNames, ValueSettings
from crm_core.weights import WeightedMean, weighted_mean

DIMENSIONS: dict[str, str] = {
    "revenue": "revenue",
    "margin": "margin",
    "order_count": "order_count",
    "freshness": "days_since_last_order",
    "growth": "growth",
    "regularity": "gap_variation",
    "breadth": "category_count",
    "tenure": "tenure_days",
    "full_price": "full_price_share",
    "few_returns": "return_share",
    "wallet_share": "wallet_share",
    "market_newness": "market_newness",
    "punctuality": "median_days_late",
    "archive": "archive_completeness",
    "reference": "reference_value",
}
"""Each dimension of value and the feature it ranks."""

TIER_NAMES: dict[TierNames, tuple[str, dict[int, tuple[str, ...]]]] = {
    "letters": (N_("A to F"), {count: tuple("ABCDEF"[:count]) for count in range(2, 7)}),
    "importance": (
        N_("Key to maintenance"),
        {
            2: (N_("Key"), N_("General")),
            3: (N_("Key"), N_("Important"), N_("General")),
            4: (N_("Key"), N_("Important"), N_("General"), N_("Maintenance")),
            5: (N_("Key"), N_("Important"), N_("Notable"), N_("General"), N_("Maintenance")),
            6: (N_("Key"), N_("Important"), N_("Notable"), N_("General"), N_("Minor"), N_("Maintenance")),
        },
    ),
    "pyramid": (
        N_("Platinum to lead"),
        {
            2: (N_("Platinum"), N_("Lead")),
            3: (N_("Platinum"), N_("Gold"), N_("Lead")),
            4: (N_("Platinum"), N_("Gold"), N_("Iron"), N_("Lead")),
            5: (N_("Platinum"), N_("Gold"), N_("Silver"), N_("Iron"), N_("Lead")),
            6: (N_("Platinum"), N_("Gold"), N_("Silver"), N_("Bronze"), N_("Iron"), N_("Lead")),
        },
    ),
}

BEHAVIOUR_RULES = {"loyal_level": 0.6, "growth_from": 0.3, "unfilled_wallet": 0.5, "spender_level": 0.6}

LEVEL_NAMES: dict[int, tuple[str, ...]] = {
    2: (N_("low"), N_("high")),
    3: (N_("low"), N_("middle"), N_("high")),
    4: (N_("lowest"), N_("low"), N_("high"), N_("highest")),
}

NO_CUT_POINTS = -1
MOST_CUTS = 5
CUT_MODELS = {"quotas": "quota_cuts", "value_share": "value_share_cuts"}
"""Methods whose cuts follow from the scores, and the model that finds them."""

NO_LEVEL_CUT = 2.0


def tier_labels(settings: ValueSettings) -> tuple[str, ...]:
    """The names of the tiers, best first, in the language now spoken."""
    return names_of_tiers(settings.tier_names, settings.tier_count)


def names_of_tiers(names: TierNames, tier_count: int) -> tuple[str, ...]:
    """A set of names for two to six tiers, best first, in the language now spoken."""
    return tuple(_(name) for name in TIER_NAMES[names][1][tier_count])


def tier_label(settings: ValueSettings, tier_number: int | None) -> str:
    """The name of one tier; who has no score is in none."""
    labels = tier_labels(settings)
    return labels[tier_number - 1] if tier_number and tier_number <= len(labels) else _("Not scored")


def preset_of(weights: Mapping[str, float]) -> str | None:
    """The preset (a key of PRESETS) that these weights are; None for weights of one's own."""
    return next((name for name, (_title, preset) in PRESETS.items() if preset.model_dump() == dict(weights)), None)


def resized_shares(shares: Sequence[float], tier_count: int) -> tuple[float, ...]:
    """Shares of all tiers but the last, for another number of tiers.

    A tier more halves what the last one takes; a tier less leaves its share to the last one.
    """
    kept = list(shares[: tier_count - 1])
    while len(kept) < tier_count - 1:
        kept.append(round(max(0.0, 1 - sum(kept)) / 2, 3))
    return tuple(kept)


def resized_falling(cuts: Sequence[float], tier_count: int) -> tuple[float, ...]:
    """Thresholds from the best tier down, for another number of tiers: one more halves the lowest."""
    kept = list(cuts[: tier_count - 1])
    while len(kept) < tier_count - 1:
        kept.append(round(kept[-1] / 2, 2))
    return tuple(kept)


def resized_rising(cuts: Sequence[float], level_count: int) -> tuple[float, ...]:
    """Cuts of an axis (0-1) from low to high, for another number of levels: one more halves the way to 1."""
    kept = list(cuts[: level_count - 1])
    while len(kept) < level_count - 1:
        kept.append(round((kept[-1] + 1) / 2, 3))
    return tuple(kept)


# ---------------------------------------------------------------------- the score


def absent_dimensions(book: Book) -> list[str]:
    """The dimensions of value that no customer in view has data for."""
    filled = book.filled(book.levels())
    return [name for name in DIMENSIONS if not filled[f"{name}_level"]]


@dataclass(frozen=True)
class Scoring:
    """How scores and tiers are computed for one book under one set of settings."""

    mean: WeightedMean
    drafts: Mapping[str, str]
    parameters: Mapping[str, Any]
    cuts: tuple[float, ...]
    """Lowest score (0-100) of each tier but the last, best first; empty for the matrix."""


def weighted_levels(book: Book, settings: ValueSettings) -> WeightedMean:
    """The weighted mean over the dimensions that have weight and data.

    Raises NotEnoughData if the data set has none of the weighted dimensions.
    """
    filled = book.filled(book.levels(settings.normalisation))
    weights = {f"{name}_level": weight for name, weight in settings.weights.model_dump().items()}
    mean = weighted_mean(weights, filled, filled["customer_key"])
    if mean is None:
        raise NotEnoughData(_("None of the dimensions with weight has data here. Give weight to another dimension."))
    return mean


def scoring(
    book: Book, settings: ValueSettings, source: str, parts: tuple[Recipe, ...], levels: str = "customer_ranks"
) -> Scoring:
    """Everything that stands between the levels in `source` and a tier for each customer."""
    uncut = _uncut(book, settings, source, levels)
    if settings.method not in CUT_MODELS:
        return _cut(uncut, settings, _fixed_cut_points(settings))
    recipe = book.recipe(
        "bounds",
        "select * from tier_bounds",
        parameters=uncut.parameters,
        drafts={**uncut.drafts, "tier_cuts": f"select * from {CUT_MODELS[settings.method]}"},
        parts=parts,
    )
    return _cut(uncut, settings, _found_cut_points(settings, book.engine.small(recipe)))


def _uncut(book: Book, settings: ValueSettings, source: str, levels: str) -> Scoring:
    """The scores, and all that cutting them needs beside the cuts."""
    mean = weighted_levels(book, settings)
    drafts = {
        "customer_levels": f"select * from {levels}",
        "customer_scores": _score_text(mean, settings, source),
        "customer_tiers": "select * from tiers_by_matrix"
        if settings.method == "matrix"
        else "select * from tiers_by_score",
    }
    parameters: dict[str, Any] = {
        **mean.parameters,
        **override_parameters(settings.overrides, settings.tier_count),
        **_matrix_parameters(settings),
        "tier_count": settings.tier_count,
        "quotas": _cumulated(settings.quotas),
        "value_shares": _cumulated(settings.value_shares),
        "value_measure": settings.value_measure,
    }
    return Scoring(mean, drafts, parameters, ())


def _cut(uncut: Scoring, settings: ValueSettings, cut_points: Sequence[int]) -> Scoring:
    """The scores cut at these points, in hundredths, best tier first."""
    unused = [NO_CUT_POINTS] * (MOST_CUTS - len(cut_points))
    bounds = {f"cut_{place}": cut for place, cut in enumerate([*cut_points, *unused], start=1)}
    columns = ", ".join(f"${name}::int as {name}" for name in bounds)
    drafts = {**uncut.drafts, "cut_scores": f"select *, {columns} from customer_scores"}
    return replace(
        uncut,
        drafts=drafts,
        parameters={**uncut.parameters, **bounds},
        cuts=tuple(cut / 100 for cut in cut_points),
    )


def _fixed_cut_points(settings: ValueSettings) -> list[int]:
    return [round(threshold * 100) for threshold in settings.thresholds] if settings.method == "thresholds" else []


def _found_cut_points(settings: ValueSettings, bounds: pa.Table) -> list[int]:
    """The cuts in use out of the columns `cut_1` ... of a table, the same on all of its rows."""
    return [int(bounds[f"cut_{number}"][0].as_py()) for number in range(1, settings.tier_count)]


def _score_text(mean: WeightedMean, settings: ValueSettings, source: str) -> str:
    return "\n".join(
        [
            "select",
            "    *,",
            f"    round(10000 * {mean.expression})::int as score_points,",
            f"    {override_expression(settings.overrides)} as override_tier,",
            f"    {settings.matrix.x_dimension}_level as matrix_x,",
            f"    {settings.matrix.y_dimension}_level as matrix_y",
            f"from {source}",
        ]
    )


COMPARISONS = {"at_least": ">=", "below": "<"}


def override_expression(rules: Sequence[OverrideRule]) -> str:
    """SQL for the tier that the first rule a customer meets sets; null where none does."""
    if not rules:
        return "null::int"
    cases = [
        f"when {rule.feature} {COMPARISONS[rule.comparison]} $rule_{place}_value then $rule_{place}_tier"
        for place, rule in enumerate(rules)
    ]
    return f"(case {' '.join(cases)} end)::int"


def override_parameters(rules: Sequence[OverrideRule], tier_count: int) -> dict[str, Any]:
    """What `override_expression` binds."""
    values = {f"rule_{place}_value": rule.value for place, rule in enumerate(rules)}
    return values | {f"rule_{place}_tier": min(rule.tier_number, tier_count) for place, rule in enumerate(rules)}


def _matrix_parameters(settings: ValueSettings) -> dict[str, Any]:
    matrix = settings.matrix
    bound: dict[str, Any] = {"x_levels": len(matrix.x_cuts) + 1, "y_levels": len(matrix.y_cuts) + 1}
    for axis, cuts in (("x", matrix.x_cuts), ("y", matrix.y_cuts)):
        padded = [*cuts, *[NO_LEVEL_CUT] * (3 - len(cuts))]
        bound |= {f"{axis}_cut_{place}": cut for place, cut in enumerate(padded, start=1)}
    return bound


def _cumulated(shares: Sequence[float]) -> list[float]:
    return [min(1.0, round(sum(shares[: place + 1]), 9)) for place in range(len(shares))]


def saved_tiers(book: Book, settings: ValueSettings) -> Recipe:
    """One row per customer in view: `customer_key`, `score_points` and `tier_number` under `settings`."""
    levels = book.levels(settings.normalisation)
    how = scoring(book, settings, "scoring_inputs", (levels,), levels.name)
    return book.recipe(
        "saved_tiers",
        "select customer_key, score_points, tier_number from customer_tiers",
        parameters=how.parameters,
        drafts=how.drafts,
        parts=(levels,),
    )


@lru_cache(REMEMBERED_RECIPES)
def value_inputs(book: Book, saved: Scenario, normalisation: Normalisation) -> Recipe:
    """One row per customer in view: levels by `normalisation`, figures, and tier and risk under the saved scenario.

    What is saved was seen through the saved windows, whatever those of `book`.
    """
    levels = book.levels(normalisation)
    as_saved = book.through(saved.windows)
    return book.recipe(
        "value_inputs",
        "select * from value_inputs_of_view",
        drafts={"customer_levels": f"select * from {levels.name}"},
        parts=(levels, saved_tiers(as_saved, saved.value), saved_risk(as_saved, saved.churn)),
    )


# ---------------------------------------------------------------------- the result


@dataclass(frozen=True)
class ValueTiers:
    """The tiers of a book under one set of settings, beside the saved ones.

    `cells` has one row per pair of tiers (now, saved); every figure below is a sum over it.
    """

    book: Book
    settings: ValueSettings
    saved: Scenario
    how: Scoring
    inputs: Recipe
    cells: pa.Table

    @cached_property
    def summary(self) -> pa.Table:
        """One row per tier, best first, empty tiers included.

        Columns: tier_number, tier, customers, customer_share, revenue, revenue_share, margin,
        mean_risk (0-1, null without customers), lower_score (0-100, null for the last tier).
        """
        rows = []
        present = {row["tier_number"] for row in self._rows}
        unscored = {self.settings.tier_count + 1} & present
        all_customers, all_revenue = self.customers, self.revenue
        for number in [*range(1, self.settings.tier_count + 1), *unscored]:
            cells = [row for row in self._rows if row["tier_number"] == number]
            customers = sum(row["customers"] for row in cells)
            revenue = sum((row["revenue"] for row in cells), Decimal(0))
            with_risk = sum(row["customers_with_risk"] for row in cells)
            risk = sum(row["risk_points"] or 0 for row in cells)
            rows.append(
                {
                    "tier_number": number,
                    "tier": tier_label(self.settings, number),
                    "customers": customers,
                    "customer_share": customers / all_customers if all_customers else None,
                    "revenue": revenue,
                    "revenue_share": float(revenue / all_revenue) if all_revenue else None,
                    "margin": sum((row["margin"] for row in cells), Decimal(0)),
                    "mean_risk": risk / with_risk / 10000 if with_risk else None,
                    "lower_score": self.how.cuts[number - 1] if number <= len(self.how.cuts) else None,
                }
            )
        return pa.Table.from_pylist(rows, schema=SUMMARY_SCHEMA)

    @cached_property
    def moves(self) -> pa.Table:
        """One row per pair of tiers, saved and now, that holds customers; the diagonal stays."""
        rows = [
            {
                "from_tier_number": row["saved_tier_number"],
                "from_tier": tier_label(self.saved.value, row["saved_tier_number"]),
                "to_tier_number": row["tier_number"],
                "to_tier": tier_label(self.settings, row["tier_number"]),
                "customers": row["customers"],
                "revenue": row["revenue"],
            }
            for row in self._rows
        ]
        rows.sort(key=lambda row: (row["from_tier_number"], row["to_tier_number"]))
        return pa.Table.from_pylist(rows, schema=MOVES_SCHEMA)

    @property
    def customers(self) -> int:
        """How many customers are in view."""
        return sum(row["customers"] for row in self._rows)

    @property
    def revenue(self) -> Decimal:
        """What they brought in the look-back window, in the currency of the data set."""
        return sum((row["revenue"] for row in self._rows), Decimal(0))

    @property
    def margin(self) -> Decimal:
        """What was left of it after cost, in the currency of the data set."""
        return sum((row["margin"] for row in self._rows), Decimal(0))

    @property
    def moved_customers(self) -> int:
        """Customers whose tier differs from the saved one."""
        return sum(row["customers"] for row in self._moved)

    @property
    def moved_revenue(self) -> Decimal:
        """The revenue of the customers whose tier differs from the saved scenario's."""
        return sum((row["revenue"] for row in self._moved), Decimal(0))

    @property
    def risen_customers(self) -> int:
        """How many customers are in a better tier than under the saved scenario."""
        return sum(row["customers"] for row in self._moved if row["tier_number"] < row["saved_tier_number"])

    @property
    def fallen_customers(self) -> int:
        """How many customers are in a worse tier than under the saved scenario."""
        return sum(row["customers"] for row in self._moved if row["tier_number"] > row["saved_tier_number"])

    @property
    def risen_revenue(self) -> Decimal:
        """The revenue of the customers who rise against the saved scenario."""
        rising = (row["revenue"] for row in self._moved if row["tier_number"] < row["saved_tier_number"])
        return sum(rising, Decimal(0))

    @property
    def fallen_revenue(self) -> Decimal:
        """The revenue of the customers who fall against the saved scenario."""
        return self.moved_revenue - self.risen_revenue

    def largest_moves(self, limit: int = 4) -> list[dict[str, Any]]:
        """The rows of `moves` off the diagonal that hold the most customers."""
        moved = [row for row in self.moves.to_pylist() if row["from_tier_number"] != row["to_tier_number"]]
        return sorted(moved, key=lambda row: -row["customers"])[:limit]

    def marks(self) -> pa.Table:
        """Where the tiers end on the way from the best customers to all.

        One row per tier but the last: customer_share and revenue_share (0-1, of this tier and all above
        it), tier, tier_number.
        """
        rows, customers, revenue = [], 0, Decimal(0)
        for row in self.summary.to_pylist()[: self.settings.tier_count - 1]:
            customers += row["customers"]
            revenue += row["revenue"]
            rows.append(
                {
                    "customer_share": customers / self.customers if self.customers else None,
                    "revenue_share": float(revenue / self.revenue) if self.revenue else None,
                    "tier": row["tier"],
                    "tier_number": row["tier_number"],
                }
            )
        return pa.Table.from_pylist(rows, schema=MARKS_SCHEMA)

    def cut_scores(self) -> pa.Table:
        """One row per cut between tiers: score (0-100, the lower bound of the tier), tier; none for the matrix."""
        names = tier_labels(self.settings)
        rows = [{"score": score, "tier": names[place]} for place, score in enumerate(self.how.cuts)]
        return pa.Table.from_pylist(rows, schema=CUTS_SCHEMA)

    def top_share(self, share: float = 0.2) -> float | None:
        """The share of revenue (0-1) that the best `share` of customers by revenue bring."""
        recipe = self.book.recipe("top", "select * from top_share", parameters={"top_share": share})
        found: float | None = self.book.engine.small(recipe)["revenue_share"][0].as_py()
        return found

    def distribution(self) -> pa.Table:
        """One row per point of score and tier: score (0-100, lower edge), customers, tier_number, tier."""
        text = (
            "select least(score_points // 100, 99)::int as score, tier_number, count(*) as customers"
            " from customer_tiers where score_points is not null group by all order by score, tier_number"
        )
        table = self.book.engine.small(self._recipe("distribution", text))
        tiers = [tier_label(self.settings, number) for number in table["tier_number"].to_pylist()]
        return table.append_column("tier", pa.array(tiers, pa.string()))

    def matrix(self) -> pa.Table:
        """One row per cell that holds customers.

        Columns: x_level and y_level (1 is lowest), x_label, y_label, customers, revenue, tier_number.
        """
        table = self.book.engine.small(self._recipe("matrix", "select * from matrix_cells order by x_level, y_level"))
        rows = table.to_pylist()
        x_names = LEVEL_NAMES[len(self.settings.matrix.x_cuts) + 1]
        y_names = LEVEL_NAMES[len(self.settings.matrix.y_cuts) + 1]
        for row in rows:
            row["x_label"] = _(x_names[row["x_level"]])
            row["y_label"] = _(y_names[row["y_level"]])
            row["x_level"] += 1
            row["y_level"] += 1
        return pa.Table.from_pylist(rows) if rows else table

    def concentration(self) -> pa.Table:
        """The Lorenz curve of revenue read from the top: customer_share, revenue_share, gini on every row."""
        text = "select * from concentration order by customer_share"
        return self.book.engine.small(self.book.recipe("concentration_curve", text))

    def behaviour(self) -> pa.Table:
        """One row per type of behaviour that occurs: type (a key of BEHAVIOUR_TYPES), customers, revenue."""
        ranks = self.book.levels()
        recipe = self.book.recipe(
            "behaviours", "select * from behaviour_summary", parameters=BEHAVIOUR_RULES, parts=(ranks,)
        )
        table = self.book.engine.small(recipe)
        order = list(BEHAVIOUR_TYPES)
        rows = sorted(table.to_pylist(), key=lambda row: order.index(row["type"]))
        return pa.Table.from_pylist(rows, schema=table.schema)

    def listing(self) -> Listing:
        """The customers with tier, score, revenue, margin and risk; sorted by score."""
        return Listing(
            self.book.engine,
            self._recipe("tier_list", "select * from tier_customers"),
            columns=LISTED,
            sorted_by="score",
        )

    def listing_by_behaviour(self) -> Listing:
        """The same customers, with `behaviour`: their type by behaviour."""
        text = (
            "select tier_customers.*, customer_behaviour.type as behaviour"
            " from tier_customers inner join customer_behaviour using (customer_key)"
        )
        recipe = self.book.recipe(
            "behaviour_list",
            text,
            parameters={**self.how.parameters, **BEHAVIOUR_RULES},
            drafts=self.how.drafts,
            parts=(self.inputs, self.book.levels()),
        )
        return Listing(self.book.engine, recipe, columns=(*LISTED, "behaviour"), sorted_by="score")

    def listing_by_cell(self) -> Listing:
        """The same customers, with `x_level` and `y_level`: their cell of the matrix, 1 is lowest."""
        text = (
            "select tier_customers.*, tiers_by_matrix.x_level + 1 as x_level, tiers_by_matrix.y_level + 1 as y_level"
            " from tier_customers inner join tiers_by_matrix using (customer_key)"
        )
        columns = (*LISTED, "x_level", "y_level")
        return Listing(self.book.engine, self._recipe("cell_list", text), columns=columns, sorted_by="score")

    def sql(self) -> str:
        """The query behind the tier of each customer, as it runs."""
        return self._recipe("tier_list", "select * from tier_customers").query().sql

    @cached_property
    def _rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cells.to_pylist()
        return rows

    @cached_property
    def _moved(self) -> list[dict[str, Any]]:
        return [row for row in self._rows if row["tier_number"] != row["saved_tier_number"]]

    def _recipe(self, name: str, text: str) -> Recipe:
        return self.book.recipe(
            name, text, parameters=self.how.parameters, drafts=self.how.drafts, parts=(self.inputs,)
        )


LISTED = (
    "customer_id", "name", "region", "industry", "sales_rep", "tier_number", "saved_tier_number",
    "score", "revenue", "margin", "order_count", "days_since_last_order", "risk", "band",
)  # fmt: skip

MARKS_SCHEMA = pa.schema(
    [
        ("customer_share", pa.float64()),
        ("revenue_share", pa.float64()),
        ("tier", pa.string()),
        ("tier_number", pa.int64()),
    ]
)
CUTS_SCHEMA = pa.schema([("score", pa.float64()), ("tier", pa.string())])
SUMMARY_SCHEMA = pa.schema(
    [
        ("tier_number", pa.int64()),
        ("tier", pa.string()),
        ("customers", pa.int64()),
        ("customer_share", pa.float64()),
        ("revenue", pa.decimal128(38, 4)),
        ("revenue_share", pa.float64()),
        ("margin", pa.decimal128(38, 4)),
        ("mean_risk", pa.float64()),
        ("lower_score", pa.float64()),
    ]
)
MOVES_SCHEMA = pa.schema(
    [
        ("from_tier_number", pa.int64()),
        ("from_tier", pa.string()),
        ("to_tier_number", pa.int64()),
        ("to_tier", pa.string()),
        ("customers", pa.int64()),
        ("revenue", pa.decimal128(38, 4)),
    ]
)


def value_tiers(book: Book, settings: ValueSettings | None = None, saved: Scenario | None = None) -> ValueTiers:
    """Score every customer in view, cut the scores into tiers, and compare with the saved scenario.

    One pass over one narrow table finds the cuts and sums by tier now and tier as saved.
    Scores are 0-100 in hundredths; equal scores share a tier. Without `settings` the saved ones apply.

    Raises NotEnoughData if no customer is in view or no weighted dimension has data.
    """
    saved = saved or Scenario(windows=book.windows)
    settings = settings or saved.value
    if book.is_empty:
        raise NotEnoughData(_("No customer is in view on this day with these filters."))
    inputs = value_inputs(book, saved, settings.normalisation)
    how, cells = _scored_cells(book, settings, inputs)
    return ValueTiers(book, settings, saved, how, inputs, cells)


def _scored_cells(book: Book, settings: ValueSettings, inputs: Recipe) -> tuple[Scoring, pa.Table]:
    """The cuts, and one row per pair of tiers: in one pass over the customers, whatever the method."""
    uncut = _uncut(book, settings, inputs.name, inputs.name)
    if settings.method not in CUT_MODELS:
        how = _cut(uncut, settings, _fixed_cut_points(settings))
        return how, book.engine.small(_cells(book, "select * from tier_cells", how, inputs))
    in_one_pass = {
        "score_distribution": "select * from score_sums",
        "tier_cuts": f"select * from {CUT_MODELS[settings.method]}",
        "cut_scores": "select * from score_cells cross join tier_bounds",
    }
    with_bounds = replace(uncut, drafts={**uncut.drafts, **in_one_pass})
    found = book.engine.small(_cells(book, "select * from tier_cells_and_bounds", with_bounds, inputs))
    how = _cut(uncut, settings, _found_cut_points(settings, found))
    return how, found.drop_columns([f"cut_{number}" for number in range(1, MOST_CUTS + 1)])


def _cells(book: Book, text: str, how: Scoring, inputs: Recipe) -> Recipe:
    return book.recipe("cells", text, parameters=how.parameters, drafts=how.drafts, parts=(inputs,))
