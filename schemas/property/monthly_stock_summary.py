"""月度收发存汇总表: what each warehouse began a month with, what came in, what went out, what is left."""

from __future__ import annotations

from schemas import columns as c
from schemas.property.stock_columns import amount_of_book, item_of_book, qty_of_book, room_of_book
from schemas.register import Register


class MonthlyStockSummary(Register):
    """Monthly stock summary (DOMAIN.md 2.2, register 15): the program makes it from the stock ledger."""

    title = "月度收发存汇总表"
    title_en = "Monthly stock summary"
    number = 15
    group = "B 财产"
    key = ("period", "warehouse", "item_code")
    kind = "derived"
    period = "made anew whenever something moves; final when the month is closed"
    sign = "the keeper of assets → the head of general affairs"
    signatures = ("保管员", "总务主任")

    period_ = c.month("月份", "Month", system=True)
    warehouse = room_of_book()
    item_code = item_of_book()
    open_qty = qty_of_book("期初数量", "Opening quantity")
    open_amount = amount_of_book("期初金额", "Opening value")
    in_qty = qty_of_book("本期收入数量", "Quantity in")
    in_amount = amount_of_book("本期收入金额", "Amount in")
    out_qty = qty_of_book("本期发出数量", "Quantity out")
    out_amount = amount_of_book("本期发出金额", "Amount out")
    close_qty = qty_of_book("期末数量", "Closing quantity")
    close_amount = amount_of_book("期末金额", "Closing value")
    ytd_in = amount_of_book("本年累计收入金额", "Amount in, year to date")
    ytd_out = amount_of_book("本年累计发出金额", "Amount out, year to date")
