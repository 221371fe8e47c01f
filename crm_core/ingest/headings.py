"""Header names against the names of the schema: which canonical column a heading means."""

import re
import unicodedata
from functools import cache

from crm_core.ingest.names_elsewhere import NAMES_ELSEWHERE
from crm_core.schema import TABLES, Column, words

# Words in a file that belong to no canonical column but decide how one is read.
EXTRA_SYNONYMS: dict[str, tuple[str, ...]] = {
    "unit_price": words(
        "unit price|unitprice|price|price each|item price|product price|selling price|sale price|list price"
        "|price per unit|lineitem price|item cost|单价|商品单价|销售单价|价格|售价|成交单价|京东价|產品單價"
        "|單價|商品價格"
        "|einzelpreis|stückpreis|preis|prix unitaire|prix|precio unitario|precio|prezzo unitario|prezzo"
        "|preço unitário|preço|stukprijs|eenheidsprijs|prijs|単価|価格|단가|가격|netpr"
    ),
    "profit": words(
        "profit|gross profit|margin|gross margin|margin amount|利润|毛利|毛利额|利润额|毛利润|利潤|毛利額"
        "|gewinn|rohertrag|marge|bénéfice|marge brute|beneficio|ganancia|margen|utile|margine|lucro|margem|winst"
        "|利益|粗利|이익|이윤|마진"
    ),
    "status": words(
        "status|order status|state of order|orderstatus|transaction status|deal stage|stage|stage name|payment status"
        "|invoice status|financial status|订单状态|状态|交易状态|付款状态|支付状态|单据状态|審核狀態|訂單狀態|狀態"
        "|bestellstatus|auftragsstatus|zahlungsstatus|statut|statut de la commande|état|estado|estado del pedido"
        "|estado de la orden|stato|stato ordine|situação|estado do pedido|status do pedido|bestelstatus"
        "|ステータス|注文状況|注文ステータス|状態|상태|주문상태|결제상태"
    ),
    "return_flag": words(
        "is return|return flag|returned|is returned|is refund|refunded|是否退货|退货|退货标志|是否退款"
        "|是否退貨|retoure"
        "|retourné|devuelto|reso|devolvido|geretourneerd|返品フラグ|반품여부"
    ),
    "refund": words(
        "refund|refund amount|refunded amount|amount refunded|total refund|total refunded|order refund amount"
        "|refund total|退款金额|退款额|退款总额|退货金额|已退款金额|退款金額|erstattungsbetrag|rückerstattung"
        "|montant remboursé|remboursement|importe reembolsado|reembolso|importo rimborsato|rimborso|valor reembolsado"
        "|terugbetaald bedrag|terugbetaling|返金額|환불금액"
    ),
    "entry_kind": words(
        "type|transaction type|record type|entry type|document type|doc type|sales type|line type|shkzg"
        "|单据类型|业务类型"
        "|交易类型|订单类型|单据類型|belegart|vorgangsart|type de document|type de pièce|tipo|tipo de documento"
        "|tipo documento|tipo de transacción|tipo de transação|documentsoort|取引区分|伝票区分|売上区分|거래유형"
    ),
}


def bare(text: str) -> str:
    """A text without width, accents, spaces, punctuation and case: what words are compared by."""
    apart = unicodedata.normalize("NFKD", text)
    joined = unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", apart))
    return re.sub(r"[\W_]+", "", joined).casefold()


def key_of(heading: str) -> str:
    """A heading bare of all that, and of units in brackets."""
    text = unicodedata.normalize("NFKC", heading)
    outside = re.sub(r"[(\[{<][^)\]}>]*[)\]}>]", "", text)
    return bare(outside if re.search(r"\w", outside) else text)


@cache
def synonym_keys(table_name: str) -> dict[str, tuple[tuple[str, int], ...]]:
    """Of one table: key of a synonym → the columns it may mean, each with its rank (0 is the surest)."""
    found: dict[str, list[tuple[str, int]]] = {}
    for column in TABLES[table_name].columns:
        for rank, name in enumerate(names_of(table_name, column)):
            pairs = found.setdefault(key_of(name), [])
            if column.name not in (known for known, _rank in pairs):
                pairs.append((column.name, rank))
    return {key: tuple(pairs) for key, pairs in found.items()}


@cache
def names_of(table_name: str, column: Column) -> tuple[str, ...]:
    """Everything a column is called: its own name, its label, its synonyms, its names elsewhere."""
    elsewhere = [
        words(names[key])
        for names in NAMES_ELSEWHERE.values()
        for key in (column.name, f"{table_name}.{column.name}")
        if key in names
    ]
    return (column.name, column.label, *column.synonyms, *(name for group in elsewhere for name in group))


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
