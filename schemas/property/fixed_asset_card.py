"""固定资产卡片(实物台账): what the school owns for longer than a year, one card per thing or batch."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.asset_card_rules import AssetCardRules
from schemas.property.asset_classes import KINDS, is_house, is_not_depreciated, least_months
from schemas.register import Register, blank_means

METHODS = ("年限平均法", "不计提")

_METHOD = pl.when(is_not_depreciated()).then(pl.lit("不计提")).otherwise(pl.lit("年限平均法"))
_NO_CHARGE = pl.coalesce(pl.col("depr_method"), _METHOD) == "不计提"


class FixedAssetCard(AssetCardRules, Register):
    """Asset card (DOMAIN.md 2.2, register 9).

    A blank life means the least one of the class (DOMAIN.md 3.4), a blank method 年限平均法, or 不计提
    for what is never depreciated. Depreciation and net value depend on the month in which they are
    asked for: they belong to the books and are not stored with the card.
    """

    title = "固定资产卡片(实物台账)"
    title_en = "Fixed-asset card / register"
    number = 9
    group = "B 财产"
    key = ("asset_no",)
    owner = "ZW"
    posts = ("assets",)
    period = "when acquired or changed; all reviewed in April and November"
    sign = "the keeper of assets keeps; the user signs; finance posts"
    keywords = ("固定资产卡片", "固定资产台账", "资产卡片", "固定资产", "资产台账", "实物台账")
    cell_groups = (
        ("class_code", "class_code_version", "asset_kind", "structure"),
        ("qty", "unit_price", "original_value", "value_type", "is_batch"),
        ("entry_date", "voucher_no"),
        ("use_dept", "user", "room"),
        ("life_months", "depr_method"),
        ("accum_at_start", "accum_as_of"),
        ("change_date", "change_doc"),
    )
    label = "asset_name"
    duplicate_code = "FA-01"
    unknown_code = "ASSET-UNKNOWN"
    judged_after = ("period_close",)
    fills = blank_means(
        depr_method=lambda _: _METHOD,
        life_months=lambda _: pl.when(_NO_CHARGE).then(pl.lit(0, pl.Int64)).otherwise(least_months()),
        depr_start=lambda _: pl.col("entry_date").dt.strftime("%Y-%m"),
    )

    asset_no = c.code(
        "资产编号",
        "Asset no.",
        r"[A-Z0-9-]{6,30}",
        required=True,
        example="ZC2026-000001",
        aliases=("固定资产编号", "资产编码", "卡片编号", "资产号"),
        hint="6至30位字母、数字或短横线，不得重复，处置后也不得再用",
        hint_en="6 to 30 letters, digits or hyphens, each only once, not again after disposal",
    )
    asset_name = c.text(
        "资产名称",
        "Asset name",
        60,
        required=True,
        aliases=("名称", "固定资产名称", "设备名称", "品名"),
        hint="写具体名称，如“台式计算机”，不写“电脑”",
        hint_en="be specific: 台式计算机, not 电脑",
    )
    class_code = c.code(
        "资产分类代码",
        "Class code",
        r"A0[1-8]\d{6}",
        required=True,
        limit=9,
        example="A02010105",
        aliases=("分类代码", "国标分类代码", "资产类别代码", "国标代码"),
        hint="A加8位数字（GB/T 14885）；校验大类（前3位）与资产类别是否一致，小类请对照国标目录",
        hint_en="A and 8 digits (GB/T 14885); the first 3 are checked against the kind, the rest is in the standard",
    )
    class_code_version = c.enum(
        "分类代码版本",
        "Version of the class list",
        ("2022", "2013"),
        required=True,
        synonyms={
            "2022版": "2022",
            "2022年版": "2022",
            "GB/T14885-2022": "2022",
            "2013版": "2013",
            "2013年版": "2013",
        },
        aliases=("代码版本", "分类版本"),
        hint="一般为2022；同一代码在两版中含义不同",
        hint_en="normally 2022; one code means different things in the two lists",
    )
    old_class_code = c.code(
        "原分类代码",
        "Former class code",
        r"(?:\d{6,7}|A\d{6,10})",
        example="2010104",
        aliases=("旧分类代码", "原代码"),
        hint="6位（1994版）、7位（2010版）或A开头（2013版）",
        hint_en="6 digits (1994), 7 digits (2010), or A and digits (2013)",
    )
    asset_kind = c.enum(
        "资产类别",
        "Kind of asset",
        KINDS,
        required=True,
        synonyms={
            "房屋及构筑物": "房屋和构筑物",
            "房屋": "房屋和构筑物",
            "构筑物": "房屋和构筑物",
            "通用设备": "设备",
            "专用设备": "设备",
            "文物及陈列品": "文物和陈列品",
            "图书": "图书和档案",
            "图书档案": "图书和档案",
            "图书、档案": "图书和档案",
            "家具": "家具和用具",
            "家具用具": "家具和用具",
            "家具、用具": "家具和用具",
        },
        aliases=("类别", "资产大类", "固定资产类别"),
        hint="须与分类代码一致",
        hint_en="has to agree with the class code",
    )
    gl_account = c.enum(
        "单位会计科目",
        "GL account",
        ("固定资产", "无形资产", "受托代理资产", "其他"),
        required=True,
        aliases=("会计科目", "科目"),
    )
    structure = c.enum(
        "建筑结构",
        "Building structure",
        ("钢结构", "钢筋混凝土", "砖混", "砖木", "简易房"),
        synonyms={"钢筋混凝土结构": "钢筋混凝土", "钢混": "钢筋混凝土", "砖混结构": "砖混", "砖木结构": "砖木"},
        required_when=is_house,
        required_hint=("房屋须填，决定折旧年限", "for houses, it decides their life"),
        aliases=("结构", "房屋结构"),
    )
    area_m2 = c.qty(
        "面积(㎡)",
        "Area (m²)",
        2,
        positive=True,
        required_when=is_house,
        required_hint=("房屋须填", "for houses"),
        aliases=("面积", "建筑面积"),
    )
    spec_model = c.text(
        "规格型号",
        "Specification",
        80,
        required=True,
        none_is_value=True,
        aliases=("规格", "型号"),
        hint="没有的写“无”",
        hint_en="无 where there is none",
    )
    brand = c.text("品牌", "Brand", 40, aliases=("厂牌", "生产厂家"))
    serial_no = c.text(
        "出厂编号(SN)",
        "Serial no.",
        40,
        aliases=("出厂编号", "序列号", "SN", "机身号"),
        hint="照铭牌填写，不得重复",
        hint_en="from the plate, each only once",
    )
    qty = c.integer(
        "数量",
        "Quantity",
        required=True,
        minimum=1,
        aliases=("资产数量",),
        hint="一物一卡填1；桌椅、图书等批量卡片可大于1",
        hint_en="1 for a single thing; more for batches of furniture or books",
    )
    is_batch = c.yes_no(
        "大批同类物资",
        "Large batch",
        aliases=("批量", "是否批量"),
        hint="是：单价可低于固定资产标准",
        hint_en="是: the unit price may be below the threshold",
    )
    unit = c.enum(
        "计量单位",
        "Unit",
        (
            *("台", "套", "张", "把", "件", "个", "册", "辆", "栋", "间", "座", "幅", "株", "头", "副", "架"),
            *("部", "组", "块", "平方米"),
        ),
        required=True,
        synonyms={"㎡": "平方米", "平米": "平方米", "m2": "平方米", "幢": "栋", "本": "册", "棵": "株"},
        aliases=("单位",),
    )
    unit_price = c.money(
        "单价",
        "Unit price",
        required=True,
        aliases=("资产单价",),
        hint="名义金额为1.00；只有无价值的可填0",
        hint_en="1.00 for a nominal amount; 0 only for what has no value",
    )
    original_value = c.money(
        "原值(价值)",
        "Original value",
        required=True,
        formula='=IF(OR([qty]="",[unit_price]=""),"",ROUND([qty]*[unit_price],2))',
        aliases=("原值", "价值", "资产原值", "账面原值", "金额"),
        hint="数量×单价",
        hint_en="quantity × unit price",
    )
    value_type = c.enum(
        "价值类型",
        "Kind of value",
        ("原值", "暂估值", "重置价值", "评估价值", "名义金额", "无价值"),
        required=True,
        synonyms={"暂估": "暂估值", "评估值": "评估价值", "重置价": "重置价值", "名义": "名义金额"},
    )
    acquire_way = c.enum(
        "取得方式",
        "How acquired",
        ("购置", "自建", "调拨(无偿调入)", "接受捐赠", "置换", "盘盈", "其他"),
        required=True,
        synonyms={
            "购入": "购置",
            "新购": "购置",
            "采购": "购置",
            "建造": "自建",
            "调拨": "调拨(无偿调入)",
            "无偿调入": "调拨(无偿调入)",
            "调入": "调拨(无偿调入)",
            "捐赠": "接受捐赠",
            "受赠": "接受捐赠",
        },
        aliases=("来源", "取得途径", "增加方式"),
    )
    acquire_date = c.day(
        "取得日期", "Acquired on", required=True, aliases=("购置日期", "购入日期", "取得时间", "购置时间")
    )
    entry_date = c.day(
        "财务入账日期",
        "Entered in the books on",
        aliases=("入账日期", "入账时间", "记账日期"),
        hint="由财务填写，不早于取得日期；从当月起提折旧",
        hint_en="by finance, not before it was acquired; depreciation begins in its month",
    )
    voucher_no = c.text("会计凭证号", "Voucher no.", 30, aliases=("凭证号", "记账凭证号"))
    invoice_no = d.invoice_no(hint="购置的资产须填", hint_en="for what was bought")
    fund_source = c.enum(
        "经费来源",
        "Source of funds",
        ("财政拨款", "教育事业收入", "捐赠", "其他"),
        required=True,
        synonyms={"财政": "财政拨款", "财政资金": "财政拨款", "事业收入": "教育事业收入", "社会捐赠": "捐赠"},
        aliases=("资金来源",),
    )
    procure_form = c.enum(
        "采购组织形式",
        "Form of procurement",
        ("政府集中采购", "部门集中采购", "分散采购", "自行采购"),
        synonyms={"集中采购": "政府集中采购", "政府采购": "政府集中采购", "自采": "自行采购"},
        aliases=("采购形式", "采购方式"),
    )
    use_dept = c.department("使用部门", "Used by department", required=True, aliases=("部门", "使用科室", "管理部门"))
    user = c.person("使用人(责任人)", "User", required=True, aliases=("使用人", "责任人", "保管人", "保管使用人"))
    room = c.room("存放地点", "Place", required=True, aliases=("存放位置", "放置地点", "地点", "房间"))
    use_status = c.enum(
        "使用状况",
        "State of use",
        ("在用", "闲置", "出租", "出借", "待修", "待报废", "已处置"),
        required=True,
        synonyms={
            "使用中": "在用",
            "正常": "在用",
            "未使用": "闲置",
            "维修": "待修",
            "维修中": "待修",
            "已报废": "已处置",
        },
        aliases=("使用状态", "资产状态", "状态"),
    )
    use_direction = c.enum("使用方向", "Used for", ("教学", "行政", "后勤", "其他"), aliases=("用途",))
    life_months = c.integer(
        "折旧年限(月)",
        "Life (months)",
        minimum=0,
        aliases=("折旧月数", "使用年限(月)", "预计使用月数"),
        hint="以月计，不低于规定的最低年限；留空按最低年限；不计提折旧的填0",
        hint_en="in months, not below the least life; blank: the least life; 0 where not depreciated",
    )
    depr_method = c.enum(
        "折旧方法",
        "Method of depreciation",
        METHODS,
        synonyms={"平均年限法": "年限平均法", "直线法": "年限平均法", "不提折旧": "不计提", "不计提折旧": "不计提"},
        hint="留空为年限平均法；文物、图书、动植物和名义金额为不计提",
        hint_en="blank: straight line; none for relics, books, plants and animals, nominal amounts",
    )
    depr_start = c.month("折旧起始月", "Depreciated from", system=True)
    accum_at_start = c.money(
        "建账时累计折旧",
        "Depreciation taken over",
        aliases=("期初累计折旧",),
        hint="从旧系统转入的卡片填写，不大于原值",
        hint_en="for cards taken over from an older system, not above the original value",
    )
    accum_as_of = c.month(
        "累计折旧截至月",
        "Depreciation taken over until",
        required_when=lambda: pl.col("accum_at_start").is_not_null(),
        required_hint=("填了建账时累计折旧的须填", "with depreciation taken over"),
        hint="系统从下一个月起计提",
        hint_en="the system goes on from the month after it",
    )
    accum_depr = c.money("累计折旧", "Accumulated depreciation", system=True)
    net_value = c.money("净值", "Net value", system=True, aliases=("账面净值",))
    warranty_to = c.day("保修截止", "Warranty until", future=True, aliases=("保修期至", "保修截止日期"))
    label_printed = c.yes_no("已贴标签", "Label on it", aliases=("标签", "是否贴标签"))
    photo_ref = c.text("照片", "Photo", aliases=("图片",))
    change_date = c.day(
        "变动日期",
        "Changed on",
        aliases=("变动时间",),
        hint="已结账的卡片改原值、数量、分类、年限或取得日期时须填；变动从当月起生效",
        hint_en="where value, quantity, class, life or date of a closed month change; it holds from its month",
    )
    change_doc = c.text(
        "变动单号",
        "Change document",
        40,
        required_when=lambda: pl.col("change_date").is_not_null(),
        required_hint=("填了变动日期的须填", "with a date of change"),
        aliases=("变动单",),
    )
