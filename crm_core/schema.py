"""The canonical tables: what a data set may hold, as data.

Column mapping, templates, checks, the store and `docs/data-format.md` all read these definitions;
nothing else lists the columns. Labels and descriptions are English sources marked for translation:
show them with `_(column.label)`.
"""

from dataclasses import dataclass, field
from typing import Literal

from crm_core.language import N_

Kind = Literal["text", "money", "number", "integer", "day", "instant", "share", "flag", "score"]

SQL_TYPES: dict[Kind, str] = {
    "text": "VARCHAR",
    "money": "DECIMAL(18,4)",
    "number": "DECIMAL(18,4)",
    "integer": "BIGINT",
    "day": "DATE",
    "instant": "TIMESTAMP",
    "share": "DECIMAL(18,4)",
    "flag": "BOOLEAN",
    "score": "DECIMAL(18,4)",
}


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    `kind` fixes the type (`sql_type`), `unit` says what one of it is ("" for text and flags),
    `synonyms` are the header names people write, in English and Chinese.
    """

    name: str
    kind: Kind
    label: str
    description: str
    unit: str = ""
    required: bool = False
    synonyms: tuple[str, ...] = field(default=(), repr=False)

    @property
    def sql_type(self) -> str:
        """The SQL type its kind is stored as."""
        return SQL_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """One canonical table; `grain` says what one row is."""

    name: str
    label: str
    grain: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of its columns, in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that no row may lack."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError if the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


def words(text: str) -> tuple[str, ...]:
    """Names written with bars between them."""
    return tuple(word.strip() for word in text.split("|"))


CUSTOMER_ID = Column(
    "customer_id",
    "text",
    N_("Customer"),
    N_("Who bought: any code or name, kept exactly as written."),
    required=True,
    synonyms=words(
        "customer id|customer|customer no|customer number|customer code|customer key|customer ref"
        "|cust id|cust no|cust|client id|client|client no|client code|account id|account|account no"
        "|account number|account code|buyer id|buyer|user id|user|userid|member id|member no|member"
        "|card no|card number|loyalty card|household id|household|household key|party id|consumer id"
        "|shopper id|sold to|sold to party|bill to|contact id|company id|uid|cid|customer unique id"
        "|visitor id|donor id|客户id|客户编号|客户编码|客户代码|客户号|客户|客户码|客编|顾客id"
        "|顾客编号|顾客|顾客号|会员id|会员编号|会员号|会员卡号|会员|用户id|用户编号|用户号|用户"
        "|买家id|买家|买家会员名|买家账号|买家昵称|购买人|购货单位|购货方|往来单位|往来单位编码"
        "|客商编码|客商|单位编码|客户账号|账号|帐号|客戶標識|客戶編號|客戶代號|客戶|會員編號|會員"
        "|客户名称|客户姓名|买家姓名|customer name|client name|company name|company"
    ),
)

SALES_REP = Column(
    "sales_rep",
    "text",
    N_("Sales representative"),
    N_("Who looks after the customer on our side."),
    synonyms=words(
        "sales rep|salesrep|sales representative|salesperson|sales person|salesman|sales agent|rep"
        "|rep name|seller|account manager|account owner|owner|agent|employee|handled by|业务员|销售员"
        "|销售代表|销售人员|销售|客户经理|负责人|跟进人|经办人|导购|导购员|营业员|业务代表|業務員"
    ),
)

ORDERS = Table(
    "orders",
    N_("Orders"),
    N_("One row per order line: one product in one purchase."),
    (
        CUSTOMER_ID,
        Column(
            "ordered_at",
            "instant",
            N_("Order date"),
            N_("When the order was placed; a day is enough."),
            required=True,
            synonyms=words(
                "ordered at|order date|orderdate|date of order|ordered on|order time|order datetime"
                "|order timestamp|date|datetime|timestamp|time|day|invoice date|invoicedate|transaction date"
                "|transaction timestamp|transaction time|trans date|trx date|purchase date|purchased at"
                "|purchase time|sale date|sales date|sold at|created at|created|create time|order created"
                "|order purchase timestamp|doc date|document date|posting date|bill date|billing date"
                "|close date|closed date|payment time|paid time|order day|event time|订单日期|订单时间"
                "|下单日期|下单时间|日期|时间|交易日期|交易时间|购买日期|购买时间|销售日期|销售时间|消费日期"
                "|消费时间|开单日期|开票日期|单据日期|成交日期|成交时间|订单创建时间|创建时间|创建日期"
                "|付款时间|支付时间|订单付款时间|出库日期|业务日期|制单日期|發票日期|訂單日期|下單時間"
            ),
        ),
        Column(
            "amount",
            "money",
            N_("Amount"),
            N_("What the line brought, net of discount; a return is negative."),
            unit=N_("money"),
            required=True,
            synonyms=words(
                "amount|net amount|amount net|total|total amount|line total|line amount|order amount"
                "|order total|sales|sales amount|sale amount|sales value|sale value|net sales|revenue"
                "|net revenue|turnover|value|order value|spend|spent|money|paid amount|amount paid|payment"
                "|payment value|payment amount|total price|total sales|total paid|extended price|ext price"
                "|dollar value|dollar amount|amt|amt net|subtotal|grand total|monetary|monetary value"
                "|close value|deal value|total value|invoice amount|price paid|金额|销售额|销售金额|销售收入"
                "|订单金额|订单总额|总金额|总额|合计金额|实付金额|实付|实收金额|实收|实付款|买家实际支付金额"
                "|支付金额|付款金额|消费金额|成交金额|成交额|交易金额|交易额|应收金额|应付金额|营业额|收入"
                "|价税合计|含税金额|不含税金额|净额|小计|商品总价|总价|合计|金額|銷售額|銷售金額|訂單金額"
            ),
        ),
        Column(
            "order_id",
            "text",
            N_("Order number"),
            N_("Lines with the same number and customer are one order; without it, one customer's day is one order."),
            synonyms=words(
                "order id|order no|order number|order code|order ref|order|orderid|invoice|invoice no"
                "|invoice number|invoice id|invoiceno|basket id|basket|transaction id|transaction no"
                "|transaction|trans id|trx id|receipt no|receipt id|receipt|ticket no|bill no|bill number"
                "|sales order|so number|document number|doc no|purchase id|opportunity id|deal id|session id"
                "|订单id|订单编号|订单号|订单|订单编码|单号|单据号|单据编号|销售单号|出库单号|交易号|交易编号"
                "|交易单号|流水号|小票号|发票号|发票号码|主订单编号|子订单编号|訂單編號|訂單號|單號"
            ),
        ),
        Column(
            "quantity",
            "number",
            N_("Quantity"),
            N_("How many of the product."),
            unit=N_("pieces"),
            synonyms=words(
                "quantity|qty|order quantity|orderquantity|units|unit count|units sold|pieces|count"
                "|item count|items|number of items|volume|quantity sold|sales quantity|number of cds"
                "|no of items|数量|销售数量|订单数量|购买数量|件数|销量|个数|商品数量|宝贝总数量|出库数量"
                "|数目|數量|件數"
            ),
        ),
        Column(
            "product_id",
            "text",
            N_("Product"),
            N_("Code or name of what was bought."),
            synonyms=words(
                "product id|product|product code|product key|productkey|product no|product number|product sku"
                "|sku|sku id|stock code|stockcode|item|item id|item no|item code|item number|article"
                "|article no|article number|material|material no|part no|part number|product name|productname"
                "|item name|description|product description|upc|ean|barcode|asin|产品id|产品编号|产品编码"
                "|产品代码|产品|商品id|商品编号|商品编码|商品代码|商品|货号|款号|物料编码|物料号|物料"
                "|存货编码|产品名称|商品名称|品名|宝贝标题|商品标题|规格型号|条码|条形码|產品編號|商品編號"
                "|產品名稱"
            ),
        ),
        Column(
            "category",
            "text",
            N_("Category"),
            N_("What kind of product; used for breadth, cross-selling and return to a category."),
            synonyms=words(
                "category|product category|category name|categoryname|item category|product group"
                "|product type|product line|productline|department|dept|product category name|family"
                "|product family|class|segment of product|series|commodity|division|category code"
                "|product class|类别|品类|分类|商品类别|产品类别|商品分类|产品分类|类目|商品类目|大类"
                "|大类名称|产品类型|商品类型|产品线|物料组|产品组|一级分类|一级类目|品种|類別|品類|分類"
            ),
        ),
        Column(
            "discount",
            "money",
            N_("Discount"),
            N_("Money taken off the list price of the line; a rate (0-1 or percent) is turned into money on loading."),
            unit=N_("money"),
            synonyms=words(
                "discount|discount amount|discount value|disc|disc amount|rebate|promotion discount|markdown"
                "|total discount|discount amt|retail disc|discount rate|discount percent|discount pct|折扣"
                "|折扣额|折扣金额|优惠|优惠金额|优惠额|减免金额|让利|促销优惠|折让|折扣率|折率|折扣金額"
                "|優惠金額"
            ),
        ),
        Column(
            "cost",
            "money",
            N_("Cost"),
            N_("What the line cost us; the margin is amount less cost."),
            unit=N_("money"),
            synonyms=words(
                "cost|cost amount|total cost|line cost|cogs|cost of goods|cost of goods sold|cost value"
                "|product cost|成本|成本金额|成本额|销售成本|总成本|商品成本|采购成本|成本金額"
            ),
        ),
        Column(
            "channel",
            "text",
            N_("Channel"),
            N_("How the order came: shop, web, telephone, dealer."),
            synonyms=words(
                "channel|sales channel|order channel|source|order source|platform|store|store id|store name"
                "|shop|shop name|outlet|branch|marketplace|order type|traffic source|渠道|销售渠道|订单来源"
                "|来源|平台|店铺|店铺名称|门店|门店名称|门店编号|网点|分店|销售平台|通路|渠道類型"
            ),
        ),
        SALES_REP,
        Column(
            "promised_at",
            "instant",
            N_("Promised delivery"),
            N_("When delivery was promised."),
            synonyms=words(
                "promised at|promised date|promise date|due delivery|required date|requested delivery date"
                "|delivery due|expected delivery|estimated delivery|order estimated delivery date"
                "|scheduled delivery date|eta|承诺日期|承诺交期|承诺到货日期|约定交货日期|要求到货日期|交期"
                "|交货日期|预计送达时间|预计到货日期|计划交货日期"
            ),
        ),
        Column(
            "delivered_at",
            "instant",
            N_("Delivered"),
            N_("When it arrived."),
            synonyms=words(
                "delivered at|delivery date|delivered date|delivered on|actual delivery date|received date"
                "|arrival date|order delivered customer date|delivery time|送达日期|送达时间|到货日期"
                "|到货时间|签收日期|签收时间|实际到货日期|实际交货日期|收货时间|确认收货时间|交付日期"
            ),
        ),
    ),
)

CUSTOMERS = Table(
    "customers",
    N_("Customers"),
    N_("One row per customer."),
    (
        CUSTOMER_ID,
        Column(
            "name",
            "text",
            N_("Name"),
            N_("Name of the company or person."),
            synonyms=words(
                "name|customer name|client name|company|company name|account name|full name|contact name"
                "|member name|business name|organisation|organization|名称|姓名|客户名称|客户姓名|公司名称"
                "|公司|企业名称|单位名称|会员姓名|用户名|用户名称|顾客姓名|客户简称|客戶名稱|公司名稱"
            ),
        ),
        Column(
            "industry",
            "text",
            N_("Industry"),
            N_("Line of business."),
            synonyms=words(
                "industry|sector|line of business|vertical|business type|segment|trade|行业|所属行业|行业类别"
                "|细分|客户类型|行業"
            ),
        ),
        Column(
            "region",
            "text",
            N_("Region"),
            N_("Sales region, province or country."),
            synonyms=words(
                "region|area|territory|sales region|state|province|country|market|district|zone"
                "|regional office|office location|state province|地区|区域|大区|销售区域|省份|省|省自治区"
                "|省市|国家|片区|所属区域|地區|區域"
            ),
        ),
        Column(
            "city",
            "text",
            N_("City"),
            N_("Town."),
            synonyms=words("city|town|municipality|城市|市|所在城市|地市|收货城市"),
        ),
        SALES_REP,
        Column(
            "parent_id",
            "text",
            N_("Parent"),
            N_("The customer this one belongs to: related companies are summed by it."),
            synonyms=words(
                "parent id|parent|parent company|parent account|group id|group|subsidiary of|holding"
                "|headquarters|母公司|上级客户|所属集团|集团|集团编号|上级单位|总公司|父级客户"
            ),
        ),
        Column(
            "created_at",
            "instant",
            N_("Customer since"),
            N_("When the customer was entered or signed up."),
            synonyms=words(
                "created at|created|created date|customer since|member since|joined|join date|joined at"
                "|signup date|sign up date|registration date|registered at|enrolled on|start date|since"
                "|first contact|创建日期|创建时间|建档日期|建档时间|注册日期|注册时间|入会日期|入会时间"
                "|开户日期|加入时间|建檔日期"
            ),
        ),
        Column(
            "birth_year",
            "integer",
            N_("Year of birth"),
            N_("Year of birth of a person; read from a birth date too."),
            unit=N_("year"),
            synonyms=words(
                "birth year|year of birth|birthyear|birth date|birthdate|date of birth|dob|birthday|出生年份"
                "|出生年|出生日期|生日|出生年月"
            ),
        ),
        Column(
            "gender",
            "text",
            N_("Gender"),
            N_("As written in the file."),
            synonyms=words("gender|sex|性别|性別"),
        ),
        Column(
            "phone",
            "text",
            N_("Telephone"),
            N_("Telephone number."),
            synonyms=words(
                "phone|phone number|telephone|tel|mobile|mobile phone|mobile number|cell|contact number|电话"
                "|手机|手机号|手机号码|联系电话|联系方式|电话号码|固定电话|電話|手機"
            ),
        ),
        Column(
            "email",
            "text",
            N_("E-mail"),
            N_("E-mail address."),
            synonyms=words(
                "email|e mail|mail|email address|emailaddress|邮箱|电子邮箱|电子邮件|邮件|邮箱地址|電子郵件"
            ),
        ),
        Column(
            "address",
            "text",
            N_("Address"),
            N_("Postal address."),
            synonyms=words(
                "address|street|street address|postal address|address line 1|地址|联系地址|收货地址|详细地址"
                "|公司地址|通讯地址"
            ),
        ),
        Column(
            "licence_no",
            "text",
            N_("Licence number"),
            N_("Business licence or tax number."),
            synonyms=words(
                "licence no|license no|licence number|license number|business licence|tax number|tax id"
                "|vat number|vat id|registration number|营业执照号|营业执照|执照号|统一社会信用代码|信用代码"
                "|税号|纳税人识别号|许可证号"
            ),
        ),
        Column(
            "influence_industry",
            "score",
            N_("Influence of the industry"),
            N_("How much the customer's industry looks to it, 0-100."),
            unit="0-100",
            synonyms=words("influence industry|industry influence|行业影响力|行业影响|产业影响力"),
        ),
        Column(
            "influence_rank",
            "score",
            N_("Rank in the industry"),
            N_("How high the customer stands in its industry, 0-100."),
            unit="0-100",
            synonyms=words("influence rank|industry rank|rank in industry|行业地位|行业排名|地位影响力"),
        ),
        Column(
            "influence_fame",
            "score",
            N_("Fame"),
            N_("How well known the customer is, 0-100."),
            unit="0-100",
            synonyms=words("influence fame|fame|reputation|brand awareness|知名度|名气|品牌知名度|声誉"),
        ),
        Column(
            "wallet",
            "money",
            N_("Wallet"),
            N_("What the customer spends a year on what we sell, ours and competitors'."),
            unit=N_("money a year"),
            synonyms=words(
                "wallet|wallet size|total wallet|annual spend|total spend|annual purchase|category spend"
                "|potential spend|钱包|钱包份额基数|年采购额|年采购总额|年需求额|年度采购额|总需求|总采购额"
                "|需求总量"
            ),
        ),
        Column(
            "credit_limit",
            "money",
            N_("Credit limit"),
            N_("How much the customer may owe."),
            unit=N_("money"),
            synonyms=words("credit limit|credit line|creditlimit|credit|信用额度|授信额度|信用限额|赊销额度|信用額度"),
        ),
    ),
)

PAYMENTS = Table(
    "payments",
    N_("Payments"),
    N_("One row per invoice."),
    (
        CUSTOMER_ID,
        Column(
            "invoice_id",
            "text",
            N_("Invoice number"),
            N_("Number of the invoice."),
            required=True,
            synonyms=words(
                "invoice id|invoice no|invoice number|invoicenumber|invoice|invoice ref|bill no|bill number"
                "|document no|document number|发票号|发票号码|发票编号|账单号|账单编号|应收单号|单据号"
                "|单据编号|單據編號|發票號碼"
            ),
        ),
        Column(
            "due_at",
            "instant",
            N_("Due"),
            N_("When payment is due."),
            required=True,
            synonyms=words(
                "due at|due date|duedate|due|payment due|payment due date|due on|net due date|due in date"
                "|到期日|到期日期|应付日期|应收日期|付款期限|约定付款日|应收款日|还款日期|賬款到期日"
            ),
        ),
        Column(
            "amount",
            "money",
            N_("Amount"),
            N_("Amount of the invoice."),
            unit=N_("money"),
            required=True,
            synonyms=words(
                "amount|invoice amount|invoiceamount|total|total amount|invoice total|open amount"
                "|total open amount|value|金额|发票金额|应收金额|应收款|账单金额|开票金额|价税合计|金額"
                "|應收金額"
            ),
        ),
        Column(
            "invoiced_at",
            "instant",
            N_("Invoiced"),
            N_("Date of the invoice."),
            synonyms=words(
                "invoiced at|invoice date|invoicedate|billing date|document date|issued at|issue date"
                "|posting date|date|开票日期|发票日期|账单日期|单据日期|日期"
            ),
        ),
        Column(
            "paid_at",
            "instant",
            N_("Paid"),
            N_("When it was paid; empty while open."),
            synonyms=words(
                "paid at|paid date|payment date|settled date|settleddate|settled|clear date|clearing date"
                "|paid on|paid|付款日期|回款日期|收款日期|到账日期|结清日期|实际付款日|支付日期"
            ),
        ),
        Column(
            "extension_requested",
            "flag",
            N_("Extension asked for"),
            N_("Whether the customer asked for more time."),
            synonyms=words(
                "extension requested|extension|deferral|deferred|asked for extension|申请延期|延期|是否延期"
                "|展期|申请展期"
            ),
        ),
    ),
)

CASES = Table(
    "cases",
    N_("Service cases"),
    N_("One row per service case."),
    (
        CUSTOMER_ID,
        Column(
            "opened_at",
            "instant",
            N_("Opened"),
            N_("When the case was opened."),
            required=True,
            synonyms=words(
                "opened at|opened|open date|created at|created|created date|case date|ticket date|reported at"
                "|date|date received|受理时间|受理日期|投诉时间|投诉日期|创建时间|创建日期|提交时间|报修时间"
                "|登记日期|日期"
            ),
        ),
        Column(
            "case_id",
            "text",
            N_("Case number"),
            N_("Number of the case."),
            synonyms=words(
                "case id|case no|case number|case|ticket id|ticket no|ticket number|ticket|complaint id"
                "|工单号|工单编号|工单|投诉编号|案件编号|服务单号"
            ),
        ),
        Column(
            "kind",
            "text",
            N_("Kind"),
            N_("Complaint, question, repair, return …"),
            synonyms=words(
                "kind|type|case type|ticket type|category|request type|类型|工单类型|服务类型|投诉类型|问题类型|类别"
            ),
        ),
        Column(
            "severity",
            "text",
            N_("Severity"),
            N_("How serious, in the words of the file."),
            synonyms=words("severity|priority|urgency|level|严重程度|优先级|紧急程度|级别|等级"),
        ),
        Column(
            "first_response_at",
            "instant",
            N_("First response"),
            N_("When somebody first answered."),
            synonyms=words(
                "first response at|first response|first response date|responded at|response time|首次响应时间"
                "|首次回复时间|响应时间|回复时间"
            ),
        ),
        Column(
            "closed_at",
            "instant",
            N_("Closed"),
            N_("When it was closed; empty while open."),
            synonyms=words(
                "closed at|closed|close date|closed date|resolved at|resolved date|resolution date|关闭时间"
                "|关闭日期|结案时间|结案日期|解决时间|完成时间"
            ),
        ),
        Column(
            "topic",
            "text",
            N_("Topic"),
            N_("What it is about."),
            synonyms=words("topic|subject|issue|reason|product|主题|原因|问题|投诉原因|投诉内容|事由"),
        ),
    ),
)

SURVEYS = Table(
    "surveys",
    N_("Surveys"),
    N_("One row per answer to one item."),
    (
        CUSTOMER_ID,
        Column(
            "answered_at",
            "instant",
            N_("Answered"),
            N_("When the answer was given."),
            required=True,
            synonyms=words(
                "answered at|answer date|survey date|response date|responded at|date|submitted at|timestamp"
                "|答卷时间|调查日期|回答时间|填写时间|提交时间|日期"
            ),
        ),
        Column(
            "item",
            "text",
            N_("Item"),
            N_("What was asked: overall, repurchase intention, recommend, price, quality, service …"),
            required=True,
            synonyms=words("item|question|question id|dimension|metric|topic|题目|题项|问题|指标|项目|维度"),
        ),
        Column(
            "score",
            "score",
            N_("Score"),
            N_("The answer as a number on the scale."),
            unit=N_("points of the scale"),
            required=True,
            synonyms=words("score|rating|answer|value|response|points|分数|评分|得分|打分|分值|满意度"),
        ),
        Column(
            "scale_min",
            "score",
            N_("Scale from"),
            N_("Lowest possible score."),
            unit=N_("points of the scale"),
            synonyms=words("scale min|min score|minimum|scale from|最低分|量表下限"),
        ),
        Column(
            "scale_max",
            "score",
            N_("Scale to"),
            N_("Highest possible score."),
            unit=N_("points of the scale"),
            synonyms=words("scale max|max score|maximum|scale to|满分|最高分|量表上限"),
        ),
    ),
)

VISITS = Table(
    "visits",
    N_("Visits"),
    N_("One row per contact with the customer."),
    (
        CUSTOMER_ID,
        Column(
            "visited_at",
            "instant",
            N_("Date of the contact"),
            N_("When the contact took place."),
            required=True,
            synonyms=words(
                "visited at|visit date|visited on|contact date|call date|meeting date|activity date|date"
                "|拜访日期|拜访时间|联系日期|沟通日期|跟进时间|日期"
            ),
        ),
        SALES_REP,
        Column(
            "kind",
            "text",
            N_("Kind"),
            N_("Visit, call or mail."),
            synonyms=words("kind|type|visit type|activity type|contact type|类型|拜访方式|联系方式|跟进方式|方式"),
        ),
        Column(
            "minutes",
            "number",
            N_("Minutes"),
            N_("How long it took."),
            unit=N_("minutes"),
            synonyms=words("minutes|duration|duration minutes|length|时长|分钟|拜访时长|通话时长"),
        ),
        Column(
            "cost",
            "money",
            N_("Cost"),
            N_("What it cost us."),
            unit=N_("money"),
            synonyms=words("cost|expense|expenses|费用|成本|拜访费用|差旅费"),
        ),
    ),
)

CONTRACTS = Table(
    "contracts",
    N_("Contracts"),
    N_("One row per contract."),
    (
        CUSTOMER_ID,
        Column(
            "signed_at",
            "instant",
            N_("Signed"),
            N_("When it was signed."),
            required=True,
            synonyms=words(
                "signed at|signed|signed date|sign date|signature date|contract date|start date|签订日期"
                "|签约日期|签署日期|合同日期|签订时间"
            ),
        ),
        Column(
            "contract_id",
            "text",
            N_("Contract number"),
            N_("Number of the contract."),
            synonyms=words(
                "contract id|contract no|contract number|contract|agreement no|合同号|合同编号|合同|协议编号"
            ),
        ),
        Column(
            "ends_at",
            "instant",
            N_("Ends"),
            N_("When it ends."),
            synonyms=words(
                "ends at|end date|expiry date|expiration date|expires|valid until|到期日|到期日期|结束日期"
                "|终止日期|合同到期日"
            ),
        ),
        Column(
            "amount",
            "money",
            N_("Amount"),
            N_("Value of the contract."),
            unit=N_("money"),
            synonyms=words("amount|contract value|contract amount|value|total|金额|合同金额|合同额|合同总额"),
        ),
        Column(
            "company_signed",
            "flag",
            N_("Signed by the company"),
            N_("True if the company signed, not the representative alone."),
            synonyms=words("company signed|signed by company|corporate|公司签订|是否公司签订|公司签约|公章"),
        ),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table for table in (ORDERS, CUSTOMERS, PAYMENTS, CASES, SURVEYS, VISITS, CONTRACTS)
}
