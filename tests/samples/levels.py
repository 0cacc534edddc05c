"""样例收支表: a register whose headers stand in two rows, for tests; load it with HOUQIN_REGISTERS."""

from __future__ import annotations

from schemas import columns as c
from schemas.register import Register


class SampleLevels(Register):
    """One line of a summary with receipts and issues side by side (DOMAIN.md 6.6 S04)."""

    title = "样例收支表"
    title_en = "Sample of two header rows"
    number = 901
    group = "Z 样例"
    key = ("item",)
    owner = "ZW"
    keywords = ("样例收支",)

    item = c.code("代号", "Code", required=True)
    in_qty = c.qty("本期收入数量", "Received", required=True)
    in_amount = c.money("本期收入金额", "Amount received", required=True)
    out_qty = c.qty("本期发出数量", "Issued", required=True)
    out_amount = c.money("本期发出金额", "Amount issued", required=True)
