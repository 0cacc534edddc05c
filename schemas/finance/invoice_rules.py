"""The rules of invoices: genuine, made out to the school, signed before they are paid, and paid once."""

from __future__ import annotations

import re

import polars as pl

from schemas.chinese import yuan_of_words
from schemas.exact import MONEY_PLACES, decimal
from schemas.finance.invoice_checks import (
    budget_item_missing,
    consecutive,
    goods_differ,
    not_reversed,
    reimbursed_before,
)
from schemas.parameters import text_of
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import lacks_role
from schemas.usual_rules import at_most, not_before, role_expected

WITHOUT_BUYER = ("定额发票", "车船机票", "收据(内部)")
"""Papers on which no buyer stands."""
_UNVERIFIABLE = ("收据(内部)", "车船机票")
_DIGITAL = ("数电票(普通)", "数电票(专用)")
_WITH_CODE = ("增值税普通发票", "增值税专用发票", "电子普通发票", "定额发票", "农产品收购发票")
_REVERSED = ("作废", "红冲")
_CASH_ALLOWED = "工资|津贴|补贴|补助|奖金|劳务|稿费|差旅|旅费|抚恤|慰问"


def is_paid() -> pl.Expr:
    """Return True where an invoice is paid: the voucher of its payment is there."""
    return pl.col("pay_ref").is_not_null()


def _reversed_after_payment() -> pl.Expr:
    """Return True where a paid invoice turned out to be reversed: a fact that holds nothing (INV-12)."""
    later = pl.col("verify_date") > pl.col("pay_date")
    return (is_paid() & pl.col("verify_result").is_in(_REVERSED) & later).fill_null(value=False)


class InvoiceRules:
    """Row rules and rules between registers of ``InvoiceReimbursement``."""

    @row_rule(
        "INV-02",
        at="verify_result",
        zh="发票未通过查验：{reason}",
        en="the invoice is not verified: {reason_en}",
        hint_zh="请查验发票；假票和作废票不得报销",
        hint_en="verify it; one that is false or withdrawn is not reimbursed",
        show={
            "reason": lambda _: _unverified("此类发票须查验", "付款前须查验", "查验结果为"),
            "reason_en": lambda _: _unverified("this kind has to be", "it is paid", "the result is "),
        },
    )
    def not_verified(_facts: Facts) -> pl.Expr:
        """Source: 发票管理办法 第二十条; what was reversed after its payment is INV-12."""
        return _unverified("", "", "").is_not_null()

    @row_rule(
        "INV-03",
        at="buyer_name",
        zh="抬头不是本单位（{buyer_name}）",
        en="the invoice is not made out to the school ({buyer_name})",
        hint_zh="请退回重开；曾用名和食堂名称由管理员写在设置里",
        hint_en="have it made out again; an admin lists former names and the canteen's in the settings",
    )
    def made_out_to_another(facts: Facts) -> pl.Expr:
        """The school's name and those of the parameter ``school_names``; without a share none is known."""
        own = str(facts.parameters.get("school", ""))
        names = (own, *re.split("[、,，;；]", text_of("school_names", facts.parameters)))
        known = [_bare(name) for name in names if own.strip() and name.strip()]
        typed = pl.col("buyer_name").str.replace_all(r"\s", "").str.replace_many(list("（）"), list("()"))
        return ~typed.is_in(known) if known else pl.lit(value=False)

    @row_rule(
        "INV-03",
        at="buyer_tax_no",
        zh="购买方税号不是本单位的（{buyer_tax_no}）",
        en="the buyer's tax number is not the school's ({buyer_tax_no})",
        hint_zh="请核对发票，或退回重开",
        hint_en="check the invoice, or have it made out again",
    )
    def tax_number_of_another(facts: Facts) -> pl.Expr:
        """Parameter ``school_tax_no``."""
        own = text_of("school_tax_no", facts.parameters).strip().upper()
        return pl.lit(value=bool(own)) & (pl.col("buyer_tax_no") != own)

    @row_rule(
        "INV-04",
        at="total",
        zh="价税合计不符（金额与税额合计 {sum}，价税合计 {total}）",
        en="net amount and tax do not make the total ({sum} against {total})",
        hint_zh="请核对金额、税额和价税合计",
        hint_en="check the three amounts",
        show={"sum": lambda _: pl.col("net_amount") + pl.col("tax_amount")},
    )
    def parts_do_not_make_the_total(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md INV-04."""
        return pl.col("net_amount") + pl.col("tax_amount") != pl.col("total")

    @row_rule(
        "INV-05",
        at="total_cn",
        zh="大小写金额不一致（{total_cn}，价税合计 {total}）",
        en="the amount in words differs ({total_cn}, the total is {total})",
        hint_zh="请核对大写金额",
        hint_en="check the amount in words",
    )
    def words_differ(_facts: Facts) -> pl.Expr:
        """Words that are no amount differ too."""
        yuan = pl.col("total_cn").map_batches(_yuan, return_dtype=decimal(MONEY_PLACES))
        return pl.col("total_cn").is_not_null() & yuan.ne_missing(pl.col("total"))

    @row_rule(
        "INV-06",
        small="W",
        at="head_approver",
        zh="{reason}",
        en="{reason_en}",
        hint_zh="请由校长签批，经手人不得自批",
        hint_en="have the principal sign; nobody approves what he bought himself",
        show={
            "reason": lambda _: _unsigned("缺校长签字，已付款", "经手人自批"),
            "reason_en": lambda _: _unsigned("paid without the principal's signature", "approved by its own handler"),
        },
    )
    def not_signed_by_another(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md INV-06."""
        return _unsigned("", "").is_not_null()

    approver_is_not_principal = role_expected(
        "head_approver",
        lacks_role("head_approver", "PRINCIPAL"),
        zh="签字人“{value}”没有“校长/园长”角色",
        en="“{value}”, who signed, does not hold the role of principal",
    )
    paid_before_approval = not_before(
        "pay_date",
        "approve_date",
        zh="未批先付：{pay_date} 付款，{approve_date} 才签批",
        en="paid on {pay_date}, signed only on {approve_date}",
        code="INV-07",
    )
    approved_before_invoice = not_before(
        "approve_date",
        "invoice_date",
        zh="审批冲突：签批日期 {approve_date} 早于开票日期 {invoice_date}",
        en="signed on {approve_date}, before the invoice of {invoice_date}",
        code="X-09",
    )
    reimbursed_before_invoice = not_before(
        "doc_date",
        "invoice_date",
        zh="报销日期 {doc_date} 早于开票日期 {invoice_date}",
        en="reimbursed on {doc_date}, before the invoice of {invoice_date}",
    )
    paid_more_than_total = at_most(
        "pay_amount",
        "total",
        zh="实付金额 {pay_amount} 大于价税合计 {total}",
        en="{pay_amount} paid are more than the total, {total}",
    )

    @row_rule(
        "NUM-RANGE",
        at="goods_amount",
        zh="货物金额 {goods_amount} 须在0和价税合计 {total} 之间",
        en="the amount of goods, {goods_amount}, is not between 0 and the total, {total}",
        hint_zh="请核对货物金额",
        hint_en="check the amount of goods",
    )
    def more_goods_than_total(_facts: Facts) -> pl.Expr:
        """Both are negative on a red-letter invoice."""
        goods, total = pl.col("goods_amount"), pl.col("total")
        return (goods.abs() > total.abs()) | (goods * total.sign() < 0)

    @row_rule(
        "INV-08",
        "W",
        at="pay_amount",
        zh="超过现金结算起点{limit}元（{pay_amount}）",
        en="paid in cash above the limit of {limit} yuan ({pay_amount})",
        hint_zh="请改用转账；工资、补助、差旅和向个人收购农产品除外",
        hint_en="pay by transfer; wages, subsidies, travel and farmers' produce may be paid in cash",
        show={"limit": lambda facts: pl.lit(facts.number("cash_settlement_threshold"))},
    )
    def much_cash(facts: Facts) -> pl.Expr:
        """Source: 现金管理暂行条例 第五条、第六条."""
        people = pl.col("invoice_kind").is_in(["农产品收购发票", "车船机票"])
        much = pl.col("pay_amount") > facts.number("cash_settlement_threshold")
        return (pl.col("pay_way") == "现金") & much & ~people & ~pl.col("content").str.contains(_CASH_ALLOWED)

    @row_rule(
        "INV-09",
        "W",
        at="invoice_date",
        zh="跨年发票（{invoice_date} 开票，{doc_date} 报销）",
        en="an invoice of a former year (of {invoice_date}, reimbursed on {doc_date})",
        hint_zh="请说明原因；跨年费用按财务规定处理",
        hint_en="say why; costs of a former year have rules of their own",
    )
    def invoice_of_former_year(_facts: Facts) -> pl.Expr:
        """The fiscal year is the calendar year."""
        return pl.col("invoice_date").dt.year() < pl.col("doc_date").dt.year()

    @row_rule(
        "INV-14",
        at="invoice_no",
        zh="发票号码位数与发票种类不符（{invoice_kind}，号码 {invoice_no}）",
        en="number and code do not fit an invoice of kind {invoice_kind} ({invoice_no})",
        hint_zh="数电票20位无代码；其他增值税票号码8位并填代码；财政票据8至10位",
        hint_en="数电票 20 digits without a code; other VAT invoices 8 digits with a code; 财政票据 8 to 10 digits",
    )
    def number_of_another_kind(_facts: Facts) -> pl.Expr:
        """A code of 8 digits is for 财政票据 only, an internal receipt has none."""
        kind, number, code = (pl.col(name) for name in ("invoice_kind", "invoice_no", "invoice_code"))
        digital = kind.is_in(_DIGITAL) & ~(number.str.contains(r"^\d{20}$") & code.is_null())
        coded = kind.is_in(_WITH_CODE) & ~(number.str.contains(r"^\d{8}$") & code.is_not_null())
        fiscal = (kind == "财政票据") & ~number.str.contains(r"^\d{8,10}$")
        short = (code.str.len_chars() == 8).fill_null(value=False) & (kind != "财政票据")
        return digital | coded | fiscal | short | ((kind == "收据(内部)") & code.is_not_null())

    @row_rule(
        "INV-15",
        small="W",
        at="witness",
        zh="验收(证明)人不得与经手人相同（{witness}）",
        en="the witness must not be the handler ({witness})",
        hint_zh="请由他人验收或证明",
        hint_en="have somebody else witness it",
    )
    def witness_is_handler(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md INV-15."""
        return pl.col("witness") == pl.col("handler")

    @cross_rule(
        "INV-01",
        at="invoice_no",
        zh="发票重复报销：已于 {document} 报销",
        en="the invoice is reimbursed already by {document}",
        hint_zh="请核对发票号码；重复的请删去此行",
        hint_en="check the number; if it is the same invoice delete the row",
    )
    def reimbursed_twice(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Over all departments and years; covers X-05."""
        return reimbursed_before(rows, books)

    @cross_rule(
        "REQ-EMPTY",
        at="budget_code",
        zh="预算项目必填（{budget_year} 年有财政年度预算，已付款）",
        en="Budget item is required (there is a budget for {budget_year}, and it is paid)",
        hint_zh="请填写预算项目代码",
        hint_en="write the code of the budget item",
        needs=("budget_line",),
    )
    def paid_without_budget_item(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """In the year of the payment."""
        return budget_item_missing(rows, books)

    @cross_rule(
        "INV-11",
        at="goods_amount",
        zh="票物不符：发票货物 {goods} 元，入库和资产卡片 {covered} 元",
        en="invoice and goods differ: {goods} yuan of goods, {covered} received or on asset cards",
        hint_zh="请核对入库单、卡片上的发票号码和金额",
        hint_en="check number and amounts on receipts and cards",
        needs=("stock_receipt", "fixed_asset_card", "item_catalogue"),
    )
    def paid_for_other_goods(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """At the payment; before it X-04 says so on the receipts."""
        return goods_differ(rows, books)

    @cross_rule(
        "INV-10",
        "W",
        at="invoice_no",
        zh="连号发票：与 {other} 相连，同一销售方",
        en="consecutive numbers of one seller: {other} is next to it",
        hint_zh="请核实业务是否真实",
        hint_en="make sure that both purchases were real",
    )
    def consecutive_numbers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Within seven days."""
        return consecutive(rows, books)

    @cross_rule(
        "INV-12",
        "W",
        at="verify_result",
        zh="已{verify_result}发票未冲销（{total} 元，{pay_date} 已付）",
        en="a paid invoice was withdrawn ({verify_result}) and is not reversed ({total} yuan, paid on {pay_date})",
        hint_zh="请登记红字发票冲销并收回款项",
        hint_en="enter the red-letter invoice and get the money back",
        effect=Effect.COMPLETENESS,
    )
    def withdrawn_but_not_reversed(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The same seller and amount with a minus sign."""
        return not_reversed(rows.filter(_reversed_after_payment()), books)


def _unverified(kind: str, unpaid: str, result: str) -> pl.Expr:
    """Return why an invoice does not count as verified; null where it does."""
    state = pl.col("verify_result")
    bad = state.is_in(["假", "查无此票", *_REVERSED]) & ~_reversed_after_payment()
    exempt = (state == "无需查验") & ~pl.col("invoice_kind").is_in(_UNVERIFIABLE)
    paid = is_paid() & (state.is_null() | (state == "未查验"))
    return (
        pl.when(bad).then(pl.concat_str(pl.lit(result), state))
        .when(exempt).then(pl.lit(kind))
        .when(paid).then(pl.lit(unpaid))
    )  # fmt: skip


def _unsigned(missing: str, own: str) -> pl.Expr:
    """Return what is wrong with the signature of the principal; null where nothing is."""
    signed = pl.col("head_approver")
    unsigned = is_paid() & signed.is_null()
    return pl.when(unsigned).then(pl.lit(missing)).when(signed == pl.col("handler")).then(pl.lit(own))


def _yuan(words: pl.Series) -> pl.Series:
    """Return amounts in words in yuan, null where there is none."""
    yuan = [None if text is None else yuan_of_words(re.sub(r"[\s:：￥¥]", "", text)) for text in words]
    return pl.Series(words.name, yuan, dtype=decimal(MONEY_PLACES))


def _bare(name: str) -> str:
    """Return a name without spaces, its brackets as keyboards have them."""
    return re.sub(r"\s", "", name).replace("（", "(").replace("）", ")")
