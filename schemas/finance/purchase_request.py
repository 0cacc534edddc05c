"""采购申请与审批表: what is to be bought, who asks for it, and who approved it."""

from __future__ import annotations

from schemas import columns as c
from schemas import document_columns as d
from schemas.columns import UNITS
from schemas.finance.purchase_rules import PurchaseRules
from schemas.register import Register


class PurchaseRequest(PurchaseRules, Register):
    """Purchase request: one line of a document (DOMAIN.md 2.2, register 28).

    What is promised by approved requests and not paid yet counts against the budget of the fiscal year.
    """

    title = "采购申请与审批表"
    title_en = "Purchase request & approval"
    number = 28
    group = "C 财务"
    key = ("doc_no", "line_no")
    owner = "CW"
    writers = ("*",)
    posts = ("budget",)
    period = "every purchase"
    sign = "applicant → head of general affairs → finance → principal (→ the leaders for bulk purchases)"
    signatures = ("申请人", "总务主任", "财务", "校长")
    keywords = ("采购申请", "采购审批", "申购")
    cell_groups = (
        ("item_code", "item_desc", "unit", "qty", "est_price", "est_amount"),
        ("decision_no", "head_approver", "approve_date", "status"),
    )
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"
    judged_after = ("budget_line", "collective_decision")

    doc_no = d.doc_no("SQ", "采购申请单号", "Purchase request no.", also=("申请单号", "采购单号"))
    doc_date = c.day("申请日期", "Request date", required=True, aliases=("日期", "单据日期"))
    line_no = d.line_no()
    dept = c.department("申请部门", "Department", required=True, aliases=("部门", "使用部门"))
    applicant = c.person("申请人", "Applicant", required=True, aliases=("经办人", "申购人"))
    item_code = d.item_code(aliases=("物料编码", "物品编号"), hint="服务不填", hint_en="blank for services")
    item_desc = c.text("名称规格", "Name and specification", 80, required=True, aliases=("物品名称", "品名", "名称"))
    supplier_code = c.supplier("意向供应商", "Intended supplier", aliases=("供应商", "供货单位"))
    unit = c.enum(
        "单位",
        "Unit",
        (*UNITS, *("辆", "栋", "间", "座", "幅", "株", "头", "副", "架", "部", "组", "次", "项")),
        required=True,
        synonyms={"公斤": "千克", "公升": "升", "平米": "平方米", "枝": "支"},
        aliases=("计量单位",),
        hint="服务用次或项",
        hint_en="次 or 项 for services",
    )
    qty = d.qty(positive=True, aliases=("申请数量", "采购数量"))
    est_price = c.price("预计单价", "Estimated price", required=True, positive=True, aliases=("单价", "预估单价"))
    est_amount = c.money(
        "预计金额",
        "Estimated amount",
        required=True,
        formula='=IF(OR([qty]="",[est_price]=""),"",ROUND([qty]*[est_price],2))',
        aliases=("金额", "预估金额"),
        hint="数量×预计单价，四舍五入到分",
        hint_en="quantity × price, rounded to the cent",
    )
    reason = c.text("理由", "Reason", 100, required=True, aliases=("申请理由", "用途", "采购理由"))
    budget_code = d.budget_code(
        hint="有财政年度预算的，批准前须填",
        hint_en="before approval, where the fiscal year has a budget",
    )
    procure_form = c.enum(
        "采购方式",
        "Way of buying",
        (
            *("政府集中采购", "分散采购-公开招标", "分散采购-磋商", "分散采购-询价"),
            *("自行采购", "电商直购", "零星采购"),
        ),
        required=True,
        synonyms={"集中采购": "政府集中采购", "公开招标": "分散采购-公开招标", "磋商": "分散采购-磋商"}
        | {"竞争性磋商": "分散采购-磋商", "询价": "分散采购-询价", "自采": "自行采购", "网购": "电商直购"}
        | {"零星": "零星采购"},
        aliases=("采购形式",),
    )
    quotes = c.integer(
        "报价家数",
        "Quotations",
        minimum=0,
        aliases=("询价家数",),
        hint="达到限额的至少三家",
        hint_en="at least three from the limit on",
    )
    decision_no = d.decision_no(
        "集体决策编号",
        aliases=("决策编号", "会议纪要号"),
        hint="达到集体决策限额须填",
        hint_en="from the limit of collective decisions on",
    )
    head_approver = c.person(
        "校长审批", "Principal", aliases=("审批人", "批准人", "校长"),
        hint="批准后须填；不得是申请人", hint_en="once it is approved; not the applicant",
    )  # fmt: skip
    approve_date = c.day(
        "审批日期", "Approved on", aliases=("批准日期",),
        hint="不早于申请日期", hint_en="not before the request",
    )  # fmt: skip
    status = c.enum(
        "状态",
        "Status",
        ("草稿", "待审", "已批", "驳回", "执行中", "完成", "作废"),
        required=True,
        synonyms={"待审批": "待审", "已批准": "已批", "同意": "已批", "不同意": "驳回", "已完成": "完成"},
        aliases=("审批状态",),
    )
