"""库存明细账(收发存): everything that moved stock, line by line, with what is left after it."""

from __future__ import annotations

from schemas import columns as c
from schemas.property.stock_columns import amount_of_book, item_of_book, qty_of_book, room_of_book
from schemas.register import Register


class StockLedger(Register):
    """Stock ledger (DOMAIN.md 2.2, register 14): the program makes it from what is accepted.

    Its self-checks LED-01 to LED-03 belong to the books (``sync.books.checks``): no row that the
    rules of the documents let pass can break them.
    """

    title = "库存明细账(收发存)"
    title_en = "Stock ledger (derived)"
    number = 14
    group = "B 财产"
    key = ("warehouse", "item_code", "period", "seq")
    kind = "derived"
    period = "made anew whenever something moves; printed every month"
    sign = "made by the program; the keeper of assets prints and signs it every month"
    signatures = ("保管员", "总务主任")
    date_column = "post_date"
    document_column = "doc_no"
    line_column = "line_no"

    warehouse = room_of_book()
    item_code = item_of_book()
    seq = c.integer("序号", "No.", system=True, hint="每仓库、物品、月份从1起", hint_en="from 1 per place and month")
    period_ = c.month("月份", "Month", system=True)
    post_date = c.day("记账日期", "Posted on", system=True)
    doc_date = c.day(
        "单据日期",
        "Document date",
        system=True,
        hint="补登单据与记账日期不同",
        hint_en="differs from the posting date for a late document",
    )
    doc_no = c.code("单号", "Document", system=True)
    line_no = c.integer("行号", "Line", system=True)
    summary = c.text("摘要", "Summary", system=True, hint="类型和往来方", hint_en="kind and the other side")
    in_qty = qty_of_book("收入数量", "Quantity in")
    in_amount = amount_of_book("收入金额", "Amount in")
    out_qty = qty_of_book("发出数量", "Quantity out")
    out_amount = amount_of_book("发出金额", "Amount out")
    bal_qty = qty_of_book("结存数量", "Balance")
    bal_amount = amount_of_book("结存金额", "Value of the balance")
    avg_price = c.price(
        "结存单价",
        "Average price",
        system=True,
        hint="只供查看，不参与计算",
        hint_en="for display only, never used in arithmetic",
    )
