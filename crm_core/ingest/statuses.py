"""What marks an order that brought nothing, and what marks one that gave money back."""

import re

from crm_core.ingest.headings import bare, key_of
from crm_core.ingest.source import SourceTable
from crm_core.schema import words

MOST_STATUSES = 20
MOSTLY_FILLED = 0.5  # a status given only here and there is none of every row

# Statuses of an order that brought nothing (yet): parts of words, compared with spaces, case and accents gone.
NOT_COUNTED = words(
    "cancel|void|reject|fail|declin|pending|unpaid|await|draft|abandon|lost|engaging|prospect|open|hold|expired"
    "|chargeback|取消|关闭|未付|待付|待支付|待处理|未支付|失败|作废|无效|草稿|關閉|作廢|無效|待處理"
    "|stornier|annul|abgelehnt|offen|ausstehend|entwurf|unbezahlt|fehlgeschlagen|enattente|impaye|brouillon|echou"
    "|anulad|pendient|pendent|borrador|rascunho|fallid|falhou|rechazad|recusad|inattesa|bozza|fallit|rifiutat"
    "|geannuleerd|inafwachting|concept|mislukt|キャンセル|未払|保留|失敗|取り消し|취소|대기|미결제|실패"
)
# Statuses and kinds of entry that give money back: parts of words, likewise.
GIVEN_BACK = words(
    "refund|return|creditnote|creditmemo|退款|退货|退回|退貨|红字|erstatt|gutschrift|retour|rembours|avoir|reembols"
    "|devol|notadecredito|notadicredito|rimbors|terugbetaald|返品|返金|반품|환불"
)


def kept_statuses(source: SourceTable, header: str | None, is_net: bool) -> tuple[str, ...]:
    """The statuses in a column whose orders brought money; none where all did, none did or the column seldom speaks.

    `is_net` says that what was paid back is taken off elsewhere.
    """
    if header is None or source.column(header).filled_share < MOSTLY_FILLED:
        return ()
    statuses = _values(source, header)
    kept = tuple(status for status in statuses if _counts(status, is_net))
    return kept if len(kept) < len(statuses) else ()


def _values(source: SourceTable, header: str) -> tuple[str, ...]:
    """The different values of a column; none where they are too many to be statuses."""
    values = tuple(sorted(set(source.sample_values(header))))
    return values if len(values) <= MOST_STATUSES else ()


def _counts(status: str, is_net: bool) -> bool:
    brought_nothing = any(part in bare(status) for part in NOT_COUNTED)
    return not brought_nothing and (is_net or not _gives_back(status))


def _gives_back(text: str) -> bool:
    return any(part in bare(text) for part in GIVEN_BACK)


def return_flag(source: SourceTable, extras: dict[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """The column that marks returns, and the values that do: of a yes/no column none."""
    flag = extras.get("return_flag")
    if flag and source.column(flag).content == "flag":
        return flag, ()
    for header in filter(None, (flag, extras.get("entry_kind"))):
        values = _values(source, header)
        back = tuple(value for value in values if _gives_back(value))
        if set(values) == {"S", "H"} and key_of(header) == "shkzg":  # SAP: a credit to the customer
            back = ("H",)
        if 0 < len(back) < len(values):
            return header, back
    return None, ()


def return_prefix(source: SourceTable, columns: dict[str, str]) -> str | None:
    """A letter before the number of a few orders, all of whose lines are negative, while most have none."""
    if "order_id" not in columns:
        return None
    measure = columns.get("quantity") or columns.get("amount")
    if measure is None:
        return None
    orders = source.sample.column(columns["order_id"]).to_pylist()
    measures = source.sample.column(measure).to_pylist()
    lettered: dict[str, list[str]] = {}
    bare = 0
    for order, value in zip(orders, measures, strict=True):
        match = re.fullmatch(r"([A-Za-z]{1,4})-?\d+", (order or "").strip())
        if match:
            lettered.setdefault(match[1], []).append((value or "").strip())
        elif (order or "").strip().isdigit():
            bare += 1
    for prefix, values in lettered.items():
        if bare > 2 * len(values) and all(value.startswith(("-", "(")) for value in values):
            return prefix
    return None
