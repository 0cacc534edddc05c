"""The workbooks of the benchmark: official templates of goods receipts, filled, valid under every rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from schemas.register import all_registers
from workbooks.template import write_template

SCHOOL = "青山小学"
TODAY = date(2026, 11, 30)
LINES = 5
"""Lines of one receipt document."""

_ITEMS, _WAREHOUSES, _STAFF = 240, 8, 24
_SUPPLIER = "GYS0001"
_UNITS = "把包盒个支瓶卷本"
_MONTHS = 23
_DAYS = 28
_CHANGED_OF = 10
"""Every tenth row differs where a book was saved again with changes."""

Rows = Mapping[str, Sequence[Mapping[str, object]]]


@dataclass(frozen=True)
class Book:
    """One workbook to write: its number, its rows, and every how many rows one was changed since (0: none)."""

    path: Path
    number: int
    rows: int
    changed_of: int = 0
    changed_first: int = 0
    """How many rows at the beginning were changed besides."""


def master_data() -> Rows:
    """Return the departments, staff, rooms, suppliers, items and units that the receipts refer to."""
    staff = [
        {"staff_no": f"T{number:03d}", "name": _name(number), "dept": "ZW", "post": "保管员", "employment": "在编"}
        | {"on_date": date(2015, 9, 1), "is_food_handler": "否"}
        for number in range(1, _STAFF + 1)
    ]
    rooms = [
        {"room_code": f"CK{number:02d}", "room_name": f"第{number}仓库", "room_type": "仓库", "is_warehouse": "是"}
        | {"keeper": f"T{number:03d}"}
        for number in range(1, _WAREHOUSES + 1)
    ]
    items = [
        {"item_code": _item(number), "item_name": f"办公用品{number}号", "base_unit": _unit(number), "active": "是"}
        | {"unit_is_integer": "是", "category": "办公用品", "nature": "易耗品"}
        for number in range(_ITEMS)
    ]
    conversions = [
        {"item_code": _item(number), "alt_unit": "箱", "factor": 20, "valid_from": date(2020, 1, 1)}
        for number in range(_ITEMS)
    ]
    supplier = {"supplier_code": _SUPPLIER, "supplier_name": "青山文化用品有限公司", "supply_kind": "办公用品"} | {
        "credit_code": "91350100M000100Y43",
        "contact": "周海",
        "phone": "13700000001",
        "address": "青山路1号",
        "status": "合格",
    }
    return {
        "department": [{"dept_code": "ZW", "dept_name": "总务处", "active": "是"}],
        "staff_roster": staff,
        "location": rooms,
        "supplier_register": [supplier],
        "item_catalogue": items,
        "unit_conversion": conversions,
    }


def receipts(book: Book) -> list[dict[str, object]]:
    """Return the lines of one book: documents of one month and store, codes as people type them."""
    return [_receipt(book, place) for place in range(book.rows)]


def _receipt(book: Book, place: int) -> dict[str, object]:
    year, month = divmod(2025 * 12 + book.number % _MONTHS, 12)
    document, line = divmod(place, LINES)
    first = date(year, month + 1, 1)
    item = (place * 7 + book.number) % _ITEMS
    warehouse = book.number % _WAREHOUSES + 1
    changed = place < book.changed_first or (book.changed_of and place % book.changed_of == 0)
    quantity = 1 + (place * 13) % 90 + (1 if changed else 0)
    price = Decimal(100 + item * 37) / 100
    return {
        "doc_no": f"CK{book.number // _MONTHS:02d}-RK-{first:%Y%m}-{document + 1:04d}",
        "doc_date": first + timedelta(days=document % _DAYS),
        "line_no": line + 1,
        "warehouse": f"CK{warehouse:02d}",
        "receipt_kind": "采购入库",
        "supplier_code": _SUPPLIER,
        "item_code": _item(item),
        "unit": _unit(item),
        "qty": quantity,
        "unit_price": price,
        "amount": quantity * price,
        "buyer": f"T{document % 7 + 9:03d}",
        "inspector": f"T{document % 8 + 16:03d}",
        "keeper": f"T{warehouse:03d}",
    }


def _item(number: int) -> str:
    return f"BG{number:04d}"


def _unit(number: int) -> str:
    return _UNITS[number % len(_UNITS)]


def _name(number: int) -> str:
    return "赵钱孙李周吴郑王"[number % 8] + "建国志强丽华"[number % 6] + "平安喜乐"[number // 6 % 4]


def books(folder: Path, count: int, rows: int) -> list[Book]:
    """Return the books of a school in a folder, each for one month and store."""
    return [Book(folder / f"入库单{number:03d}.xlsx", number, rows) for number in range(count)]


def saved_again(book: Book, folder: Path) -> Book:
    """Return the book as it is saved again in another folder, a tenth of its rows changed."""
    return Book(folder / book.path.name, book.number, book.rows, changed_of=_CHANGED_OF)


def keepers() -> list[str]:
    """Return the staff numbers of those who keep the stores."""
    return [f"T{number:03d}" for number in range(1, _WAREHOUSES + 1)]


def write_master(folder: Path) -> None:
    """Write the master data as one workbook for each register; every worker has read one then."""
    for name, rows in master_data().items():
        _write(folder / f"{name}.xlsx", {name: rows})


def write_book(book: Book) -> None:
    """Write one workbook of receipts."""
    _write(book.path, {"stock_receipt": receipts(book)})


def write_books(wanted: Sequence[Book]) -> None:
    """Write the workbooks that are not there yet, on two processors."""
    missing = [book for book in wanted if not book.path.exists()]
    with ProcessPoolExecutor(2) as writers:
        list(writers.map(write_book, missing))


def _write(path: Path, rows: Rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    known = all_registers()
    write_template([known[name] for name in rows], path, school=SCHOOL, rows=rows)
