"""The words of the demo company: invented names, and plain labels that read in both languages."""

COMPANY = "Lanmere Wholesale · 岚沐批发"

# category: code, median unit price (CNY), cost as a share of the list price
CATEGORIES = {
    "Tea 茶饮": ("TEA", 68.0, 0.58),
    "Coffee 咖啡": ("COF", 96.0, 0.60),
    "Dairy 乳品": ("DAI", 54.0, 0.76),
    "Grain & oil 粮油": ("GRN", 88.0, 0.82),
    "Seasoning 调味": ("SEA", 36.0, 0.66),
    "Frozen 冻品": ("FRZ", 120.0, 0.74),
    "Snacks 休闲食品": ("SNK", 45.0, 0.64),
    "Tableware 餐具": ("TAB", 150.0, 0.56),
    "Packaging 包装": ("PAC", 42.0, 0.62),
    "Paper 纸品": ("PAP", 58.0, 0.72),
    "Cleaning 清洁": ("CLE", 49.0, 0.60),
    "Equipment 设备": ("EQP", 860.0, 0.68),
}
PRODUCTS_A_CATEGORY = 24

# industry: word in a Chinese company name, word in an English one, how much it likes each category
INDUSTRIES = {
    "Restaurant 餐饮": ("餐饮", "Kitchen", (0.5, 0.0, 0.5, 2.0, 2.0, 2.0, 0.0, 1.5, 1.0, 1.0, 1.5, 0.5)),
    "Café 咖啡馆": ("咖啡", "Coffee", (1.5, 2.5, 2.0, 0.0, 0.0, 0.5, 1.0, 1.0, 2.0, 1.0, 0.5, 1.0)),
    "Hotel 酒店": ("酒店", "Hotel", (1.5, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 1.5, 0.0, 2.0, 2.0, 0.5)),
    "Bakery 烘焙": ("烘焙", "Bakery", (0.5, 0.5, 2.0, 2.0, 0.0, 1.0, 0.5, 0.0, 2.5, 0.5, 0.5, 1.0)),
    "Grocery 商超": ("生鲜超市", "Market", (1.5, 1.0, 2.0, 2.0, 1.5, 1.5, 2.5, 0.0, 0.5, 1.5, 1.0, 0.0)),
    "School 学校": ("学校食堂", "Academy", (0.0, 0.0, 1.5, 2.5, 1.5, 1.5, 0.5, 1.0, 0.0, 1.5, 1.5, 0.5)),
    "Office 企业": ("科技", "Works", (2.0, 2.0, 0.5, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 2.0, 1.0, 0.5)),
    "Household 家庭": ("", "", (1.5, 1.0, 1.0, 1.5, 1.0, 1.0, 2.0, 0.5, 0.0, 1.5, 1.0, 0.0)),
}
INDUSTRY_SHARES = (0.30, 0.13, 0.09, 0.10, 0.15, 0.05, 0.10, 0.08)
HOUSEHOLD = 7  # its place among the industries; the only one with birth years and genders

# region: cities, days promised for delivery, share of the deliveries on time
REGIONS = {
    "East 华东": (("Shanghai 上海", "Hangzhou 杭州", "Nanjing 南京", "Suzhou 苏州"), 2, 0.94),
    "South 华南": (("Guangzhou 广州", "Shenzhen 深圳", "Xiamen 厦门"), 3, 0.92),
    "North 华北": (("Beijing 北京", "Tianjin 天津", "Jinan 济南"), 3, 0.92),
    "Central 华中": (("Wuhan 武汉", "Changsha 长沙", "Zhengzhou 郑州"), 4, 0.90),
    "Southwest 西南": (("Chengdu 成都", "Chongqing 重庆", "Kunming 昆明"), 5, 0.88),
    "Northwest 西北": (("Xi'an 西安", "Lanzhou 兰州"), 6, 0.74),
}
REGION_SHARES = (0.34, 0.22, 0.20, 0.13, 0.11)  # before the Northwest opens
NEW_REGION = 5

CHANNELS = ("Sales rep 业务员", "Phone 电话", "Web shop 网店", "Counter 门市", "Mini app 小程序")
CHANNEL_SHARES = (0.40, 0.20, 0.28, 0.12)  # before the mini app opens
NEW_CHANNEL = 4

REPS_A_REGION = 3
REP_FIRST = ("Mira", "Talo", "Venn", "Sori", "Kael", "Luno", "Ysra", "Deno", "Faro", "Neve", "Orin", "Pelu")
REP_LAST = ("Vask", "Tamre", "Olden", "Quill", "Brisk", "Hane", "Lorre", "Zemi", "Carro", "Wend")

SYLLABLES_ZH = "岚沐禾溪澜屿笙槿珞棠霁砚芷萤桉榆枫柚橙杉桐檀砺筠翎翊昕晗煦琅璟瑾珩琮穗稷黍麓岫峦"
SYLLABLES_EN = (
    "ba", "be", "bri", "ca", "ce", "da", "do", "e", "fa", "fi", "ga", "ha", "i", "jo", "ka", "le", "li", "lo", "ma",
    "mi", "mo", "na", "ne", "no", "o", "pa", "pe", "ra", "ri", "ro", "sa", "se", "so", "ta", "ti", "to", "u", "va",
    "ve", "zo",
)  # fmt: skip
ENDINGS_EN = ("nd", "rn", "l", "x", "th", "ra", "lle", "sk")

CASE_KINDS = ("complaint", "question", "repair", "return")
CASE_TOPICS = ("delivery", "quality", "price", "invoice", "packaging")
VISIT_KINDS = ("visit", "call", "mail")
SURVEY_ITEMS = (
    "overall", "repurchase intention", "recommend", "price", "quality", "service",
    "product value", "service value", "personnel value", "image value",
    "money cost", "time cost", "energy cost", "psychic cost",
)  # fmt: skip
