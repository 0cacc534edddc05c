"""借用归还登记册: what is lent out, until when, and how it came back."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.loan_checks import status_of
from schemas.property.loan_rules import LoanRules
from schemas.register import Register, blank_means


class LoanRegister(LoanRules, Register):
    """Loan: one line of what somebody borrowed (DOMAIN.md 2.2, register 16).

    A loan moves neither stock nor assets. Its status is that of the day on which the row was taken; what has
    become overdue since is told by LON-05. With a return date and no quantity everything came back.
    Compensation that is missing (X-12) is told as LON-04, a disposed asset (X-14) as LON-06.
    """

    title = "借用归还登记册"
    title_en = "Loan register"
    number = 16
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("DJ",)
    period = "every loan; recalled at the end of the semester"
    sign = "borrower + keeper (+ head of the department)"
    keywords = ("借用", "借还")
    cell_groups = (
        ("asset_no", "item_code", "qty"),
        ("borrower", "dept"),
        ("return_date", "return_qty", "condition", "receiver", "ref_doc"),
    )
    date_column = "loan_date"
    document_column = "doc_no"
    line_column = "line_no"
    fills = blank_means(status=lambda facts: status_of(facts.today))

    doc_no = d.doc_no("JY", "借用单号", "Loan no.")
    line_no = d.line_no()
    loan_date = c.day("借用日期", "Lent on", required=True, aliases=("日期", "借出日期", "借用时间"))
    borrower = c.person("借用人", "Borrower", required=True, aliases=("借用者", "借物人"))
    dept = c.department("部门", "Department", required=True, aliases=("借用部门", "所在部门"))
    asset_no = d.asset_unless_item()
    item_code = d.item_code(
        hint="其他物品填；资产编号和物品编码只填一个", hint_en="for other things; either this or the asset"
    )
    qty = c.qty(
        "借用数量",
        "Quantity",
        required=True,
        positive=True,
        aliases=("数量", "借出数量"),
        hint="大于0；单件资产填1",
        hint_en="more than 0; 1 for a single asset",
    )
    due_date = c.day(
        "应还日期",
        "Due on",
        required=True,
        future=True,
        aliases=("归还期限", "预计归还日期"),
        hint="不晚于学期最后一天；没有约定的填学期最后一天",
        hint_en="not after the last day of the semester, which it is where nothing else was agreed",
    )
    approver = d.approver(required=True, hint="不得是借用人", hint_en="not the borrower")
    return_date = c.day(
        "归还日期", "Returned on", aliases=("归还时间",), hint="不早于借用日期", hint_en="not before it was lent"
    )
    return_qty = c.qty(
        "归还数量", "Quantity returned", hint="0至借用数量；留空为全部", hint_en="0 to the quantity; blank: all of it"
    )
    condition = c.enum(
        "归还状况",
        "Condition",
        ("完好", "损坏", "缺件", "遗失"),
        synonyms={"正常": "完好", "良好": "完好", "破损": "损坏", "丢失": "遗失"},
        aliases=("归还情况", "物品状况"),
    )
    receiver = c.person(
        "验收人",
        "Taken back by",
        required_when=lambda: pl.col("return_date").is_not_null(),
        required_hint=("填了归还日期的须填", "with a return date"),
        active_on="return_date",
        aliases=("接收人", "收回人", "保管员"),
    )
    ref_doc = c.code(
        "关联单号",
        "Related document",
        r"([A-Z]{2,6}\d{0,2}-)?(PC|WX)-\d{6}-\d{4}",
        example="PC-202611-0001",
        aliases=("赔偿单号", "维修单号", "关联单据"),
        hint="遗失填赔偿单号(PC)；损坏、缺件填赔偿单号或维修单号(WX)",
        hint_en="the compensation (PC) for what was lost, that or the repair (WX) for damage",
    )
    status = c.enum(
        "状态",
        "Status",
        ("借出", "部分归还", "已归还", "逾期", "转赔偿"),
        system=True,
        aliases=("借用状态",),
    )
