"""What the books of the sample school are compared with: a count, cash, the bank, and the trial balance of October."""

from __future__ import annotations

from schemas.finance.bank_journal import BankJournal
from schemas.finance.cash_count import CashCount
from schemas.finance.cash_journal import CashJournal
from schemas.finance.gl_balance import GlBalance
from schemas.property.stocktake_sheet import StocktakeSheet
from workbooks.sample_tables import Row, plain_rows

_PLAN = "PD-202610-01"
_SHEET = f"{_PLAN}-01"
_ACCOUNT = "3301040012345678"

PLANS: list[Row] = [
    {
        "plan_no": _PLAN,
        "scope": "月度库存",
        "cutoff": "2026-11-01 00:00",
        "count_from": "2026-10-31 14:00",
        "count_to": "2026-10-31 17:00",
        "warehouses": "五金水电库",
        "blind": "是",
        "counters": "李建平、罗敏",
        "observer": "孙丽娟",
    }
]

SHEETS: list[Row] = [
    {
        "plan_no": _PLAN,
        "sheet_no": _SHEET,
        "room": "五金水电库",
        "condition": "在用完好",
        "counter": "李建平",
        "observer": "孙丽娟",
        "keeper": "王桂芬",
        **row,
    }
    for row in plain_rows(
        StocktakeSheet,
        "line_no item_code name_spec unit count1 count2 counted_at",
        """
1 | WJ0001 | LED灯管  | 支 | 72    |    | 2026-10-31 14:10
2 | WJ0002 | 水龙头   | 个 | 12    |    | 2026-10-31 14:20
3 | WJ0003 | 电线     | 米 | 314.5 |    | 2026-10-31 14:35
4 | WJ0004 | 五孔插座 | 个 | 15    | 15 | 2026-10-31 14:50
5 | WJ0005 | 球形门锁 | 把 | 6     |    | 2026-10-31 15:00
6 | WJ0006 | 生料带   | 卷 | 22    | 22 | 2026-10-31 15:10
""",
    )
]

RESULTS: list[Row] = [
    {
        "plan_no": _PLAN,
        "sheet_no": _SHEET,
        "line_no": 4,
        "item_code": "WJ0004",
        "reason": "原因待查",
        "reason_note": "十月的领用单已逐张核对，尚未查明",
        "suggestion": "报损",
    },
    {
        "plan_no": _PLAN,
        "sheet_no": _SHEET,
        "line_no": 6,
        "item_code": "WJ0006",
        "reason": "自然损耗",
        "reason_note": "一卷受潮，不能使用",
        "suggestion": "报损",
        "approver": "周明远",
        "approve_date": "2026-11-04",
    },
]

CASH: list[Row] = [
    {"account": "基本", "cashier": "何晓燕", **row}
    for row in plain_rows(
        CashJournal,
        "seq date summary kind income expense balance",
        """
1 | 2026-10-12 | 提取备用现金   | 提现     | 2000.00 |        | 2360.50
2 | 2026-10-15 | 市内交通费     | 报销支出 |         | 86.00  | 2274.50
3 | 2026-10-20 | 教材邮寄费     | 报销支出 |         | 145.50 | 2129.00
4 | 2026-10-30 | 废纸箱回收收入 | 其他     | 62.00   |        | 2191.00
""",
    )
]

CASH_COUNTS: list[Row] = [
    {"account": "基本", "cashier": "何晓燕", "checker": "孙丽娟", **row}
    for row in plain_rows(
        CashCount,
        "date n100 n50 n20 n10 n5 n1 n05 uncleared_in",
        """
2026-10-12 | 23 | 1 | 0 | 1 | 0 | 0 | 1 |
2026-10-15 | 22 | 1 | 1 | 0 | 0 | 4 | 1 |
2026-10-20 | 21 | 0 | 1 | 0 | 1 | 4 | 0 |
2026-10-30 | 22 | 0 | 1 | 0 | 0 | 1 | 0 | 30.00
""",
    )
]

BANK: list[Row] = [
    {"account_no": _ACCOUNT, "account_kind": "基本存款账户", **row}
    for row in plain_rows(
        BankJournal,
        "seq date settle_no summary kind income expense balance",
        """
1 | 2026-10-08 |              | 财政拨款               | 财政拨款 | 60000.00 |         | 144210.00
2 | 2026-10-12 |              | 提取备用现金           | 提现     |          | 2000.00 | 142210.00
3 | 2026-10-16 |              | 付青山文化用品公司货款 | 报销支出 |          | 3480.00 | 138730.00
4 | 2026-10-22 |              | 付供电公司电费         | 报销支出 |          | 1268.40 | 137461.60
5 | 2026-10-30 | 支票00001207 | 付宏达五金商行货款     | 报销支出 |          | 2150.00 | 135311.60
""",
    )
]

STATEMENT = f"""账户明细查询
账号：{_ACCOUNT}\t,户名：青山实验学校,币种：人民币
起始日期：2026-10-01,截止日期：2026-10-31
交易日期,借方发生额,贷方发生额,账户余额,对方户名,摘要
20261031,0.00,96.35,"137,557.95",,结息
20261023,"1,268.40",0.00,"137,461.60",青山供电公司,电费
20261016,"3,480.00",0.00,"138,730.00",青山文化用品公司,货款
20261012,"2,000.00",0.00,"142,210.00",,现金支取
20261008,0.00,"60,000.00","144,210.00",青山市财政局,拨款
合计,"6,748.40","60,096.35",,,
"""
"""What the bank's web page exports, newest line first."""

BALANCES: list[Row] = [
    {"period": "2026-10", **row}
    for row in plain_rows(
        GlBalance,
        "account_code account_name open_dr open_cr dr cr close_dr close_cr",
        """
1001 | 库存现金         | 360.50   |           | 2062.00  | 231.50   | 2191.00   |
1002 | 银行存款         | 84210.00 |           | 60000.00 | 8898.40  | 135311.60 |
1302 | 库存物品         | 14278.72 |           | 8328.40  | 5055.10  | 17552.02  |
1601 | 固定资产         | 91440.00 |           |          |          | 91440.00  |
1602 | 固定资产累计折旧 |          | 64577.46  |          | 565.05   |           | 65142.51
2302 | 应付账款         |          |           |          | 2698.40  |           | 2698.40
3001 | 累计盈余         |          | 125711.76 |          |          |           | 125711.76
4001 | 财政拨款收入     |          |           |          | 60000.00 |           | 60000.00
4609 | 其他收入         |          |           |          | 62.00    |           | 62.00
5001 | 业务活动费用     |          |           | 7120.05  |          | 7120.05   |
""",
    )
]
"""The accountant has not yet booked what was given to the school on 26 October: 200.00 less than the stock book."""

EXPLAINED: list[Row] = [
    {
        "recon_id": "DZ-20261031-0103",
        "line_no": 481712358,
        "explanation": "10月26日捐赠入库200.00元（RK-202610-0004），财务尚未入账",
        "action": "更正",
        "owner": "孙丽娟",
    }
]
"""What the accountant says of it, on the sheet that ``houqin reconcile -o`` writes."""
