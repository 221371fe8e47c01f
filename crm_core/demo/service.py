"""What the demo's customers say: service cases and survey answers."""

import numpy as np
import pyarrow as pa

from crm_core.demo import words
from crm_core.demo.columns import days, instants, labels, texts
from crm_core.demo.orders import MINUTES_A_DAY, Orders
from crm_core.demo.plants import DAY_COUNT, PLANTS
from crm_core.demo.traits import Floats, Integers, Texts, Traits

CASES_PER_ORDER = 0.03
KIND_SHARES = (0.35, 0.35, 0.15, 0.15)
SEVERITIES = ("low", "medium", "high")
SEVERITY_SHARES = (0.5, 0.35, 0.15)
TOPIC_SHARES = (0.30, 0.28, 0.14, 0.16, 0.12)
JUMPING_TOPIC = words.CASE_TOPICS.index("packaging")  # its complaints jump in the last JUMP_DAYS
JUMP_DAYS = 45
JUMP_CASES = 90
COMPLAINTS_BEFORE_LEAVING = 1.4  # mean, in the 80 days before an about_to_lapse customer changes
UNRESOLVED_SHARE = 0.5  # of those

WAVES = 8  # one survey a quarter
ASKED_A_WAVE = 160
IMPORTANCE = {"price": 0.15, "quality": 0.45, "service": 0.40}  # in the overall answer
ITEM_LEVELS = {
    "price": 0.2,
    "quality": -0.1,
    "service": -0.3,
    "image value": 0.3,
    "time cost": -0.4,
    "psychic cost": -0.1,
}


def cases_table(traits: Traits, ids: Texts, orders: Orders, random: np.random.Generator) -> pa.Table:
    """One row per service case: some after any order, more before leaving, and one topic that jumps."""
    after_order = np.flatnonzero(random.random(len(orders.customer)) < CASES_PER_ORDER)
    customer, opened = orders.customer[after_order], orders.day[after_order] + random.integers(1, 8, len(after_order))
    leaving = np.flatnonzero(traits.is_plant("about_to_lapse"))
    grievances = np.repeat(leaving, random.poisson(COMPLAINTS_BEFORE_LEAVING, len(leaving)))
    grieved = traits.changed[grievances] - random.integers(5, 80, len(grievances))
    recent = np.flatnonzero(orders.day >= DAY_COUNT - JUMP_DAYS)
    jumps = random.choice(recent, JUMP_CASES, replace=False)

    part = np.repeat([0, 1, 2], [len(customer), len(grievances), JUMP_CASES])
    customer = np.concatenate([customer, grievances, orders.customer[jumps]])
    opened = np.concatenate([opened, grieved, orders.day[jumps]])
    within = np.flatnonzero(opened < DAY_COUNT)
    by_time = within[np.lexsort((customer[within], opened[within]))]
    part, customer, opened = part[by_time], customer[by_time], opened[by_time]
    return _described_cases(ids[customer], part, opened, random)


def _described_cases(customer_ids: Texts, part: Integers, opened: Integers, random: np.random.Generator) -> pa.Table:
    count = len(part)
    kind = np.where(part > 0, 0, random.choice(len(words.CASE_KINDS), count, p=KIND_SHARES))
    topic = np.where(part == 2, JUMPING_TOPIC, random.choice(len(words.CASE_TOPICS), count, p=TOPIC_SHARES))
    opened_minute = opened * MINUTES_A_DAY + random.integers(8 * 60, 18 * 60, count)
    response = opened_minute + np.minimum(random.lognormal(np.log(240), 1.1, count), 20_000).astype(np.int64) + 3
    closed = response + np.minimum(random.lognormal(np.log(2 * MINUTES_A_DAY), 1.0, count), 90_000).astype(np.int64)
    unresolved = (part == 1) & (random.random(count) < UNRESOLVED_SHARE)
    end = DAY_COUNT * MINUTES_A_DAY
    return pa.table(
        {
            "customer_id": texts(customer_ids),
            "case_id": texts(np.array([f"CS{number:05d}" for number in range(1, count + 1)], dtype=object)),
            "opened_at": instants(opened_minute),
            "kind": labels(kind, list(words.CASE_KINDS)),
            "severity": labels(random.choice(len(SEVERITIES), count, p=SEVERITY_SHARES), list(SEVERITIES)),
            "first_response_at": instants(response, response < end),
            "closed_at": instants(closed, (closed < end) & ~unresolved),
            "topic": labels(topic, list(words.CASE_TOPICS)),
        }
    )


def surveys_table(traits: Traits, ids: Texts, orders: Orders, random: np.random.Generator) -> pa.Table:
    """One row per answer to one item; 1 to 5, `recommend` 0 to 10. Asked: customers of the 180 days before."""
    customers, asked_on = [], []
    for wave in range(WAVES):
        last = DAY_COUNT - 20 - 91 * (WAVES - 1 - wave)
        active = np.unique(orders.customer[(orders.day < last) & (orders.day >= last - 180)])
        customers.append(np.sort(random.choice(active, ASKED_A_WAVE, replace=False)))
        asked_on.append(np.sort(last + random.integers(0, 15, ASKED_A_WAVE)))
    customer, day = np.concatenate(customers), np.concatenate(asked_on)
    answers = _answers(traits, customer, random)
    items = len(words.SURVEY_ITEMS)
    recommend = np.tile(np.arange(items) == words.SURVEY_ITEMS.index("recommend"), len(customer))
    return pa.table(
        {
            "customer_id": texts(np.repeat(ids[customer], items)),
            "answered_at": days(np.repeat(day, items)),
            "item": labels(np.tile(np.arange(items), len(customer)), list(words.SURVEY_ITEMS)),
            "score": pa.array(answers.ravel().astype(np.int64)),
            "scale_min": pa.array(np.where(recommend, 0, 1)),
            "scale_max": pa.array(np.where(recommend, 10, 5)),
        }
    ).filter(pa.array(random.random(len(customer) * items) < 0.94))


def _answers(traits: Traits, customer: Integers, random: np.random.Generator) -> Floats:
    """Shape (respondents, items): the plant's level, the item's, and noise; overall follows IMPORTANCE."""
    level = np.array([plant.satisfaction for plant in PLANTS])[traits.plant][customer]
    intention = np.array([plant.repurchase_intention for plant in PLANTS])[traits.plant][customer]
    shared = random.normal(0, 0.4, len(customer))
    felt = {
        item: level + ITEM_LEVELS.get(item, 0.0) + 0.5 * shared + random.normal(0, 0.8, len(customer))
        for item in words.SURVEY_ITEMS
    }
    felt["overall"] = sum(weight * felt[item] for item, weight in IMPORTANCE.items()) + random.normal(
        0, 0.3, len(customer)
    )
    felt["repurchase intention"] = intention + random.normal(0, 0.6, len(customer))
    felt["recommend"] = 2.5 * (felt["overall"] - 1) + random.normal(0, 1.0, len(customer))
    lowest = {"recommend": 0}
    highest = {"recommend": 10}
    return np.column_stack(
        [np.clip(np.rint(values), lowest.get(item, 1), highest.get(item, 5)) for item, values in felt.items()]
    )
