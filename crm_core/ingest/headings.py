"""Header names against the names of the schema: which canonical column a heading means."""

import re
import unicodedata
from functools import cache

from crm_core.schema import TABLES, Column, words

# Words in a file that belong to no canonical column but decide how one is read.
EXTRA_SYNONYMS: dict[str, tuple[str, ...]] = {
    "unit_price": words(
        "unit price|unitprice|price|price each|item price|product price|selling price|sale price|list price"
        "|price per unit|单价|商品单价|销售单价|价格|售价|成交单价|產品單價|單價"
    ),
    "profit": words("profit|gross profit|margin|gross margin|margin amount|利润|毛利|毛利额|利润额|毛利润|利潤"),
    "status": words(
        "status|order status|state of order|orderstatus|transaction status|deal stage|stage|payment status"
        "|invoice status|订单状态|状态|交易状态|付款状态|支付状态|单据状态|審核狀態|訂單狀態"
    ),
    "return_flag": words("is return|return flag|returned|is returned|refund|is refund|是否退货|退货|退货标志|是否退款"),
}


def key_of(heading: str) -> str:
    """A heading bare of case, width, spaces, punctuation and units in brackets: what names are compared by."""
    text = unicodedata.normalize("NFKC", heading)
    bare = re.sub(r"[(\[{<][^)\]}>]*[)\]}>]", "", text)
    return re.sub(r"[\W_]+", "", bare if re.search(r"\w", bare) else text).casefold()


@cache
def synonym_keys(table_name: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """Of one table: key of a synonym → the columns it may mean, each with its rank (0 is the surest)."""
    found: dict[str, list[tuple[str, int]]] = {}
    for column in TABLES[table_name].columns:
        for rank, name in enumerate(names_of(column)):
            pairs = found.setdefault(key_of(name), [])
            if column.name not in (known for known, _rank in pairs):
                pairs.append((column.name, rank))
    return {key: tuple(pairs) for key, pairs in found.items()}


def names_of(column: Column) -> tuple[str, ...]:
    """Everything a column is called: its own name, its label, its synonyms."""
    return (column.name, column.label, *column.synonyms)


@cache
def extra_keys() -> dict[str, str]:
    """Key of a synonym → the extra it means."""
    return {key_of(name): extra for extra, names in EXTRA_SYNONYMS.items() for name in names}


@cache
def _all_keys() -> frozenset[str]:
    return frozenset(key for name in TABLES for key in synonym_keys(name)) | frozenset(extra_keys())


def is_heading(cell: str) -> bool:
    """Whether a cell is a name some table knows."""
    return key_of(cell) in _all_keys()
