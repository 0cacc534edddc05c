"""The rules of single lines of goods receipts."""

from __future__ import annotations

import polars as pl

from schemas.exact import amount_of, decimal
from schemas.rules import Facts, row_rule
from schemas.rules_shared import lacks_role
from schemas.usual_rules import only_warehouse, role_expected


def _red() -> pl.Expr:
    return pl.col("receipt_kind") == "红字入库"


def _incoming() -> pl.Expr:
    return pl.col("receipt_kind") != "红字入库"


def _second_hand(buyer: str, keeper: str) -> pl.Expr:
    """Return the word for the other signature of the inspector, the buyer's first."""
    by_buyer = pl.col("inspector") == pl.col("buyer")
    return pl.when(by_buyer).then(pl.lit(buyer)).otherwise(pl.lit(keeper))


def _fresh() -> pl.Expr:
    return pl.col("item_code.is_fresh").fill_null(value=False)


class ReceiptRules:
    """Row rules of ``StockReceipt``."""

    @row_rule(
        "RCP-02",
        small="W",
        at="inspector",
        zh="验收人不得与{other}相同（{inspector}）",
        en="the inspector must not be the {other_en} ({inspector})",
        hint_zh="请由另一人验收并签字",
        hint_en="have somebody else inspect the goods and sign",
        show={
            "other": lambda _: _second_hand("经手人", "保管员"),
            "other_en": lambda _: _second_hand("buyer", "keeper"),
        },
    )
    def inspector_is_buyer_or_keeper(facts: Facts) -> pl.Expr:
        """The parameter ``allow_inspector_is_keeper`` lets the keeper inspect."""
        by_buyer = pl.col("inspector") == pl.col("buyer")
        if facts.flag("allow_inspector_is_keeper"):
            return by_buyer
        return by_buyer | (pl.col("inspector") == pl.col("keeper"))

    @row_rule(
        "RCP-03",
        at="amount",
        zh="金额≠数量×单价（应为{expected}，差额{d}）",
        en="the amount is not quantity × price (should be {expected}, off by {d})",
        hint_zh="请核对数量、单价和金额",
        hint_en="check quantity, price and amount",
        show={
            "expected": lambda _: amount_of(pl.col("qty"), pl.col("unit_price")),
            "d": lambda _: pl.col("amount") - amount_of(pl.col("qty"), pl.col("unit_price")),
        },
    )
    def amount_is_not_quantity_times_price(_facts: Facts) -> pl.Expr:
        """Allow what a price of 4 places cannot reproduce: 0.00005 a piece, at least a cent."""
        off = (pl.col("amount") - amount_of(pl.col("qty"), pl.col("unit_price"))).abs()
        slack = pl.col("qty").abs().cast(decimal(8)) * pl.lit("0.00005").cast(decimal(8))
        return (off > pl.lit("0.01").cast(decimal(2))) & (off.cast(decimal(8)) > slack)

    @row_rule(
        "RCP-04",
        at="expire_date",
        zh="已过保质期，不得入库（保质期至 {expire_date}）",
        en="past its shelf life ({expire_date}): it must not be taken in",
        hint_zh="请拒收或退货；日期有误请改正",
        hint_en="refuse or send back the goods; if a date is wrong, correct it",
    )
    def expired_on_arrival(_facts: Facts) -> pl.Expr:
        """Goods on their way back to the supplier may be expired."""
        return _incoming() & (pl.col("expire_date") < pl.col("doc_date"))

    @row_rule(
        "RCP-05",
        "W",
        at="expire_date",
        zh="剩余保质期不足三分之一（剩{days}天，共{shelf}天）",
        en="less than a third of the shelf life is left ({days} of {shelf} days)",
        hint_zh="请尽快使用，下次选较新批次",
        hint_en="use it soon and ask for a newer batch next time",
        wants=("item_code.shelf_life_days",),
        show={
            "days": lambda _: (pl.col("expire_date") - pl.col("doc_date")).dt.total_days(),
            "shelf": lambda _: pl.col("item_code.shelf_life_days"),
        },
    )
    def little_shelf_life_left(_facts: Facts) -> pl.Expr:
        """Expired goods are RCP-04 already."""
        left = (pl.col("expire_date") - pl.col("doc_date")).dt.total_days()
        return _incoming() & (left >= 0) & (left * 3 < pl.col("item_code.shelf_life_days"))

    @row_rule(
        "RCP-06",
        at="qty",
        zh="退货数量超过原入库：未填原单号",
        en="more goes back than came in: there is no original receipt",
        hint_zh="请填写原入库单号",
        hint_en="write down the original receipt",
    )
    def returned_without_original(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md RCP-06."""
        return (pl.col("qty") < 0) & pl.col("ref_doc").is_null()

    @row_rule(
        "RCP-10",
        at="receipt_kind",
        zh="盘盈入库由系统生成，不能手工填写",
        en="surplus found in a count is posted by the system, not by hand",
        hint_zh="请通过盘点处理表办理，并删去此行",
        hint_en="use the stocktake results, and delete the row",
    )
    def surplus_typed_by_hand(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md RCP-10."""
        return pl.col("receipt_kind") == "盘盈入库"

    @row_rule(
        "NEG-NOT-ALLOWED",
        at="qty",
        zh="{receipt_kind}的数量不允许负数（{qty}）",
        en="the quantity of {receipt_kind} must not be negative ({qty})",
        hint_zh="退回供应商请用红字入库并填原单号",
        hint_en="to send goods back use 红字入库 with the original number",
    )
    def negative_without_red_letter(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stock_receipt.qty."""
        return _incoming() & (pl.col("qty") < 0)

    @row_rule(
        "NEG-REQUIRED",
        at="qty",
        zh="红字入库的数量须为负数（{qty}）",
        en="the quantity of a red-letter receipt is negative ({qty})",
        hint_zh="退货数量请填负数",
        hint_en="write what goes back with a minus sign",
    )
    def red_letter_without_minus(_facts: Facts) -> pl.Expr:
        """A positive red-letter line would add stock while it says that goods left."""
        return _red() & (pl.col("qty") > 0)

    @row_rule(
        "NUM-RANGE",
        at="unit_price",
        zh="单价为0只限捐赠入库",
        en="a price of 0 is for gifts only",
        hint_zh="请填写单价；捐赠无价值时按名义金额1元",
        hint_en="write the price; a gift without value is taken at a nominal amount",
    )
    def free_but_no_gift(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stock_receipt.unit_price."""
        return (pl.col("unit_price") == 0) & (pl.col("receipt_kind") != "捐赠入库")

    received_outside_a_warehouse = only_warehouse("warehouse")

    @row_rule(
        "SPEC-MISMATCH",
        "W",
        at="spec",
        zh="规格“{spec}”与物品目录“{catalogue}”不一致",
        en="the specification “{spec}” is not that of the catalogue, “{catalogue}”",
        hint_zh="请核对规格；不同规格应有各自的编码",
        hint_en="check it; another specification has a code of its own",
        wants=("item_code.spec",),
        show={"catalogue": lambda _: pl.col("item_code.spec")},
    )
    def spec_of_another_item(_facts: Facts) -> pl.Expr:
        """Case and spaces do not matter; an item without a specification says nothing."""
        typed, known = (
            pl.col(name).str.replace_all(r"\s", "").str.to_lowercase() for name in ("spec", "item_code.spec")
        )
        return typed != known

    @row_rule(
        "REQ-EMPTY",
        at="supplier_code",
        zh="供应商必填（采购入库和红字入库）",
        en="Supplier is required (purchases and goods sent back)",
        hint_zh="请填写供应商编码或全称",
        hint_en="write the supplier's code or full name",
        needs=("supplier_register",),
    )
    def supplier_missing(_facts: Facts) -> pl.Expr:
        """Only where suppliers are registered at all."""
        return pl.col("receipt_kind").is_in(["采购入库", "红字入库"]) & pl.col("supplier_code").is_null()

    @row_rule(
        "REQ-EMPTY",
        at="batch_no",
        zh="生产批号必填（食品、药品未填生产日期）",
        en="Batch is required (food or medicine without a production date)",
        hint_zh="请填写包装上的批号或生产日期",
        hint_en="write the batch or the production date from the packing",
        wants=("item_code.nature", "item_code.is_fresh"),
    )
    def batch_missing(_facts: Facts) -> pl.Expr:
        """Goods on their way back carry the batch of their original receipt."""
        dated = pl.col("item_code.nature").is_in(["食品", "药品"]) & ~_fresh() & _incoming()
        return dated & pl.col("batch_no").is_null() & pl.col("production_date").is_null()

    @row_rule(
        "REQ-EMPTY",
        at="production_date",
        zh="生产日期必填（有保质期的食品，未填保质期至）",
        en="Made on is required (food with a shelf life, without its last day)",
        hint_zh="请填写生产日期或保质期至",
        hint_en="write the production date or the last good day",
        wants=("item_code.nature", "item_code.is_fresh", "item_code.shelf_life_days"),
    )
    def production_date_missing(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stock_receipt.production_date."""
        lasting = (pl.col("item_code.nature") == "食品") & pl.col("item_code.shelf_life_days").is_not_null()
        undated = pl.col("production_date").is_null() & pl.col("expire_date").is_null()
        return lasting & ~_fresh() & _incoming() & undated

    @row_rule(
        "REQ-EMPTY",
        at="expire_date",
        zh="保质期至必填（药品）",
        en="Best before is required (medicine)",
        hint_zh="请填写包装上的有效期",
        hint_en="write the last good day from the packing",
        wants=("item_code.nature",),
    )
    def last_day_of_medicine_missing(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stock_receipt.expire_date."""
        return (pl.col("item_code.nature") == "药品") & _incoming() & pl.col("expire_date").is_null()

    keeper_is_no_custodian = role_expected(
        "keeper",
        lacks_role("keeper", "CUSTODIAN"),
        zh="保管员“{value}”没有“保管员”角色",
        en="keeper “{value}” does not hold the role of custodian",
        hint_zh="请核对保管员，或由管理员确认其角色",
        hint_en="check the person, or have an admin confirm the role",
    )

    @row_rule(
        "SUP-01",
        at="supplier_code",
        zh="供应商许可证已过期/非合格供应商，不得采购",
        en="the supplier's licence has expired or the supplier is not approved: nothing may be bought there",
        hint_zh="请换合格供应商，或先更新供应商台账",
        hint_en="choose an approved supplier, or bring the supplier register up to date",
        needs=("supplier_register",),
        wants=(
            *("supplier_code.status", "supplier_code.supply_kind"),
            *("supplier_code.licence_kind", "supplier_code.licence_no", "supplier_code.licence_valid_to"),
        ),
    )
    def supplier_not_qualified(_facts: Facts) -> pl.Expr:
        """Covers X-29 for receipts."""
        licence = pl.col("supplier_code.licence_kind").is_null() | pl.col("supplier_code.licence_no").is_null()
        unlicensed = (pl.col("supplier_code.supply_kind") == "食品") & licence
        expired = pl.col("supplier_code.licence_valid_to") < pl.col("doc_date")
        unfit = (pl.col("supplier_code.status") != "合格") | expired | unlicensed
        return (pl.col("receipt_kind") == "采购入库") & unfit

    @row_rule(
        "SUP-02",
        "W",
        at="supplier_code",
        zh="许可证将于{n}天内到期",
        en="the supplier's licence expires in {n} days",
        hint_zh="请提醒供应商换证并更新台账",
        hint_en="ask the supplier for the new licence",
        needs=("supplier_register",),
        wants=("supplier_code.licence_valid_to",),
        show={"n": lambda _: (pl.col("supplier_code.licence_valid_to") - pl.col("doc_date")).dt.total_days()},
    )
    def licence_expires_soon(_facts: Facts) -> pl.Expr:
        """Thirty days, the last valid day included."""
        left = (pl.col("supplier_code.licence_valid_to") - pl.col("doc_date")).dt.total_days()
        return (pl.col("receipt_kind") == "采购入库") & left.is_between(0, 30)
