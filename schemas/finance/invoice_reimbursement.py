"""发票报销登记簿: every invoice, who signed it, and how it was paid."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.finance.invoice_rules import WITHOUT_BUYER, InvoiceRules, is_paid
from schemas.finance.payment_rules import PaymentRules
from schemas.register import Register, blank_means

_TAX_NO = r"(?:[0-9A-Z]{15}|[0-9A-Z]{18}|[0-9A-Z]{20})"
_PAID = ("付款后须填", "once it is paid")
_STATUS = (
    pl.when(is_paid()).then(pl.lit("已付"))
    .when(pl.col("head_approver").is_not_null()).then(pl.lit("已批"))
    .when(pl.col("accountant").is_not_null()).then(pl.lit("已审"))
    .otherwise(pl.lit("待审"))
)  # fmt: skip


class InvoiceReimbursement(InvoiceRules, PaymentRules, Register):
    """Invoice and its reimbursement (DOMAIN.md 2.2, register 30).

    It may be entered early: what only payment brings is required with the voucher of the payment.
    """

    title = "发票报销登记簿"
    title_en = "Invoice & reimbursement register"
    number = 30
    group = "C 财务"
    key = ("doc_no", "invoice_code", "invoice_no")
    owner = "CW"
    posts = ("budget",)
    period = "every invoice"
    sign = "handler → witness → finance checks genuineness and form → principal"
    signatures = ("经手人", "验收(证明)人", "财务审核", "校长(园长)")
    keywords = ("发票登记", "发票报销", "报销登记")
    cell_groups = (
        ("net_amount", "tax_amount", "total", "goods_amount", "total_cn"),
        ("verify_result", "verify_date"),
        ("head_approver", "approve_date"),
        ("pay_way", "pay_amount", "pay_ref", "pay_date"),
    )
    date_column = "doc_date"
    document_column = "doc_no"
    judged_after = ("budget_line", "purchase_request", "stock_receipt", "fixed_asset_card")
    fills = blank_means(
        invoice_key=lambda _: pl.concat_str("invoice_code", "invoice_no", ignore_nulls=True),
        status=lambda _: _STATUS,
    )

    doc_no = d.doc_no("BX", "报销单号", "Reimbursement no.")
    doc_date = c.day("报销日期", "Reimbursed on", required=True, aliases=("日期", "单据日期"))
    invoice_kind = c.enum(
        "发票种类",
        "Kind",
        (
            *("数电票(普通)", "数电票(专用)", "增值税普通发票", "增值税专用发票", "电子普通发票", "定额发票"),
            *("财政票据", "收据(内部)", "车船机票", "农产品收购发票"),
        ),
        required=True,
        synonyms={"数电普票": "数电票(普通)", "数电专票": "数电票(专用)", "数电票": "数电票(普通)"}
        | {"普票": "增值税普通发票", "专票": "增值税专用发票", "电子普票": "电子普通发票", "定额票": "定额发票"}
        | {"收据": "收据(内部)", "火车票": "车船机票", "机票": "车船机票"},
        aliases=("发票类型", "票据种类"),
    )
    invoice_code = c.code(
        "发票代码",
        "Invoice code",
        r"(?:\d{8}|\d{10}|\d{12})",
        example="051002100111",
        hint="数电票和内部收据不填",
        hint_en="blank for 数电票 and internal receipts",
    )
    invoice_no = c.code(
        "发票号码",
        "Invoice no.",
        r"[A-Z0-9-]{4,30}",
        required=True,
        example="26332000000012345678",
        precision_code="INV-13",
        aliases=("发票号", "发票编号", "票据号码"),
        hint="按文本填写，数电票20位",
        hint_en="as text; 20 digits for 数电票",
    )
    invoice_key = c.code("发票唯一号", "Invoice key", system=True)
    invoice_date = c.day(
        "开票日期", "Invoice date", required=True, aliases=("发票日期",),
        hint="不晚于报销日期", hint_en="not after the reimbursement",
    )  # fmt: skip
    seller_name = c.text("销售方名称", "Seller", 80, required=True, aliases=("销售方", "开票单位", "收款单位"))
    seller_tax_no = c.code("销售方税号", "Seller's tax no.", _TAX_NO, example="92990101MA90000012")
    buyer_name = c.text(
        "购买方名称",
        "Buyer",
        80,
        required_when=lambda: ~pl.col("invoice_kind").is_in(WITHOUT_BUYER),
        required_hint=("除定额发票、车船机票、内部收据外须填", "on all but 定额发票, tickets and internal receipts"),
        aliases=("购买方", "抬头", "发票抬头"),
        hint="学校全称",
        hint_en="the full name of the school",
    )
    buyer_tax_no = c.code("购买方税号", "Buyer's tax no.", aliases=("本单位税号",))
    net_amount = c.money("金额(不含税)", "Net amount", negative=True, aliases=("不含税金额",))
    tax_amount = c.money("税额", "Tax", negative=True)
    total = c.money(
        "价税合计",
        "Total",
        required=True,
        negative=True,
        nonzero=True,
        aliases=("发票金额", "报销金额", "含税金额"),
        hint="只有红字发票为负数",
        hint_en="negative only for a red-letter invoice",
    )
    goods_amount = c.money(
        "其中货物金额",
        "Of which goods",
        negative=True,
        aliases=("货物金额",),
        hint="须有入库单或资产卡片的部分，留空为0",
        hint_en="the part that receipts or asset cards cover; blank is 0",
    )
    total_cn = c.text("大写金额", "Total in words", aliases=("金额大写", "人民币大写"))
    content = c.text("开票内容", "Content", 100, required=True, aliases=("内容", "摘要", "货物或服务名称"))
    verify_result = c.enum(
        "查验结果",
        "Verification",
        ("真", "假", "查无此票", "作废", "红冲", "未查验", "无需查验"),
        synonyms={"真票": "真", "一致": "真", "假票": "假", "已作废": "作废", "已红冲": "红冲", "免查验": "无需查验"},
        aliases=("真伪", "查验"),
        hint="付款前须查验；内部收据和车船机票无需查验",
        hint_en="before payment; internal receipts and tickets need none",
    )
    verify_date = c.day(
        "查验日期",
        "Verified on",
        required_when=lambda: is_paid() & (pl.col("verify_result").fill_null("") != "无需查验"),
        required_hint=_PAID,
    )
    form_ok = c.yes_no(
        "规范性",
        "In form",
        required_when=is_paid,
        required_hint=_PAID,
        aliases=("是否规范",),
        hint="抬头、税号、发票专用章、内容齐全",
        hint_en="buyer, tax number, seal and content are complete",
    )
    purchase_no = d.purchase_no()
    receipt_no = c.document("入库单号", "Receipt no.", "stock_receipt.doc_no", hint="首张", hint_en="the first one")
    handler = c.person("经手人", "Handler", required=True, aliases=("报销人", "经办人"))
    witness = c.person(
        "验收(证明)人", "Witness", required=True, aliases=("验收人", "证明人"),
        hint="不得与经手人相同", hint_en="not the handler",
    )  # fmt: skip
    accountant = c.person(
        "财务审核", "Accountant", required_when=is_paid, required_hint=_PAID, aliases=("会计审核", "审核人")
    )
    head_approver = c.person(
        "校长(园长)签字", "Principal", aliases=("校长签字", "园长签字", "签批人"),
        hint="付款前须签；不得是经手人", hint_en="before payment; not the handler",
    )  # fmt: skip
    approve_date = c.day(
        "签批日期",
        "Signed on",
        required_when=lambda: pl.col("head_approver").is_not_null(),
        required_hint=("已签字须填", "once it is signed"),
        aliases=("批准日期", "审批日期"),
    )
    pay_way = c.enum(
        "付款方式",
        "Way of payment",
        ("国库集中支付", "银行转账", "公务卡", "现金"),
        required_when=is_paid,
        required_hint=_PAID,
        synonyms={"转账": "银行转账", "集中支付": "国库集中支付", "国库支付": "国库集中支付"},
        aliases=("支付方式",),
    )
    pay_amount = c.money(
        "实付金额",
        "Paid",
        negative=True,
        required_when=is_paid,
        required_hint=_PAID,
        aliases=("付款金额",),
        hint="不大于价税合计",
        hint_en="no more than the total",
    )
    pay_ref = c.code(
        "付款凭证", "Payment voucher", aliases=("付款凭证号", "支付凭证号"),
        hint="日记账的凭证号或结算号；填了即为已付", hint_en="voucher or settlement number; it means paid",
    )  # fmt: skip
    pay_date = c.day("付款日期", "Paid on", required_when=is_paid, required_hint=_PAID, aliases=("支付日期",))
    budget_code = d.budget_code(hint="有财政年度预算的，付款前须填", hint_en="before payment, where there is a budget")
    status = c.enum("状态", "Status", ("待审", "已审", "已批", "已付", "退回"), system=True)
