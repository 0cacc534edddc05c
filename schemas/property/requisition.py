"""物品申领单: what a department asks for, and who approved it, before anything is issued."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import lacks_role, repeated
from schemas.usual_rules import approved_by_another, approved_by_head, at_most, not_before

APPROVED = ("已批", "部分出库", "已出库")
"""Statuses of a requisition that was approved: what is issued against it keeps it approved."""


class Requisition(Register):
    """Requisition: one line of what a department asks for (DOMAIN.md 2.2, register 11).

    A blank approved quantity of an approved line means the quantity asked for.
    """

    title = "物品申领单"
    title_en = "Requisition (approval before issue)"
    number = 11
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("*",)
    period = "every request"
    sign = "applicant → head of the department → head of general affairs"
    keywords = ("申领", "领料申请")
    cell_groups = (("item_code", "unit", "qty"), ("approver", "approve_date", "approved_qty", "status"))
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"

    doc_no = d.doc_no("SL", "申领单号", "Requisition no.", aliases=("单号", "单据号", "申请单号", "单据编号"))
    doc_date = c.day("申领日期", "Request date", required=True, aliases=("日期", "申请日期", "单据日期"))
    line_no = d.line_no()
    dept = c.department("申领部门", "Department", required=True, aliases=("部门", "申请部门"))
    applicant = c.person("申领人", "Applicant", required=True, aliases=("申请人",))
    item_code = d.item_of_line()
    unit = d.unit()
    qty = d.qty("申领数量", positive=True, aliases=("数量", "申请数量"), hint="大于0", hint_en="more than 0")
    purpose = c.text("用途", "Purpose", 80, required=True, aliases=("申领用途", "用途说明"))
    supply_kind = c.enum(
        "用品类型",
        "Kind of supplies",
        ("教师办公用品", "班级用品", "科室用品", "其他"),
        synonyms={"教师用品": "教师办公用品", "班级": "班级用品", "科室": "科室用品"},
        aliases=("用品类别",),
        hint="班级用品由班主任领取，教师办公用品由年级组长或室长领取",
        hint_en="class supplies go to class teachers, office supplies to heads of grade or room",
    )
    approver = d.approver(
        hint="总务主任或受委托的人，不得是申领人",
        hint_en="the head of general affairs or a delegate, not the applicant",
    )
    approve_date = c.day(
        "批准日期", "Approved on", aliases=("审批日期",), hint="不早于申领日期", hint_en="not before the request"
    )
    approved_qty = c.qty(
        "批准数量",
        "Approved quantity",
        unit="unit",
        item="item_code",
        aliases=("审批数量",),
        hint="0至申领数量；已批而留空即按申领数量",
        hint_en="0 to the quantity; blank once approved: all of it",
    )
    status = c.enum(
        "状态",
        "Status",
        ("草稿", "待批", "已批", "驳回", "已出库", "部分出库", "作废"),
        required=True,
        synonyms={
            "待审批": "待批",
            "待审": "待批",
            "已审批": "已批",
            "批准": "已批",
            "已批准": "已批",
            "同意": "已批",
            "退回": "驳回",
            "不同意": "驳回",
            "已发放": "已出库",
            "已领": "已出库",
            "部分发放": "部分出库",
        },
        aliases=("单据状态", "审批状态"),
    )

    approver_is_applicant = approved_by_another("applicant", "申领人", "applicant", "REQ-01")

    approved_more_than_asked = at_most(
        "approved_qty",
        "qty",
        zh="批准数量大于申领数量（{approved_qty} > {qty}）",
        en="more was approved than asked for ({approved_qty} > {qty})",
        hint_zh="请核对批准数量",
        hint_en="check the approved quantity",
        code="REQ-02",
    )

    @row_rule(
        "REQ-03",
        at="approver",
        zh="缺少批准签字（状态为{status}，须有批准人）",
        en="the signature is missing (with status {status} there is an approver)",
        hint_zh="请填写批准人，或改为待批",
        hint_en="fill in who approved it, or set it back to 待批",
    )
    def approved_without_signature(_facts: Facts) -> pl.Expr:
        """What is issued was approved before: the later statuses need the signature as well."""
        return pl.col("status").is_in(APPROVED) & pl.col("approver").is_null()

    @row_rule(
        "REQ-03",
        at="approve_date",
        zh="缺少批准签字（状态为{status}，须有批准日期）",
        en="the signature is not dated (with status {status} there is a date of approval)",
        hint_zh="请填写批准日期，或改为待批",
        hint_en="fill in when it was approved, or set it back to 待批",
    )
    def approved_without_date(_facts: Facts) -> pl.Expr:
        """A signature has its day: what is issued must not be older."""
        return pl.col("status").is_in(APPROVED) & pl.col("approve_date").is_null()

    @row_rule(
        "REQ-04",
        "W",
        at="applicant",
        zh="{supply_kind}应由{role}领取，{applicant}没有此角色",
        en="{supply_kind} is drawn by a {role_en}: {applicant} is none",
        hint_zh="请核对申领人和用品类型，或在教职工名册登记其角色",
        hint_en="check applicant and kind, or enter the role in the staff roster",
        wants=("applicant.role_codes",),
        show={
            "role": lambda _: _by_kind("班主任", "年级组长或室长"),
            "role_en": lambda _: _by_kind("class teacher", "head of grade or room"),
        },
    )
    def drawn_by_the_wrong_role(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md REQ-04."""
        kind = pl.col("supply_kind")
        return ((kind == "班级用品") & lacks_role("applicant", "CLASS_TEACHER")) | (
            (kind == "教师办公用品") & lacks_role("applicant", "GRADE_HEAD", "ROOM_HEAD")
        )

    approver_without_role = approved_by_head()

    approved_before_asked = not_before(
        "approve_date",
        "doc_date",
        zh="审批冲突：批准日期 {approve_date} 早于申领日期 {doc_date}",
        en="approved on {approve_date}, before it was asked for on {doc_date}",
        code="X-09",
    )

    @cross_rule(
        "REQ-05",
        at="item_code",
        zh="同一申领单内物品重复（第{line}行已有）",
        en="the item stands twice in one requisition (line {line} has it)",
        hint_zh="请合并为一行",
        hint_en="make one line of them",
    )
    def item_twice_in_requisition(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The first line stays."""
        again = repeated(rows, books.others("requisition", rows), ["doc_no", "item_code"])
        return again.select("_id", pl.col("holder").str.split(" / ").list.last().alias("line"))


def _by_kind(of_class: str, of_teachers: str) -> pl.Expr:
    """Return one text for class supplies and another for teachers' supplies."""
    return pl.when(pl.col("supply_kind") == "班级用品").then(pl.lit(of_class)).otherwise(pl.lit(of_teachers))
