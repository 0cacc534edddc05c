"""The workbooks of a sample school, as its clerks would have saved them, mistakes included."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import openpyxl
from openpyxl.styles import Alignment, Border, Font, Side

from schemas.finance.bank_journal import BankJournal
from schemas.finance.cash_count import CashCount
from schemas.finance.cash_journal import CashJournal
from schemas.finance.gl_balance import GlBalance
from schemas.finance.invoice_reimbursement import InvoiceReimbursement
from schemas.finance.purchase_request import PurchaseRequest
from schemas.plan.annual_plan_task import AnnualPlanTask
from schemas.property.asset_transfer import AssetTransfer
from schemas.property.fixed_asset_card import FixedAssetCard
from schemas.property.hazardous_goods_ledger import HazardousGoodsLedger
from schemas.property.item_catalogue import ItemCatalogue
from schemas.property.loan_register import LoanRegister
from schemas.property.location import Location
from schemas.property.requisition import Requisition
from schemas.property.room_property_list import RoomPropertyList
from schemas.property.salvage_reuse import SalvageReuse
from schemas.property.stock_issue import StockIssue
from schemas.property.stock_receipt import StockReceipt
from schemas.property.stocktake_plan import StocktakePlan
from schemas.property.stocktake_result import StocktakeResult
from schemas.property.stocktake_sheet import StocktakeSheet
from schemas.property.supplier_register import SupplierRegister
from schemas.property.unit_conversion import UnitConversion
from schemas.register import Register
from schemas.staff.department import Department
from schemas.staff.staff_roster import StaffRoster
from schemas.staff.student_roster import StudentRoster
from schemas.system.recon_difference import ReconDifference
from workbooks import sample_agreements as agreements
from workbooks import sample_assets as assets
from workbooks import sample_food as food
from workbooks import sample_goods as goods
from workbooks import sample_money as money
from workbooks import sample_people as people
from workbooks import sample_registers as registers
from workbooks import sample_requests as requests
from workbooks import sample_stock as stock
from workbooks.sample_mistakes import MISTAKES
from workbooks.sample_tables import Row
from workbooks.template import write_template
from workbooks.write import replace_file

SCHOOL = money.BUYER
SAMPLE_DAY = "2026-11-22"
"""The day on which the sample's newest rows are a few days old."""

_PACKED_AT = (1980, 1, 1, 0, 0, 0)
"""Time of every part inside the files, fixed so that equal content gives equal bytes."""
_THIN = Side(style="thin", color="FF808080")


@dataclass(frozen=True)
class _Book:
    """One workbook of the sample."""

    path: str
    """``<department>/<file name>``."""
    clerk: str
    saved: datetime
    rows: Mapping[type[Register], Sequence[Row]] = field(default_factory=dict)
    """The sheets made from the templates, in order; none for a form of the clerk's own."""
    heading: str = ""
    """Department printed in the sheets."""


def _saved(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


BOOKS = (
    _Book(
        "ZW/基础资料.xlsx",
        "陈国强",
        _saved(9, 1, 1, 20),
        {
            Department: people.DEPARTMENTS,
            Location: people.ROOMS,
            ItemCatalogue: goods.ITEMS,
            UnitConversion: goods.CONVERSIONS,
            SupplierRegister: registers.SUPPLIERS,
        },
        "总务处",
    ),
    _Book("RS/教职工名册.xlsx", "谢芳", _saved(11, 2, 0, 45), {StaffRoster: people.STAFF}, "人事"),
    _Book("JW/学生名册.xlsx", "宋志远", _saved(9, 10, 2, 30), {StudentRoster: registers.STUDENTS}, "教务"),
    _Book("ZW/2026年工作计划.xlsx", "陈国强", _saved(11, 2, 3, 15), {AnnualPlanTask: registers.PLAN}, "总务处"),
    _Book("ZW/危险品台账.xlsx", "王桂芬", _saved(11, 20, 8, 40), {HazardousGoodsLedger: registers.HAZARDOUS}, "总务处"),
    _Book(
        "ZW/总务库房台账9-10月.xlsx",
        "王桂芬",
        _saved(10, 31, 8, 5),
        {StockReceipt: stock.AUTUMN_RECEIPTS, StockIssue: stock.AUTUMN_ISSUES},
        "总务处",
    ),
    _Book(
        "ZW/总务库房台账11月.xlsx",
        "王桂芬",
        _saved(11, 20, 9, 10),
        {StockReceipt: stock.NOVEMBER_RECEIPTS, StockIssue: stock.NOVEMBER_ISSUES},
        "总务处",
    ),
    _Book(
        "ST/食堂台账.xlsx",
        "马春梅",
        _saved(11, 19, 7, 30),
        {
            ItemCatalogue: goods.FOOD,
            UnitConversion: goods.FOOD_CONVERSIONS,
            StockReceipt: food.FOOD_RECEIPTS,
            StockIssue: food.FOOD_ISSUES,
        },
        "食堂",
    ),
    _Book("BJ/保健室申领单.xlsx", "吴静", _saved(11, 19, 2, 15), {Requisition: requests.HEALTH_REQUESTS}, "卫生保健"),
    _Book("WX/维修组申领单.xlsx", "杨志刚", _saved(11, 19, 6, 40), {Requisition: requests.REPAIR_REQUESTS}, "维修水电"),
    _Book(
        "CW/采购和报销.xlsx",
        "孙丽娟",
        _saved(11, 20, 9, 20),
        {PurchaseRequest: money.REQUESTS, InvoiceReimbursement: money.INVOICES},
        "财务",
    ),
    _Book("CW/财务申领单.xlsx", "孙丽娟", _saved(11, 18, 3, 0), {Requisition: requests.FINANCE_REQUESTS}, "财务"),
    _Book(
        "TS/图书室台账.xlsx",
        "朱慧",
        _saved(11, 16, 8, 25),
        {Requisition: requests.LIBRARY_REQUESTS, StockReceipt: requests.LIBRARY_RECEIPTS},
        "图书",
    ),
    _Book("DY/班级用品申领.xlsx", "韩冰", _saved(11, 13, 9, 50), {Requisition: requests.CLASS_REQUESTS}, "德育"),
    _Book(
        "ZW/固定资产台账.xlsx",
        "陈国强",
        _saved(11, 11, 2, 40),
        {FixedAssetCard: assets.CARDS, SalvageReuse: assets.REPAIRED},
        "总务处",
    ),
    _Book(
        "DJ/设备调拨借用.xlsx",
        "高翔",
        _saved(11, 10, 7, 15),
        {LoanRegister: assets.LOANS, AssetTransfer: assets.TRANSFERS},
        "电教",
    ),
    _Book(
        "DY/三(1)班财产登记表.xlsx", "许文静", _saved(9, 4, 8, 30), {RoomPropertyList: assets.CLASSROOM}, "三年级(1)班"
    ),
    _Book(
        "ZW/五金水电库10月盘点.xlsx",
        "李建平",
        _saved(11, 4, 7, 50),
        {
            StocktakePlan: agreements.PLANS,
            StocktakeSheet: agreements.SHEETS,
            StocktakeResult: agreements.RESULTS,
        },
        "总务处",
    ),
    _Book(
        "CW/现金银行日记账10月.xlsx",
        "何晓燕",
        _saved(10, 31, 8, 40),
        {CashJournal: agreements.CASH, CashCount: agreements.CASH_COUNTS, BankJournal: agreements.BANK},
        "财务",
    ),
    _Book("CW/科目余额表10月.xlsx", "孙丽娟", _saved(11, 3, 1, 30), {GlBalance: agreements.BALANCES}, "财务"),
    _Book("CW/对账差异说明10月.xlsx", "孙丽娟", _saved(11, 5, 2, 20), {ReconDifference: agreements.EXPLAINED}, "财务"),
    _Book("CW/基本户对账单10月.csv", "何晓燕", _saved(11, 2, 1, 10)),
    _Book("MW/门卫室申领登记.xlsx", "徐卫东", _saved(11, 19, 1, 5)),
    _Book("DJ/电教室申领单.xls", "高翔", _saved(11, 19, 5, 20)),
)
"""Every workbook of the sample."""

LOCK_FILE = "ST/~$食堂台账.xlsx"
"""What Excel leaves beside a workbook that is open: no workbook."""


def write_sample(folder: Path, school: str = SCHOOL) -> list[Path]:
    """Write the sample's workbooks below the folder of the departments and return their paths.

    Equal calls write equal bytes.

    Raises:
        TargetLockedError: one of the files is open in a spreadsheet program.
    """
    lock = folder / LOCK_FILE
    lock.unlink(missing_ok=True)
    for book in BOOKS:
        path = folder / book.path
        if book.path.endswith(".xls"):
            replace_file(path, lambda beside: _write_web_export(beside, school))
        elif book.path.endswith(".csv"):
            replace_file(path, _write_statement)
        else:
            made = _own_form if not book.rows else _from_template
            made(path, book, school)
            replace_file(path, _sealing(path, book))
    lock.write_bytes(_owner_mark("马春梅"))
    return [folder / book.path for book in BOOKS]


def _from_template(path: Path, book: _Book, school: str) -> None:
    """Write the filled template and let the clerk's mistakes happen in it."""
    rows = {register.id: values for register, values in book.rows.items()}
    most = max(map(len, rows.values()))
    write_template(
        list(book.rows), path, school=school, department=book.heading, rows=rows, lists=_lists(), blank_rows=most + 6
    )
    _spoil(path, book)


def _spoil(path: Path, book: _Book) -> None:
    mistakes = [mistake for mistake in MISTAKES if mistake.workbook == book.path]
    if not mistakes:
        return
    workbook = openpyxl.load_workbook(path)
    for mistake in mistakes:
        if mistake.sheet:
            mistake.act(workbook[mistake.sheet][mistake.cell or "A1"])
    workbook.save(path)
    workbook.close()


def _lists() -> dict[str, list[tuple[str, str]]]:
    """Return what the drop-down lists of the templates offer, by register id."""
    known: dict[type[Register], tuple[Sequence[Row], str, str]] = {
        Department: (people.DEPARTMENTS, "dept_code", "dept_name"),
        StaffRoster: (people.STAFF, "staff_no", "name"),
        Location: (people.ROOMS, "room_code", "room_name"),
        ItemCatalogue: ([*goods.ITEMS, *goods.FOOD], "item_code", "item_name"),
        SupplierRegister: (registers.SUPPLIERS, "supplier_code", "supplier_name"),
    }
    return {
        register.id: [(str(row[code]), str(row[name])) for row in rows]
        for register, (rows, code, name) in known.items()
    }


def _own_form(path: Path, book: _Book, school: str) -> None:
    """Write the gatehouse's own form: two title lines, other headers, a column of its own."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "11月"
    last = len(requests.OWN_HEADERS)
    for row, text, size in ((1, school, 16), (2, "门卫室物品申领登记表（2026年11月）", 14), (3, _META, 11)):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
        sheet.cell(row, 1, text).font = Font(name="宋体", size=size, bold=row < 3)
        sheet.cell(row, 1).alignment = Alignment(horizontal="center" if row < 3 else "left", vertical="center")
        sheet.row_dimensions[row].height = size * 1.8
    for row, cells in enumerate((requests.OWN_HEADERS, *requests.GATE_ROWS), start=4):
        for column, value in enumerate(cells, start=1):
            cell = sheet.cell(row, column, value or None)
            cell.font = Font(name="宋体", size=11, bold=row == 4)
            cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.cell(len(requests.GATE_ROWS) + 6, 1, "制表人：徐卫东　　　　审核人：　　　　　日期：2026年11月19日")
    for column, width in enumerate((6, 21, 12, 6, 8, 9, 11, 6, 7, 17, 9, 12, 8, 10, 14), start=1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToHeight = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    _spoil(path, book)


_META = "单位：门卫　　　　　　　　填表人：徐卫东"


def _write_web_export(path: Path, school: str) -> None:
    """Write what a web page calls .xls: a table in HTML, in the encoding of old systems."""
    title = f"{school}电教室2026年11月物品申领单"
    rows = [requests.WEB_HEADERS, *requests.MEDIA_ROWS]
    lines = ["".join(f"<td>{escape(str(cell))}</td>" for cell in row) for row in rows]
    table = "\n".join(f"<tr>{line}</tr>" for line in lines)
    page = (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=gbk"><title>{title}</title></head>\n'
        f'<body><table border="1">\n<tr><td colspan="{len(requests.WEB_HEADERS)}">{title}</td></tr>\n'
        f"{table}\n</table></body></html>\n"
    )
    path.write_bytes(page.encode("gbk"))


def _write_statement(path: Path) -> None:
    path.write_bytes(agreements.STATEMENT.encode("gb18030"))


def _owner_mark(name: str) -> bytes:
    """Return the 165 bytes of an owner file as Excel writes them: length and name, twice."""
    short = name.encode("gbk")
    wide = name.encode("utf-16-le")
    return (bytes([len(short)]) + short).ljust(55) + (bytes([len(name), 0]) + wide + b" \0" * 55)[:110]


def _sealing(path: Path, book: _Book) -> Callable[[Path], None]:
    """Return the writing of a workbook again with its clerk's name, its time of saving and fixed times inside."""

    def write(beside: Path) -> None:
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                content = source.read(name)
                if name == "docProps/core.xml":
                    content = _core_properties(book)
                elif name == "docProps/app.xml":
                    content = re.sub(rb"<Application>[^<]*<", b"<Application>Microsoft Excel<", content)
                info = zipfile.ZipInfo(name, _PACKED_AT)
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, content)

    return write


def _core_properties(book: _Book) -> bytes:
    saved = f"{book.saved:%Y-%m-%dT%H:%M:%SZ}"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:creator>{book.clerk}</dc:creator><cp:lastModifiedBy>{book.clerk}</cp:lastModifiedBy>"
        '<dcterms:created xsi:type="dcterms:W3CDTF">2026-09-01T00:00:00Z</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{saved}</dcterms:modified></cp:coreProperties>'
    ).encode()
