"""供应商及索证台账: whom the school buys from, and the certificates that were asked for."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.ids import CREDIT_CODE, wrong_credit_code
from schemas.register import Register
from schemas.rules import Facts, row_rule
from schemas.usual_rules import stated_once

DATED_LICENCES = ("食品经营许可证", "食品生产许可证")
"""Licences that are issued for a term."""

WARNED_DAYS = 30
"""How many days before a licence ends there is a warning (SUP-02)."""


def _days_left(facts: Facts) -> pl.Expr:
    return (pl.col("licence_valid_to") - pl.lit(facts.today)).dt.total_days()


class SupplierRegister(Register):
    """Suppliers and certificates (DOMAIN.md 2.2, register 7).

    That nothing may be bought from a supplier (SUP-01) is reported on the purchase.
    """

    title = "供应商及索证台账"
    title_en = "Suppliers and certificates"
    number = 7
    group = "A 主数据"
    key = ("supplier_code",)
    owner = "ZW"
    writers = ("ST",)
    period = "on change; certificates every year"
    sign = "the buyer collects; the head of general affairs or of the canteen approves"
    keywords = ("供应商", "供货商", "索证")
    cell_groups = (("licence_kind", "licence_no", "licence_valid_to"), ("contact", "phone"))
    label = "supplier_name"
    unknown_code = "SUPPLIER-UNKNOWN"

    supplier_code = c.code(
        "供应商编码",
        "Supplier code",
        r"GYS\d{4}",
        required=True,
        example="GYS0001",
        aliases=("供应商编号", "供应商代码", "编码", "编号"),
        hint="GYS 加4位数字",
        hint_en="GYS and 4 digits",
    )
    supplier_name = c.text(
        "供应商名称",
        "Supplier name",
        80,
        required=True,
        aliases=("供应商", "供货商", "供货单位", "单位名称", "名称"),
        hint="登记证照上的全称，不得重复",
        hint_en="the full registered name, each only once",
    )
    credit_code = c.code(
        "统一社会信用代码",
        "Unified social credit code",
        CREDIT_CODE,
        limit=18,
        example="91110000600037341L",
        required_when=lambda: pl.col("supply_kind") != "食用农产品",
        required_hint=("食用农产品以外的供应商须填", "unless it supplies agricultural produce"),
        aliases=("社会信用代码", "信用代码", "营业执照号"),
        hint="18位；只供应食用农产品的个体农户可留空",
        hint_en="18 characters; growers who only supply produce may leave it blank",
    )
    supply_kind = c.enum(
        "供应类别",
        "Supplies",
        ("食品", "食用农产品", "办公", "教材", "维修", "工程", "其他"),
        required=True,
        synonyms={"农产品": "食用农产品", "食材": "食品", "办公用品": "办公", "书籍": "教材"},
        aliases=("类别", "供货类别"),
    )
    licence_kind = c.enum(
        "许可证类型",
        "Licence",
        (
            *("食品经营许可证", "食品生产许可证", "仅销售预包装食品备案", "小作坊或摊贩登记证"),
            *("营业执照", "动物防疫条件合格证", "其他"),
        ),
        synonyms={
            "经营许可证": "食品经营许可证",
            "生产许可证": "食品生产许可证",
            "预包装食品备案": "仅销售预包装食品备案",
        },
        required_when=lambda: pl.col("supply_kind") == "食品",
        required_hint=("供应食品须填", "for food"),
        aliases=("证照类型", "许可证种类"),
    )
    licence_no = c.text(
        "许可证号",
        "Licence no.",
        40,
        required_when=lambda: pl.col("licence_kind").is_not_null(),
        required_hint=("已填许可证类型时须填", "when the licence is given"),
        aliases=("许可证编号", "证照号"),
        hint="如 JY 加14位数字",
        hint_en="such as JY and 14 digits",
    )
    licence_valid_to = c.day(
        "许可证有效期至",
        "Licence valid to",
        future=True,
        required_when=lambda: pl.col("licence_kind").is_in(DATED_LICENCES),
        required_hint=("食品经营、食品生产许可证须填", "for licences to sell or make food"),
        aliases=("有效期至", "许可证到期日"),
        hint="最后有效日",
        hint_en="the last valid day",
    )
    contact = c.text("联系人", "Contact", 30, required=True, aliases=("联系人姓名",))
    phone = c.phone("联系电话", "Phone", required=True, aliases=("电话", "手机", "联系方式"))
    address = c.text("地址", "Address", 120, required=True, aliases=("单位地址", "经营地址", "详细地址"))
    status = c.enum(
        "状态",
        "Status",
        ("合格", "暂停", "淘汰"),
        required=True,
        synonyms={"合格供应商": "合格", "正常": "合格", "暂停供货": "暂停", "停用": "淘汰", "取消": "淘汰"},
        aliases=("供应商状态", "评定结果"),
        hint="只有合格的供应商可以采购",
        hint_en="nothing is bought from the others",
    )

    @row_rule(
        "SUP-02",
        "W",
        at="licence_valid_to",
        zh="许可证将于{n}天内到期（{licence_valid_to}）",
        en="the licence expires in {n} days ({licence_valid_to})",
        hint_zh="请提醒供应商换证并更新台账",
        hint_en="ask the supplier for the new licence",
        show={"n": _days_left},
    )
    def licence_expires_soon(facts: Facts) -> pl.Expr:
        """The last valid day included; an expired licence is reported on the purchase."""
        return _days_left(facts).is_between(0, WARNED_DAYS)

    @row_rule(
        "SUP-03",
        at="credit_code",
        zh="统一社会信用代码错误：校验位不符",
        en="the check character of the unified social credit code is wrong",
        hint_zh="请对照营业执照逐位核对",
        hint_en="compare it with the business licence, sign by sign",
    )
    def credit_code_ends_wrong(_facts: Facts) -> pl.Expr:
        """Source: GB 32100-2015."""
        return wrong_credit_code(pl.col("credit_code"))

    credit_code_doubled = stated_once(
        "supplier_register",
        "credit_code",
        "SUP-03",
        zh="统一社会信用代码重复：与 {holder} 相同",
        en="unified social credit code doubled: {holder} has the same",
        hint_zh="同一供应商只登记一次",
        hint_en="register a supplier only once",
    )

    # Receipts may name their supplier: a name stands for one of them.
    supplier_name_doubled = stated_once(
        "supplier_register",
        "supplier_name",
        "NAME-DUP",
        zh="供应商名称重复：与 {holder} 相同",
        en="supplier name doubled: {holder} has the same",
        hint_zh="请填写全称；同一供应商只登记一次",
        hint_en="write the full name; register a supplier only once",
    )
