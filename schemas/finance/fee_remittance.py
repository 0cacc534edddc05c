"""收入上缴登记(收支两条线): fees that were passed on to the treasury or the school's account."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.finance.collection_rules import net_collected
from schemas.finance.fee_columns import CATALOGUE, COLLECTION, REFUND, REMITTANCE, fee_code
from schemas.parameters import text_of
from schemas.register import Register
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule

_ALWAYS_THE_STATES = ("学费", "行政事业性收费")


class FeeRemittance(Register):
    """Remittance: one deposit of one fee (DOMAIN.md 2.2, register 41)."""

    title = "收入上缴登记(收支两条线)"
    title_en = "Remittance of income"
    number = 41
    group = "C 财务"
    key = ("remit_no",)
    owner = "CW"
    posts = ("fees",)
    period = "each deposit; checked every month"
    sign = "the cashier → treasury; the accountant checks"
    signatures = ("出纳", "会计", "校长")
    keywords = ("上缴", "缴款")
    cell_groups = (("amount", "on_hand"), ("receipt_from", "receipt_to"))
    date_column = "date"
    document_column = "remit_no"
    judged_after = (CATALOGUE, COLLECTION, REFUND)

    remit_no = c.code("缴款单号", "Remittance no.", required=True, aliases=("缴款书号", "上缴单号"))
    date = c.day("日期", "Date", required=True, aliases=("上缴日期", "缴款日期"))
    period_ = c.month("所属月份", "Month of the income", required=True, aliases=("月份", "收入月份"))
    fee_code = fee_code()
    amount = c.money("上缴金额", "Amount", required=True, positive=True, aliases=("金额", "缴款金额"))
    account = c.enum(
        "上缴账户",
        "Account",
        ("国库", "财政专户", "单位收入户"),
        required=True,
        synonyms={"专户": "财政专户", "收入户": "单位收入户"},
        aliases=("账户",),
        hint="单位收入户只用于服务性收费、代收费、伙食费",
        hint_en="单位收入户 for 服务性收费, 代收费 and 伙食费 only",
    )
    receipt_from = c.code("起收据号", "First receipt", aliases=("收据起号",))
    receipt_to = c.code("止收据号", "Last receipt", aliases=("收据止号",))
    on_hand = c.money(
        "期末未缴余额",
        "Still on hand",
        fill=0,
        aliases=("未缴余额",),
        hint="本项目本月尚未上缴的金额，留空为0",
        hint_en="of this fee and month, not remitted yet; blank: 0",
    )
    bank_ref = c.text("银行回单号", "Bank slip", 40, required=True, aliases=("回单号",))

    @row_rule(
        "RMT-02",
        "W",
        at="account",
        zh="应缴财政款不得存入单位户（{kind}）",
        en="money of the state does not go to the school's own account ({kind})",
        hint_zh="请改缴国库或财政专户",
        hint_en="remit it to the treasury",
        wants=("fee_code.fee_kind",),
        show={"kind": lambda _: pl.col("fee_code.fee_kind")},
    )
    def on_the_schools_account(facts: Facts) -> pl.Expr:
        """The parameter ``nontax_fee_kinds`` adds the kinds that local rules make non-tax income."""
        local = text_of("nontax_fee_kinds", facts.parameters).replace("，", "、").replace(",", "、").split("、")
        kinds = [*_ALWAYS_THE_STATES, *(each.strip() for each in local)]
        return (pl.col("account") == "单位收入户") & pl.col("fee_code.fee_kind").is_in(kinds)

    @cross_rule(
        "RMT-01",
        "W",
        at="amount",
        zh="{fee_code} {period}：应缴 {due}，已缴 {remitted}，未缴余额 {kept}，差 {diff}",
        en="{fee_code} of {period}: {due} is due, {remitted} was remitted, {kept} declared on hand, {diff} differs",
        hint_zh="请核对收费、退费和上缴",
        hint_en="check what was collected, refunded and remitted",
        needs=(COLLECTION, REFUND),
        effect=Effect.AGREEMENT,
    )
    def not_what_is_due(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told at the last remittance of a fee and month that is over; the money on hand is that of this row."""
        fees = rows.select("fee_code").unique()
        months = (
            books.rows(REMITTANCE, fees)
            .sort("date", "remit_no")
            .group_by("fee_code", "period")
            .agg(
                pl.col("_id").last(),
                pl.col("amount").sum().alias("remitted"),
                pl.col("on_hand").last().fill_null(0).alias("kept"),
            )
        )
        due = net_collected(fees, books).select("fee_code", pl.col("month").alias("period"), "due")
        both = months.join(due, on=["fee_code", "period"], how="left").with_columns(pl.col("due").fill_null(0))
        diff = (pl.col("due") - pl.col("remitted") - pl.col("kept")).alias("diff")
        over = both.filter(pl.col("period") < pl.lit(books.facts.today.strftime("%Y-%m"))).with_columns(diff)
        found = over.filter(pl.col("diff") != 0).join(rows, on="_id", how="semi")
        return found.select("_id", "due", "remitted", "kept", "diff")
