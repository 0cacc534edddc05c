"""The rules of loans."""

from __future__ import annotations

import polars as pl

from schemas.property.goods_rules import not_both, only_whole
from schemas.property.loan_checks import (
    is_open,
    lent_already,
    not_lendable,
    overdue_borrowers,
    overdue_loans,
    without_document,
)
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.semesters import next_semester_end
from schemas.usual_rules import approved_by_another, at_most, not_before

LOST = "遗失"
_HARMED = (LOST, "损坏", "缺件")


class LoanRules:
    """Row rules and rules between registers of ``LoanRegister``."""

    asset_and_item = not_both()
    whole_loan = only_whole("qty")
    whole_return = only_whole("return_qty")

    @row_rule(
        "LON-02",
        at="due_date",
        zh="借期不得超过学期末（{end}，所填 {due_date}）",
        en="a loan ends with the semester ({end}, not {due_date})",
        hint_zh="请改为学期最后一天或更早；下学期另办借用",
        hint_en="write that day or an earlier one, and lend it again in the next semester",
        show={"end": lambda facts: next_semester_end(pl.col("loan_date"), facts)},
    )
    def longer_than_the_semester(facts: Facts) -> pl.Expr:
        """The parameter ``semester_ends`` sets the last days."""
        return pl.col("due_date") > next_semester_end(pl.col("loan_date"), facts)

    more_returned_than_lent = at_most(
        "return_qty",
        "qty",
        zh="归还数量大于借用数量（{return_qty} > {qty}）",
        en="more came back than was lent ({return_qty} > {qty})",
        hint_zh="请核对两个数量",
        hint_en="check both quantities",
        code="LON-03",
    )

    approver_is_borrower = approved_by_another("borrower", "借用人", "borrower", "LON-07")

    @row_rule(
        "LON-04",
        "W",
        at="ref_doc",
        zh="损坏/遗失须登记原因（{condition}，未填相应单号）",
        en="what was lost or damaged needs its document ({condition})",
        hint_zh="遗失请登记赔偿并填PC单号；损坏、缺件填PC或WX单号",
        hint_en="enter the compensation (PC) for a loss, that or the repair (WX) for damage, and write the number",
    )
    def harmed_without_document(_facts: Facts) -> pl.Expr:
        """Covers X-12; what is lost cannot be repaired."""
        condition, number = pl.col("condition"), pl.col("ref_doc")
        lost = (condition == LOST) & ~number.str.contains("PC-", literal=True)
        return lost | (condition.is_in(_HARMED) & number.is_null())

    due_before_lent = not_before(
        "due_date",
        "loan_date",
        zh="应还日期 {due_date} 早于借用日期 {loan_date}",
        en="due on {due_date}, before it was lent on {loan_date}",
    )

    returned_before_lent = not_before(
        "return_date",
        "loan_date",
        zh="归还日期 {return_date} 早于借用日期 {loan_date}",
        en="returned on {return_date}, before it was lent on {loan_date}",
    )

    @row_rule(
        "NUM-RANGE",
        at="qty",
        zh="借用数量 {qty} 超过卡片数量 {pieces}",
        en="{qty} were lent, but the card has {pieces}",
        hint_zh="请核对资产编号和数量",
        hint_en="check number and quantity",
        wants=("asset_no.qty",),
        show={"pieces": lambda _: pl.col("asset_no.qty")},
    )
    def more_than_the_card_has(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, loan_register.qty."""
        return pl.col("item_code").is_null() & (pl.col("qty") > pl.col("asset_no.qty"))

    @cross_rule(
        "LON-06",
        at="asset_no",
        zh="该资产不可借用：{asset_no} {state}",
        en="this asset cannot be lent: {asset_no} {state_en}",
        hint_zh="请核对资产编号；已修好的请先更正卡片的使用状况",
        hint_en="check the number; if it is repaired, correct the state on its card first",
        needs=("fixed_asset_card",),
    )
    def asset_not_lendable(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Only when it is lent: what comes back later is no new loan. Covers X-14."""
        return not_lendable(rows, books)

    @cross_rule(
        "LON-01",
        at="asset_no",
        zh="该资产已借出未还：{asset_no} 由 {holder} 借用（{document}，自 {since} 起）",
        en="this asset is lent out already: {holder} has {asset_no} ({document}, since {since})",
        hint_zh="请核对资产编号和日期；已归还的请先补填归还日期",
        hint_en="check number and date; if it came back, fill in the return date first",
        needs=("fixed_asset_card",),
    )
    def asset_lent_already(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Of a batch not more can be out at a time than its card has."""
        return lent_already(rows, books)

    @cross_rule(
        "X-10",
        "W",
        at="borrower",
        zh="存在逾期借用，不得再借：{document} 应于 {due} 归还",
        en="the borrower keeps something that is overdue: {document} was due on {due}",
        hint_zh="请先催还",
        hint_en="have it returned first",
    )
    def borrower_has_overdue_loans(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """On the day of the new loan. Source: DOMAIN.md 2.3, X-10."""
        return overdue_borrowers(rows, books)

    @cross_rule(
        "LON-05",
        "W",
        at="due_date",
        zh="学期结束未归还：{borrower} 借用的应于 {due_date} 归还",
        en="not returned: {borrower} had to bring it back on {due_date}",
        hint_zh="请催还，已归还的请填归还日期",
        hint_en="ask for it, or fill in the date if it came back",
        effect=Effect.COMPLETENESS,
    )
    def not_returned_in_time(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Listed from the day after it was due, at the latest after the semester."""
        return overdue_loans(rows.filter(is_open()), books).select("_id")

    @cross_rule(
        "LON-04",
        "W",
        at="ref_doc",
        zh="损坏/遗失须登记原因：没有找到赔偿单 {ref_doc}",
        en="what was lost or damaged needs its document: there is no compensation {ref_doc}",
        hint_zh="请核对单号，或在赔偿登记表补登",
        hint_en="check the number, or enter it in the compensation register",
        needs=("compensation_register",),
        effect=Effect.COMPLETENESS,
    )
    def compensation_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-12."""
        return without_document(rows, books, "PC-", "compensation_register")

    @cross_rule(
        "X-12",
        "W",
        at="ref_doc",
        zh="缺赔偿登记：没有找到维修单 {ref_doc}",
        en="what was lost or damaged needs its document: there is no repair {ref_doc}",
        hint_zh="请核对单号，或在报修维修登记表补登",
        hint_en="check the number, or enter it in the repair register",
        needs=("repair_request",),
        effect=Effect.COMPLETENESS,
    )
    def repair_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-12."""
        return without_document(rows, books, "WX-", "repair_request")
