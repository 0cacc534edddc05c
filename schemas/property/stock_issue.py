"""出库单(领用登记): goods handed out of a warehouse."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.issue_rules import POSTING, IssueRules
from schemas.register import Register


class StockIssue(IssueRules, Register):
    """Goods issue: one line of an issue document (DOMAIN.md 2.2, register 13).

    What a department brings back is a red-letter issue (红字出库) with a negative quantity.

    An issue names no batch. ISS-06 therefore holds a row only where it is certain: if the goods in
    date cannot cover it, even when everything before was handed out first-expiring first. ISS-07
    needs a batch to judge: it is checked for issues whose remark names one (备注写明批号), and then
    ISS-06 looks at that batch. See ``schemas.batches``.
    """

    title = "出库单(领用登记)"
    title_en = "Goods issue"
    number = 13
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("ST",)
    posts = ("stock",)
    period = "every issue"
    sign = "the collector signs first; keeper; approver"
    keywords = ("出库", "领用", "发放登记", "领料单")
    cell_groups = (
        ("item_code", "unit", "qty"),
        ("issue_kind", "ref_doc"),
        ("collector", "collector_role", "for_class", "signed"),
    )
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"
    stock = POSTING
    judged_after = ("asset_transfer",)

    doc_no = d.doc_no("CK", "出库单号", "Issue no.", also=("领用单号",))
    doc_date = c.day("出库日期", "Issue date", required=True, aliases=("日期", "单据日期", "领用日期", "出库时间"))
    line_no = d.line_no()
    warehouse = d.warehouse(aliases=("出库仓库", "库房", "发料仓库"))
    issue_kind = c.enum(
        "出库类型",
        "Kind",
        ("领用", "食堂领料", "校外调出", "盘亏出库", "报废出库", "赔偿出库", "红字出库"),
        required=True,
        synonyms={
            "领用出库": "领用",
            "领用(个人)": "领用",
            "领取": "领用",
            "领料": "领用",
            "发放": "领用",
            "食堂领用": "食堂领料",
            "食堂出库": "食堂领料",
            "调出": "校外调出",
            "盘亏": "盘亏出库",
            "报废": "报废出库",
            "赔偿": "赔偿出库",
            "退库": "红字出库",
            "红字": "红字出库",
        },
        aliases=("类型", "出库类别", "出库方式"),
        hint="退库用红字出库；盘亏出库由系统生成",
        hint_en="红字出库 for goods brought back; 盘亏出库 is made by the system",
    )
    dept = c.department("领用部门", "Department", required=True, aliases=("部门", "领料部门", "使用部门"))
    collector = c.person("领用人", "Collector", required=True, aliases=("领料人", "领取人", "签领人"))
    collector_role = c.enum(
        "领用身份",
        "Collected as",
        ("年级组长", "班主任", "室长", "个人"),
        required=True,
        synonyms={"组长": "年级组长", "年级长": "年级组长", "个人领用": "个人"},
        aliases=("身份", "领用人身份"),
    )
    for_class = c.class_code(
        "班级",
        "Class",
        required_when=lambda: pl.col("collector_role") == "班主任",
        required_hint=("领用身份为班主任时须填", "when collected as a class teacher"),
        aliases=("领用班级", "所在班级"),
        hint="班主任领用须填，如 G3C1",
        hint_en="for class teachers, such as G3C1",
    )
    item_code = d.item_of_line()
    unit = d.unit()
    qty = d.qty(
        negative=True,
        nonzero=True,
        aliases=("出库数量", "领用数量", "实发数量"),
        hint="不为0；只有红字出库为负数",
        hint_en="not 0; negative only for 红字出库",
    )
    unit_cost = c.price(
        "成本单价",
        "Unit cost",
        system=True,
        negative=True,
        aliases=("单价",),
        hint="系统计算",
        hint_en="computed by the system",
    )
    amount = c.money(
        "成本金额",
        "Cost",
        system=True,
        negative=True,
        aliases=("金额",),
        hint="系统计算",
        hint_en="computed by the system",
    )
    requisition_no = c.document(
        "申领单号",
        "Requisition no.",
        "requisition.doc_no",
        aliases=("申请单号", "申领单"),
        hint="有申领单的须填",
        hint_en="where there is a requisition",
    )
    approver = d.approver(required=True, hint="不得是领用人或发放人", hint_en="neither the collector nor the keeper")
    keeper = c.person(
        "发放人(保管员)",
        "Handed out by",
        required=True,
        aliases=("保管员", "发放人", "发料人", "保管人", "仓管员", "仓库保管员"),
        hint="不得是领用人",
        hint_en="not the collector",
    )
    signed = c.yes_no(
        "领用签字",
        "Signed",
        required=True,
        aliases=("签字", "领用人签字", "是否签字"),
        hint="登记签字后方可领取",
        hint_en="goods are handed out once the collector has signed",
    )
    ref_doc = c.code(
        "原单号",
        "Original no.",
        required_when=lambda: pl.col("issue_kind").is_in(["红字出库", "报废出库", "赔偿出库"]),
        required_hint=("红字出库填原出库单号，报废出库填BF单号，赔偿出库填PC单号", "CK, BF or PC number of the origin"),
        example="CK-202611-0001",
        aliases=("原出库单号", "原单据号", "依据单号"),
        hint="红字出库填原出库单号，报废出库填BF单号，赔偿出库填PC单号",
        hint_en="the CK number for 红字出库, BF for 报废出库, PC for 赔偿出库",
    )
