"""Files of banks and accounting programs as they are exported: read as they come, whatever their layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import xlwt

from schemas.parse import Reading
from workbooks.taking import TakenFile, take_file

Cells = Sequence[Sequence[object]]
Write = Callable[[Path], Path]
ACCOUNT = "62220000001234567"
READING = Reading(date(2026, 12, 2))
LINES = [("2026-11-03", "1000.00 余1000.00"), ("2026-11-05", "-200.50 余799.50")]
"""What every statement below says: a grant came in, books were paid; serial numbers stand in front."""


def xlsx(rows: Cells, *merged: str, sheet: str = "Sheet1") -> Write:
    """Return what writes a workbook."""

    def write(folder: Path) -> Path:
        book = openpyxl.Workbook()
        page = book.active
        page.title = sheet
        for row in rows:
            page.append(list(row))
        for each in merged:
            page.merge_cells(each)
        path = folder / "导出.xlsx"
        book.save(path)
        return path

    return write


def xls(rows: Cells, sheet: str) -> Write:
    """Return what writes a workbook of the old format."""

    def write(folder: Path) -> Path:
        book = xlwt.Workbook(encoding="gbk")
        page = book.add_sheet(sheet)
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                page.write(number, place, cell)
        path = folder / "导出.xls"
        book.save(str(path))
        return path

    return write


def text(content: str, name: str, encoding: str = "gb18030") -> Write:
    """Return what writes a text file."""

    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content.encode(encoding))
        return path

    return write


STATEMENTS: dict[str, Write] = {
    "tabs, both days, currency, zeros in the other column": text(
        f"账号\t{ACCOUNT}\t户名\t青山小学\n"
        "交易日期\t交易时间\t借方发生额（支取）\t贷方发生额（收入）\t余额\t币种\t对方户名\t对方账号\t记账日期\t摘要\n"
        "20261103\t20261103 10:11:12\t0.00\t1000.00\t1000.00\t人民币\t财政局\t123\t20261104\t拨款\n"
        "20261105\t20261105 09:00:00\t200.50\t0.00\t799.50\t人民币\t书店\t456\t20261105\t货款\n",
        "导出.csv",
    ),
    "UTF-8 with a byte order mark, guarded numbers": text(
        f'账号：,="{ACCOUNT}"\n交易日期,收入,支出,余额\n2026-11-03,"1,000.00",,"1,000.00"\n2026/11/5,,200.50,799.50\n',
        "导出.csv",
        "utf-8-sig",
    ),
    "tabs beside the commas, units in the headers": text(
        f"账户：{ACCOUNT}\t,户名：青山小学\n交易时间,收入(元),支出（元）,账户余额(元),对方名称,摘要,对方账号\n"
        '2026/11/5 09:00:00,0.00,200.50,799.50,书店,书款,"62280001\t"\n'
        '2026/11/3 10:11:12,"1,000.00",0.00,"1,000.00",财政局,拨款,\t62280002\t\n'
        ",,,,,,\n",
        "导出.csv",
    ),
    "one amount with 收支, newest first, counts below": xlsx(
        [
            ["中国某行账户明细"],
            [f"账号：{ACCOUNT}　　户名：青山小学"],
            ["交易时间", "交易金额", "本次余额", "收支", "摘要"],
            ["2026-11-05 11:00:00", "200.50", "799.50", "支出", "书款"],
            ["2026-11-03 10:00:00", "1,000.00", "1,000.00", "收入", "拨款"],
            ["总收入笔数", "1", "总支出笔数", "1", ""],
        ]
    ),
    "one signed amount, headers in two languages": xlsx(
        [
            ["交易明细查询"],
            ["查询账号[ Inquirer account number ]", ACCOUNT],
            ["交易日期[ Date ]", "交易后余额[ After-transaction balance ]", "交易金额[ Amount ]", "摘要[ Reference ]"],
            ["20261103", "1000.00", "1000.00", "拨款"],
            ["20261105", "799.50", "-200.50", "书款"],
        ]
    ),
    "two levels, merged, a page total": xlsx(
        [
            ["银行对账单"],
            ["账号:", ACCOUNT],
            ["日期", "凭证号", "摘要", "发生额", None, "余额"],
            [None, None, None, "借方", "贷方", None],
            ["2026-11-03", "001", "拨款", None, 1000, 1000],
            ["2026-11-05", "002", "书款", 200.5, None, 799.5],
            ["本页合计", None, None, 200.5, 1000, None],
        ],
        *("A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4"),
    ),
    "借贷标志, numbered lines, a total": xlsx(
        [
            ["账号", ACCOUNT],
            ["序号", "交易日", "借贷标志", "交易金额", "账户余额", "对方名称", "用途"],
            [1, "2026/11/3", "贷", "1,000.00", "1,000.00", "财政局", "拨款"],
            [2, "2026/11/5", "借", "200.50", "799.50", "书店", "书款"],
            ["", "合计", "", "1,200.50", "", "", ""],
        ],
        sheet="账户明细",
    ),
    "the account in every line": xlsx(
        [
            ["账号", "交易日期", "收入", "支出", "余额", "摘要"],
            [ACCOUNT, "2026-11-03", 1000, "", 1000, "拨款"],
            [ACCOUNT, "2026-11-05", "", 200.5, 799.5, "书款"],
        ],
        sheet="交易明细",
    ),
    "opening and closing balance as rows": xlsx(
        [
            ["银行存款对账单"],
            [f"账号：{ACCOUNT}"],
            ["日期", "摘要", "借方", "贷方", "余额"],
            ["", "期初余额", "", "", "0.00"],
            ["2026.11.03", "拨款", "", "1000.00", "1000.00"],
            ["2026.11.05", "书款", "200.50", "", "799.50"],
            ["", "本月合计", "200.50", "1000.00", "799.50"],
            ["", "期末余额", "", "", "799.50"],
        ]
    ),
    "xls": xls(
        [
            ["某某银行历史明细"],
            [f"卡号: {ACCOUNT}"],
            ["交易日期", "摘要", "交易金额(收入)", "交易金额(支出)", "账户余额"],
            ["2026-11-03", "拨款", "1,000.00", "", "1,000.00"],
            ["2026-11-05", "书款", "", "200.50", "799.50"],
        ],
        "历史明细",
    ),
    "HTML named xls": text(
        f"<html><table><tr><td>账号</td><td>{ACCOUNT}</td></tr>"
        "<tr><th>记账日期</th><th>借</th><th>贷</th><th>余额</th></tr>"
        "<tr><td>2026-11-03</td><td></td><td>1,000.00</td><td>1,000.00</td></tr>"
        "<tr><td>2026-11-05</td><td>200.50</td><td></td><td>799.50</td></tr></table></html>",
        "导出.xls",
        "gbk",
    ),
}


def taken(folder: Path, write: Write) -> TakenFile:
    """Return what a file holds."""
    path = write(folder)
    return take_file(path, path.name, READING)


def told(found: TakenFile) -> set[str]:
    """Return the codes of everything that was found, the words about the file and its layout left out."""
    findings = (*found.findings, *(each for table in found.tables for each in table.findings))
    return {each.code for each in findings} - {"SHEET-ALIAS", "FILE-XLS", "FILE-DISGUISED"}


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement(tmp_path: Path, name: str) -> None:
    """Account, day, direction, amount and balance of every line are found, and nothing is held."""
    found = taken(tmp_path, STATEMENTS[name])
    assert told(found) == set()
    (table,) = found.tables
    assert table.register.id == "bank_statement_line"
    lines = table.frame.sort("date").select("account_no", "date", "entry_no").rows()
    assert lines == [(ACCOUNT, date.fromisoformat(day), entry) for day, entry in LINES]


def test_statement_without_its_account(tmp_path: Path) -> None:
    """A statement that nowhere says of which account is refused, and told what is missing."""
    rows = [["交易日期", "收入", "支出", "余额"], ["2026-11-03", 1000, None, 1000]]
    found = taken(tmp_path, xlsx(rows, sheet="银行对账单"))
    assert found.tables == ()
    (finding,) = found.findings
    assert finding.code == "SHEET-HEADER"
    assert "银行账号" in finding.message()


def test_equal_lines_are_counted(tmp_path: Path) -> None:
    """Two equal fees of a day are two lines, and the same two when the days are exported again, newest first."""
    head = [["账号", ACCOUNT], ["交易日期", "支出", "收入", "摘要"]]
    fee, other = ["2026-11-03", 5, None, "手续费"], ["2026-11-04", 7, None, "手续费"]
    once = taken(tmp_path, xlsx([*head, fee, fee, other]))
    again = taken(tmp_path, xlsx([*head, other, fee, fee]))
    keys = [sorted(each.tables[0].frame["entry_no"]) for each in (once, again)]
    assert keys == [["-5.00", "-5.00 第2笔", "-7.00"]] * 2


@dataclass(frozen=True)
class Trial:
    """A trial balance as a program exports it."""

    rows: Cells
    merged: tuple[str, ...] = ()
    sheet: str = "Sheet1"


TRIALS = {
    "two levels": Trial(
        [
            ["科目余额表"],
            ["核算单位：青山小学　　会计期间：2026年11月　　单位：元"],
            ["科目编码", "科目名称", "期初余额", None, "本期发生", None, "期末余额", None],
            [None, None, "借方", "贷方", "借方", "贷方", "借方", "贷方"],
            ["1001", "库存现金", 500, None, 1000, 900, 600, None],
            ["3001", "累计盈余", None, 500, None, 100, None, 600],
            ["合计", "", 500, 500, 1000, 1000, 600, 600],
        ],
        ("A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:H3"),
    ),
    "one balance with its side": Trial(
        [
            ["科目余额表"],
            ["期间：2026-11"],
            ["科目编码", "科目名称", "方向", "期初余额", "本期借方", "本期贷方", "方向", "期末余额"],
            ["1001", "库存现金", "借", "500.00", "1,000.00", "900.00", "借", "600.00"],
            ["3001", "累计盈余", "贷", "500.00", "", "100.00", "贷", "600.00"],
            ["1902", "待处理财产损溢", "平", "0.00", "", "", "平", ""],
        ]
    ),
    "one balance with its sign": Trial(
        [
            ["科目编码", "科目名称", "期初余额", "本期借方", "本期贷方", "期末余额"],
            ["1001", "库存现金", 500, 1000, 900, 600],
            ["3001", "累计盈余", "-500.00", None, 100, -600],
        ],
        sheet="2026年11月",
    ),
    "other words": Trial(
        [
            ["青山小学科目余额表"],
            ["2026.11-2026.11"],
            ["科目代码", "科目名称", "期初借方", "期初贷方", "借方发生额", "贷方发生额", "期末借方", "期末贷方"],
            ["1001", "库存现金", 500, 0, 1000, 900, 600, 0],
            ["3001", "累计盈余", 0, 500, 0, 100, 0, 600],
        ]
    ),
}


@pytest.mark.parametrize("name", TRIALS)
def test_trial_balance(tmp_path: Path, name: str) -> None:
    """Month, accounts and both sides of every balance are found in the layouts of accounting programs."""
    trial = TRIALS[name]
    found = taken(tmp_path, xlsx(trial.rows, *trial.merged, sheet=trial.sheet))
    assert told(found) == set()
    (table,) = found.tables
    assert table.register.id == "gl_balance"
    amounts = ("open_dr", "open_cr", "dr", "cr", "close_dr", "close_cr")
    rows = {row["account_code"]: [str(row[each]) for each in amounts] for row in table.frame.to_dicts()}
    assert rows.pop("1902", ["0.00"] * 6) == ["0.00"] * 6
    assert rows == {
        "1001": ["500.00", "0.00", "1000.00", "900.00", "600.00", "0.00"],
        "3001": ["0.00", "500.00", "0.00", "100.00", "0.00", "600.00"],
    }
    assert set(table.frame["period"]) == {"2026-11"}


def test_journal_reads_its_account_above_the_table(tmp_path: Path) -> None:
    """A page of the bank journal names its account once; month totals with a balance are no contradiction."""
    rows = [
        ["银行存款日记账"],
        [f"账号：{ACCOUNT}　　账户性质：基本存款账户"],
        ["序号", "日期", "凭证号", "摘要", "类型", "收入", "支出", "余额"],
        ["", "", "", "上年结转", "", "", "", "100.00"],
        [1, "2026-11-03", "记-0001", "拨款", "财政拨款", "1,000.00", "", "1,100.00"],
        ["", "", "", "本月合计", "", "1,000.00", "", "1,100.00"],
    ]
    found = taken(tmp_path, xlsx(rows, sheet="银行存款日记账"))
    assert told(found) == set()
    (row,) = found.tables[0].frame.to_dicts()
    assert (row["account_no"], row["account_kind"], row["year"], str(row["balance"])) == (
        *(ACCOUNT, "基本存款账户", 2026, "1100.00"),
    )
