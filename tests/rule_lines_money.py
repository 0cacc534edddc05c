"""Right rows of journals, counts of cash, statements and fees for the rule cases, each under a number of its own."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tests.rule_lines import MASTER, Line

_numbers: Counter[str] = Counter()

PUPIL = next(str(line.cells["student_no"]) for line in MASTER if line.register == "student_roster")


def _next(register: str) -> int:
    _numbers[register] += 1
    return _numbers[register]


def cash(**cells: object) -> Line:
    """Return the first row of a cash account: 100 came in on a Saturday, when nobody counts."""
    plain = {
        "account": f"备用金{_next('cash_journal')}",
        "seq": 1,
        "date": "2026-11-21",
        "summary": "零星收入",
        "kind": "其他",
        "income": "100.00",
        "expense": None,
        "balance": "100.00",
        "cashier": "林芳",
    }
    return Line("cash_journal", plain | cells)


def banked(**cells: object) -> Line:
    """Return the first row of a bank account: a grant of 1,000."""
    plain = {
        "account_no": f"6222000000{_next('bank_journal'):06d}",
        "account_kind": "基本存款账户",
        "seq": 1,
        "date": "2026-11-03",
        "summary": "拨款",
        "kind": "财政拨款",
        "income": "1000.00",
        "expense": None,
        "balance": "1000.00",
    }
    return Line("bank_journal", plain | cells)


def then(line: Line, income: str | None = None, expense: str | None = None, **cells: object) -> Line:
    """Return the row below another one of its journal, with the balance that follows."""
    balance = Decimal(str(line.cells["balance"])) + Decimal(income or 0) - Decimal(expense or 0)
    moved = {"income": income, "expense": expense, "balance": f"{balance}", "seq": int(str(line.cells["seq"])) + 1}
    return line.but(**{**moved, "ref_doc": None, **cells})


def cash_counted(line: Line, **cells: object) -> Line:
    """Return a count of one note of 100 on the day of a row of the journal."""
    plain = {"account": line.cells["account"], "date": line.cells["date"], "n100": 1}
    return Line("cash_count", plain | {"cashier": "林芳", "checker": "李明"} | cells)


def statement(account: Line | None = None, **cells: object) -> Line:
    """Return the statement of an account for October, in which nothing is outstanding."""
    number = account.cells["account_no"] if account else f"6333000000{_next('bank_reconciliation'):06d}"
    plain = {"account_no": number, "period": "2026-10", "bank_balance": "1000.00", "line_no": 0, "preparer": "李明"}
    return Line("bank_reconciliation", plain | cells)


def outstanding(of: Line, line: int = 1, **cells: object) -> Line:
    """Return an outstanding item of a statement."""
    item = {
        "item_kind": "银行已收单位未收",
        "item_date": "2026-10-20",
        "item_ref": f"流水{line}",
        "item_amount": "50.00",
    }
    return of.but(line_no=line, **item | cells)


def exported(account: Line | None = None, **cells: object) -> Line:
    """Return a line of the bank's statement: 1,000 came in, and nothing was there before."""
    number = account.cells["account_no"] if account else f"6444000000{_next('bank_statement_line'):06d}"
    plain = {"account_no": number, "date": "2026-11-03", "serial_no": f"流水{_next('流水')}", "income": "1000.00"}
    return Line("bank_statement_line", plain | {"balance": "1000.00"} | cells)


def ledger_account(month: str, code: str, **cells: object) -> Line:
    """Return an account of the trial balance of a month."""
    return Line("gl_balance", {"period": month, "account_code": code, "account_name": f"科目{code}"} | cells)


def fee(**cells: object) -> Line:
    """Return a fee of 100 a semester for a service of the primary school, approved and published."""
    number = _next("fee_item_catalogue")
    plain = {
        "fee_code": f"SF{number:03d}",
        "fee_name": f"课后服务{number}",
        "fee_kind": "服务性收费",
        "standard": "100.00",
        "unit": "元/生/学期",
        "stage": "小学",
        "approval_no": "发改价〔2026〕8号",
        "publicised": "是",
        "voluntary": "是",
        "valid_from": "2026-09-01",
    }
    return Line("fee_item_catalogue", plain | cells)


def collected(of: Line, **cells: object) -> Line:
    """Return what a pupil paid of a fee on 14 November, by telephone."""
    plain = {
        "receipt_no": f"3301{_next('fee_collection'):08d}",
        "date": "2026-11-14",
        "line_no": 1,
        "student_no": PUPIL,
        "fee_code": of.cells["fee_code"],
        "periods": 1,
        "amount": "100.00",
        "pay_way": "微信",
        "semester": "2026-2027-1",
        "cashier": "林芳",
    }
    return Line("fee_collection", plain | cells)


def refunded(of: Line, amount: str, **cells: object) -> Line:
    """Return what was paid back of a receipt on 20 November."""
    plain = {
        "refund_no": f"TF-202611-{_next('fee_refund'):04d}",
        "date": "2026-11-20",
        **{name: of.cells[name] for name in ("student_no", "receipt_no", "fee_code")},
        "reason": "多收",
        "amount": amount,
        "payee": "家长",
        "pay_way": "银行转账",
        "approver": "钱进",
    }
    return Line("fee_refund", plain | cells)


def remitted(of: Line, amount: str, **cells: object) -> Line:
    """Return what was remitted of a fee of October on 2 November."""
    number = _next("fee_remittance")
    plain = {
        "remit_no": f"JK{number:04d}",
        "date": "2026-11-02",
        "period": "2026-10",
        "fee_code": of.cells["fee_code"],
        "amount": amount,
        "account": "财政专户",
        "bank_ref": f"回单{number}",
    }
    return Line("fee_remittance", plain | cells)
