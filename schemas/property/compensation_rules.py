"""The rules of compensation: who pays, how much, and where the money went."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, half_up, percentage
from schemas.property.compensation_checks import other_than_net_value
from schemas.property.goods_rules import not_both, only_whole
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import lacks_role
from schemas.usual_rules import role_expected, stated_once

_NOBODYS_FAULT = ("自然损耗", "不可抗力")
_RECEIPT_COLUMNS = ("ref_doc", "voucher_no")
"""Columns of a journal in which the number of a receipt stands."""


def has_to_pay() -> pl.Expr:
    """Return True where somebody has to pay."""
    return pl.col("liable").fill_null(value=False)


def _due() -> pl.Expr:
    return half_up(percentage(pl.col("base_amount"), pl.col("ratio")), MONEY_PLACES)


class CompensationRules:
    """Row rules and rules between registers of ``CompensationRegister``."""

    asset_and_item = not_both()
    whole_quantity = only_whole("qty")

    @row_rule(
        "CMP-01",
        at="liable",
        zh="{cause}不得要求赔偿",
        en="nobody pays for {cause}",
        hint_zh="请改填“否”，或核对原因",
        hint_en="answer 否, or check the cause",
    )
    def paid_for_what_nobody_did(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md CMP-01."""
        return pl.col("liable") & pl.col("cause").is_in(_NOBODYS_FAULT)

    @row_rule(
        "CMP-02",
        at="amount",
        zh="赔偿金额计算不符（{base_amount}×{ratio}%，应为{due}）",
        en="the amount is not {base_amount} × {ratio} % (should be {due})",
        hint_zh="请核对基准金额、比例和应赔金额",
        hint_en="check base amount, ratio and amount",
        show={"due": lambda _: _due()},
    )
    def amount_is_not_base_times_ratio(_facts: Facts) -> pl.Expr:
        """Rounded half up to the cent."""
        return pl.col("amount") != _due()

    @row_rule(
        "CMP-03",
        at="paid",
        zh="已赔大于应赔（{paid} > {due}）",
        en="more was paid than is due ({paid} > {due})",
        hint_zh="请核对金额",
        hint_en="check the amounts",
        show={"due": lambda _: pl.col("amount").fill_null(0)},
    )
    def paid_more_than_due(_facts: Facts) -> pl.Expr:
        """Where nobody has to pay, nothing is due."""
        return pl.col("paid") > pl.col("amount").fill_null(0)

    @row_rule(
        "X-09",
        small="W",
        at="approver",
        zh="审批冲突：批准人不得是责任人（{approver}）",
        en="the approver must not be the responsible person ({approver})",
        hint_zh="请由他人批准",
        hint_en="have somebody else approve it",
        wants=("approver.name",),
    )
    def approver_is_responsible(_facts: Facts) -> pl.Expr:
        """The responsible person is named by name or number."""
        named = pl.col("responsible")
        return (named == pl.col("approver.name")) | (named == pl.col("approver"))

    approver_without_role = role_expected(
        "approver",
        lacks_role("approver", "LEADER", "PRINCIPAL"),
        zh="批准人“{value}”没有“校长”或班子成员的角色",
        en="approver “{value}” is neither the principal nor a leader",
    )

    receipt_used_twice = stated_once(
        "compensation_register",
        "receipt_no",
        "KEY-DUP",
        zh="收据号 {receipt_no} 重复：{holder} 已用",
        en="receipt {receipt_no} is used twice: {holder} has it",
        hint_zh="请核对收据号",
        hint_en="check the number",
    )

    @cross_rule(
        "CMP-05",
        "W",
        at="base_amount",
        zh="基准金额 {base_amount} 与账面净值不符：{asset_no} 在 {event_date} 净值 {net}",
        en="the base amount of {base_amount} is not the net value of {asset_no} on {event_date}: {net}",
        hint_zh="请核对基准金额；按重置价、维修费计的请改计价依据",
        hint_en="check the amount, or the basis where it is the replacement price or a repair",
        needs=("fixed_asset_card",),
    )
    def base_is_not_the_net_value(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.2, compensation_register.basis, and 3.3."""
        return other_than_net_value(rows, books)

    @cross_rule(
        "CMP-04",
        "W",
        at="receipt_no",
        zh="赔款未入账：收据 {receipt_no} 的 {paid} 元不在现金、银行日记账",
        en="the money is in no journal: {paid} yuan of receipt {receipt_no}",
        hint_zh="请交出纳入账",
        hint_en="have the cashier enter it",
        needs=("cash_journal", "bank_journal"),
        effect=Effect.COMPLETENESS,
    )
    def payment_in_no_journal(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The day of payment is not recorded, so that the five working days of X-18 cannot be counted: told at once."""
        journals = [books.rows(each) for each in ("cash_journal", "bank_journal")]
        booked = [frame.select(pl.col(name).alias("receipt_no")) for frame in journals for name in _RECEIPT_COLUMNS]
        paid = rows.filter((pl.col("paid") > 0) & pl.col("receipt_no").is_not_null())
        return paid.join(pl.concat(booked), on="receipt_no", how="anti", maintain_order="left").select("_id")
