"""The rules of asset cards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from schemas.exact import amount_of, decimal
from schemas.property.asset_card_checks import (
    bought_without_papers,
    changed_after_close,
    idle_too_long,
    not_where_transferred,
    on_no_room_list,
    reused_numbers,
)
from schemas.property.asset_classes import (
    class_disagrees,
    class_of_2022,
    is_house,
    is_of_former_class,
    kinds_of_class,
    least_months,
)
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.usual_rules import at_most, not_before, stated_once

_RULES_OF_2022 = date(2022, 3, 1)
"""First day of 事业单位财务规则(财政部令第108号): one threshold, whatever the equipment."""
_CODES_OF_2022 = date(2023, 1, 1)
"""First whole year of GB/T 14885-2022: older cards may carry codes of the list before it."""
_LAPTOP = "便携|笔记本"
_NEW = ("购置", "自建")
_USED = ("调拨(无偿调入)", "接受捐赠", "盘盈", "置换")
_WITHOUT_PRICE = ("名义金额", "无价值")
_SLACK = "0.005"
"""What a batch total may be off by, for each piece: it need not divide evenly."""


class AssetCardRules:
    """Row rules and rules between registers of ``FixedAssetCard``."""

    @row_rule(
        "FA-02",
        at="unit_price",
        zh="未达固定资产标准({threshold}元)，应登记为低值耐用品；大批同类物资请勾选批量（单价 {unit_price}）",
        en="below the threshold of fixed assets ({threshold} yuan): a low-value durable (unit price {unit_price})",
        hint_zh="请改登物品目录，或在“大批同类物资”填“是”",
        hint_en="enter it in the item catalogue, or answer 是 under 大批同类物资 for a large batch",
        show={"threshold": lambda facts: pl.lit(facts.number("capitalisation_threshold"))},
    )
    def below_the_threshold(facts: Facts) -> pl.Expr:
        """Source: 事业单位财务规则(财政部令第108号) 第四十一条."""
        threshold = pl.lit(facts.number("capitalisation_threshold"))
        return (
            (pl.col("gl_account") == "固定资产")
            & (pl.col("acquire_date") >= _RULES_OF_2022)
            & (pl.col("unit_price") < threshold)
            & ~pl.col("is_batch").fill_null(value=False)
            & ~pl.col("value_type").is_in(_WITHOUT_PRICE)
        )

    @row_rule(
        "FA-03",
        at="class_code",
        zh="资产分类代码无效或与类别不符：{class_code}（{class_code_version}版）{meaning}，所填类别为{asset_kind}",
        en="the class code is none, or of another kind: {class_code} (list of {class_code_version}) {meaning_en}",
        hint_zh="请核对分类代码、代码版本和资产类别",
        hint_en="check code, version and kind",
        show={
            "meaning": lambda _: _meaning("不是资产的类别", "是{}"),
            "meaning_en": lambda _: _meaning("is no class of assets", "stands for {}"),
        },
    )
    def class_of_another_kind(_facts: Facts) -> pl.Expr:
        """The first three characters against the kind, in the list of the version; see ``asset_classes``."""
        return class_disagrees()

    @row_rule(
        "FA-04",
        at="life_months",
        zh="折旧年限低于规定最低年限（{life_months}个月，最低{least}个月）",
        en="the life is below the least one ({life_months} months, at least {least})",
        hint_zh="请改为不低于最低年限，或留空",
        hint_en="write at least as many months, or leave it blank",
        show={"least": lambda _: least_months()},
    )
    def life_too_short(_facts: Facts) -> pl.Expr:
        """Source: 政府会计准则第3号应用指南, DOMAIN.md 3.4; classes without a least life there pass."""
        return _life_below(_NEW)

    @row_rule(
        "FA-12",
        "W",
        at="life_months",
        zh="折旧年限低于规定最低年限（{life_months}个月，最低{least}个月），请核对已使用年限",
        en="the life is below the least one ({life_months} months, at least {least}): check its years of use before",
        show={"least": lambda _: least_months()},
    )
    def life_of_used_goods_short(_facts: Facts) -> pl.Expr:
        """Goods that others used before may have less left."""
        return _life_below(_USED)

    @row_rule(
        "FA-05",
        at="original_value",
        zh="原值≠单价×数量（应为{expected}，差额{d}）",
        en="the original value is not unit price × quantity (should be {expected}, off by {d})",
        hint_zh="请核对数量、单价和原值",
        hint_en="check quantity, price and value",
        show={
            "expected": lambda _: _price_times_quantity(),
            "d": lambda _: pl.col("original_value") - _price_times_quantity(),
        },
    )
    def value_is_not_price_times_quantity(_facts: Facts) -> pl.Expr:
        """Appraised and estimated values need not divide."""
        off = (pl.col("original_value") - _price_times_quantity()).abs().cast(decimal(3))
        slack = pl.col("qty").cast(decimal(3)) * pl.lit(_SLACK).cast(decimal(3))
        return (off > slack) & ~pl.col("value_type").is_in(["评估价值", "暂估值"])

    @row_rule(
        "FA-06",
        at="qty",
        zh="单价达标资产应一物一卡（数量 {qty}，单价 {unit_price}）",
        en="from {threshold} yuan on every single thing has its own card (quantity {qty}, unit price {unit_price})",
        hint_zh="请每件各建一张卡片；家具和图书可按批建卡",
        hint_en="make one card for each; furniture and books may be carded in batches",
        show={"threshold": lambda facts: pl.lit(facts.number("capitalisation_threshold"))},
    )
    def several_on_one_card(facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md FA-06."""
        threshold = pl.lit(facts.number("capitalisation_threshold"))
        in_batches = pl.col("asset_kind").is_in(["家具和用具", "图书和档案"])
        return (pl.col("qty") > 1) & (pl.col("unit_price") >= threshold) & ~in_batches

    @row_rule(
        "FA-10",
        at="class_code",
        zh="疑似旧代码：旧版A02010105=便携式计算机，新版=台式计算机（{asset_name}）",
        en="probably the former code: A02010105 was a laptop, now it is a desktop computer ({asset_name})",
        hint_zh="新版便携式计算机为A02010108；按旧版编码的请把版本改为2013",
        hint_en="a laptop is A02010108 now; where the code is of the former list set the version to 2013",
    )
    def laptop_under_the_code_of_desktops(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 3.1, trap; in the list of 2013 the code is right."""
        return (
            (pl.col("class_code") == "A02010105")
            & (pl.col("class_code_version") == "2022")
            & (pl.col("acquire_date") < _CODES_OF_2022)
            & pl.col("asset_name").str.contains(_LAPTOP)
        )

    @row_rule(
        "FA-13",
        "W",
        at="class_code",
        zh="原分类代码在2022版中为{successor}，卡片为{class_code}（{class_code_version}版）",
        en="the former class code is {successor} in the list of 2022; the card says {class_code}",
        hint_zh="请核对后改用新代码，版本填2022，旧代码填在原分类代码",
        hint_en="use the new code with version 2022, and keep the former one as the former class code",
        show={"successor": lambda _: class_of_2022()},
    )
    def class_of_a_former_list(_facts: Facts) -> pl.Expr:
        """Source: GB/T 14885-2022, as far as DOMAIN.md 3.1 knows what a code has become."""
        return is_of_former_class()

    @row_rule(
        "REQ-EMPTY",
        at="life_months",
        zh="折旧年限(月)必填（{class_code} 没有规定的最低年限）",
        en="Life (months) is required: class {class_code} has no least life",
        hint_zh="请填折旧月数；不计提折旧的填0，折旧方法选不计提",
        hint_en="write the months; 0 and 不计提 for what is not depreciated",
    )
    def life_unknown(_facts: Facts) -> pl.Expr:
        """Once it is entered it is charged every month, and nobody knows for how long.

        A class that is none, or a house without its structure, is told there.
        """
        charged = (pl.col("depr_method") != "不计提") & pl.col("entry_date").is_not_null()
        told = class_disagrees() | (is_house() & pl.col("structure").is_null())
        return charged & pl.col("life_months").is_null() & ~told.fill_null(value=False)

    @row_rule(
        "FA-11",
        "W",
        at="entry_date",
        zh="资产尚未财务入账（取得日期 {acquire_date}）",
        en="the asset is not in the books yet (acquired on {acquire_date})",
        hint_zh="请财务填写入账日期和凭证号",
        hint_en="have finance fill in the date and the voucher",
    )
    def not_entered_for_two_months(facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md FA-11."""
        return pl.col("entry_date").is_null() & (pl.col("acquire_date").dt.offset_by("2mo") <= facts.today)

    @row_rule(
        "NUM-RANGE",
        at="unit_price",
        zh="价值类型为{value_type}，单价应为{expected}（{unit_price}）",
        en="the value is {value_type}: the unit price should be {expected_en} ({unit_price})",
        hint_zh="请核对单价和价值类型",
        hint_en="check price and kind of value",
        show={
            "expected": lambda _: pl.when(_nominal()).then(pl.lit("1.00")).otherwise(pl.lit("大于0的数")),
            "expected_en": lambda _: pl.when(_nominal()).then(pl.lit("1.00")).otherwise(pl.lit("above 0")),
        },
    )
    def price_of_another_kind_of_value(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, fixed_asset_card.unit_price."""
        price = pl.col("unit_price")
        return (_nominal() & (price != Decimal("1.00"))) | ((price == 0) & (pl.col("value_type") != "无价值"))

    more_depreciated_than_paid = at_most(
        "accum_at_start",
        "original_value",
        zh="建账时累计折旧 {accum_at_start} 大于原值 {original_value}",
        en="the depreciation taken over, {accum_at_start}, is more than the original value, {original_value}",
    )

    entered_before_acquired = not_before(
        "entry_date",
        "acquire_date",
        zh="财务入账日期 {entry_date} 早于取得日期 {acquire_date}",
        en="entered in the books on {entry_date}, before it was acquired on {acquire_date}",
    )

    serial_number_doubled = stated_once(
        "fixed_asset_card",
        "serial_no",
        "FA-01",
        zh="资产编号重复：{holder} 已有出厂编号 {serial_no}",
        en="asset doubled: {holder} has the serial number {serial_no} already",
        hint_zh="请核对铭牌；同一物品只建一张卡片",
        hint_en="check the plate; one thing has one card",
    )

    @cross_rule(
        "FA-01",
        at="asset_no",
        zh="资产编号重复：{asset_no} 是已处置的“{before}”，不得再用",
        en="the number {asset_no} belongs to “{before}”, which was disposed of: it is not used again",
        hint_zh="请给新资产另编号，并恢复原卡片",
        hint_en="give the new asset a number of its own, and put the old card back",
    )
    def number_of_a_disposed_asset(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A status that was set by mistake may be put right."""
        return reused_numbers(rows, books)

    @cross_rule(
        "FA-07",
        "W",
        at="invoice_no",
        zh="购置资产缺少发票/验收单（取得日期 {acquire_date}）",
        en="bought on {acquire_date}, but neither an invoice nor a receipt is on record",
        hint_zh="请填发票号码，或在备注写入库单号",
        hint_en="fill in the invoice number, or the receipt's number in the remark",
        needs=("invoice_reimbursement", "stock_receipt"),
        effect=Effect.COMPLETENESS,
    )
    def papers_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due when the month of the acquisition is over."""
        return bought_without_papers(rows, books)

    @cross_rule(
        "FA-08",
        at="change_date",
        zh="已结账卡片须走变动单（改动了{changed}）",
        en="the months of this card are closed: a change needs a date and a document ({changed})",
        hint_zh="请填变动日期和变动单号，或恢复原值",
        hint_en="fill in both, or put back what was there",
        needs=("period_close",),
    )
    def changed_without_document(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A second change has a document of its own."""
        return changed_after_close(rows, books)

    @cross_rule(
        "FA-09",
        "W",
        at="use_status",
        zh="闲置超6个月，请调剂（自 {since} 起）",
        en="idle for more than six months (since {since}): offer it to others",
        hint_zh="已恢复使用的请更正使用状况；最近才闲置的请填变动日期",
        hint_en="correct the state if it is in use; fill in the date of change if it became idle lately",
    )
    def idle_for_half_a_year(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: 行政事业性国有资产管理条例 第十一条."""
        return idle_too_long(rows, books)

    @cross_rule(
        "X-13",
        "W",
        at="room",
        zh="调拨后台账未更新：{asset_no} 已调往 {place}，卡片仍为 {room}",
        en="{asset_no} was transferred to {place}, but its card still says {room}",
        hint_zh="请更正卡片的存放地点、使用部门和使用人",
        hint_en="correct room, department and user of the card",
        needs=("asset_transfer", "location"),
        effect=Effect.COMPLETENESS,
    )
    def card_behind_transfers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-13."""
        return not_where_transferred(rows, books)

    @cross_rule(
        "X-52",
        "W",
        at="asset_no",
        zh="资产去向不明：{asset_no} 在用，{semester} 没有登记在任何房间",
        en="nobody has {asset_no}: it is in use, but on no room list of {semester}",
        hint_zh="请在所在房间的财产登记表补登，或更正使用状况",
        hint_en="enter it in the list of its room, or correct its state",
        needs=("room_property_list",),
        effect=Effect.COMPLETENESS,
    )
    def on_no_list(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-52; on two lists it is ROM-01."""
        return on_no_room_list(rows, books)


def _life_below(ways: tuple[str, ...]) -> pl.Expr:
    """Return True where the life is below the least one; 0 belongs to what is not depreciated at all."""
    charged = (pl.col("depr_method") != "不计提") | (pl.col("life_months") != 0)
    return pl.col("acquire_way").is_in(ways) & (pl.col("life_months") < least_months()) & charged


def _price_times_quantity() -> pl.Expr:
    return amount_of(pl.col("qty").cast(decimal(0)), pl.col("unit_price"))


def _nominal() -> pl.Expr:
    return pl.col("value_type") == "名义金额"


def _meaning(none: str, stands_for: str) -> pl.Expr:
    kinds = kinds_of_class()
    return pl.when(kinds == "").then(pl.lit(none)).otherwise(pl.format(stands_for, kinds))
