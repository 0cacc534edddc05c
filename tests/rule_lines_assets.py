"""Right rows of room lists, loans and transfers for the rule cases, each under a number of its own."""

from __future__ import annotations

from collections import Counter

from tests.rule_lines import PAPERS, Line
from tests.rule_lines_counts import code_of, named

_numbers: Counter[str] = Counter()

ROOM = "A-301"
"""Where the assets of ``owned`` are."""


def _number(register: str, prefix: str) -> str:
    _numbers[register] += 1
    return f"{prefix}-202611-{_numbers[register] + 5000}"


def _code(place: Line | str | None) -> str | None:
    return code_of(place) if isinstance(place, Line) else place


def bought(**cells: object) -> dict[str, object]:
    """Return the cells of what was bought on a day, ``acquire_date``, and entered in the books that day."""
    plain = {"acquire_way": "购置", "fund_source": "财政拨款", "invoice_no": PAPERS["invoice_no"]}
    return plain | {"entry_date": cells.get("acquire_date")} | cells


def priced(price: str, qty: int = 1, **cells: object) -> dict[str, object]:
    """Return quantity, unit price and their product of prices with whole cents."""
    fen = round(float(price) * 100) * qty
    return {"qty": qty, "unit_price": price, "original_value": f"{fen // 100}.{fen % 100:02d}", **cells}


def furniture(**cells: object) -> dict[str, object]:
    """Return the cells of pupils' desks."""
    plain = {"asset_name": "课桌", "class_code": "A05010203", "asset_kind": "家具和用具", "unit": "张"}
    return plain | cells


def listed(thing: Line | None, room: Line | str = ROOM, qty: object = 1, **cells: object) -> Line:
    """Return a row of a list of last spring, signed by 周梅 at both ends, from which nothing is missing."""
    plain = {
        "semester": "2025-2026-2",
        "room": _code(room),
        "asset_no": None,
        "item_code": None,
        "qty_start": qty,
        "start_sign": "周梅",
        "start_date": "2026-02-27",
        "qty_end": qty,
        "end_sign": "周梅",
        "end_date": "2026-07-03",
    }
    return Line("room_property_list", plain | named(thing) | cells)


def lent(thing: Line | None, qty: object = 1, **cells: object) -> Line:
    """Return a loan of 3 November to 孙丽 until the end of the semester."""
    plain = {
        "doc_no": _number("loan_register", "JY"),
        "line_no": 1,
        "loan_date": "2026-11-03",
        "borrower": "孙丽",
        "dept": "ST",
        "qty": qty,
        "due_date": "2027-01-31",
        "approver": "李明",
    }
    return Line("loan_register", plain | named(thing) | cells)


def returned(thing: Line | None, qty: object = 1, **cells: object) -> Line:
    """Return a loan that came back whole and well on 10 November."""
    back = {"return_date": "2026-11-10", "condition": "完好", "receiver": "王芳"}
    return lent(thing, qty, **{**back, **cells})


def moved(thing: Line | None, to: Line | str | None, start: Line | str | None = ROOM, **cells: object) -> Line:
    """Return the transfer of an asset, on 5 November, to another room."""
    plain = {
        "doc_no": _number("asset_transfer", "DB"),
        "doc_date": "2026-11-05",
        "line_no": 1,
        "kind": "校内房间",
        "qty": 1,
        "from_room": _code(start),
        "to_room": _code(to),
        "from_person": "周梅",
        "to_person": "吴刚",
        "approver": "李明",
    }
    return Line("asset_transfer", plain | named(thing) | cells)


def sent(item: Line, qty: object, to: Line | str, start: Line | str = "CK01", **cells: object) -> Line:
    """Return the transfer of goods, on 5 November, from one warehouse to another."""
    return moved(item, to, start, **{"kind": "仓库之间", "qty": qty, "from_person": "王芳", **cells})
