"""What a copy and its original do to one row, every pair of edits: DESIGN 8 worked out beside the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from sync.standing import Standing
from tests.sync.histories import VOID, Office, Row, item, receipt

BOOK, COPY = "ZW/库房.xlsx", "ZW/库房 - 副本.xlsx"
SIDES = {"none": {}, "qty": {"qty": "12"}, "other qty": {"qty": "15"}, "remark": {"remark": "甲"}}
SIDES |= {"other remark": {"remark": "乙"}, "both": {"qty": "12", "remark": "甲"}, "blank": {"remark": ""}}
"""Edits of a row of 10 with the remark 初; quantity and amount merge as one, the remark alone."""
RENUMBERED = {"number": 300, "other number": 600}
"""Edits that correct the number, by how much."""
OURS = (*SIDES, "gone", "void", *RENUMBERED)
THEIRS = ("none", "qty", "remark", "both", "blank", "gone", "void", "number")
CASES = dict(enumerate(product(OURS, THEIRS), 1))
"""Number of a receipt to what its original and its copy do to it; the copy is merged first."""
BASE = {"qty": "10", "remark": "初"}

Outcome = tuple[Mapping[int, tuple[str, str, str]], bool]
"""Number to quantity, remark and status of what is in the books, and whether a conflict is open."""


def edited(number: int, edit: str) -> Row | None:
    """Return a receipt of its own batch after an edit, None where it is gone."""
    if edit == "gone":
        return None
    cells = {**BASE, **SIDES.get(edit, {}), **({"remark": VOID} if edit == "void" else {})}
    amount = {"amount": f"{int(cells['qty']) * 8.5:.2f}", "batch_no": f"T{number}"}
    remark = {"remark": cells["remark"]} if cells["remark"] else {}
    return receipt(number + RENUMBERED.get(edit, 0), int(cells["qty"]), **amount, **remark)


def expected(number: int, ours: str, theirs: str) -> Outcome:
    """Return what the table of DESIGN 8 says of a row."""
    moved = number + RENUMBERED["number"]
    said = {**BASE, **SIDES.get(theirs, {})}
    place = None if theirs == "void" else moved if theirs == "number" else number
    status, conflict = "accepted", False
    if ours == "gone":
        status = "missing" if theirs == "gone" else "accepted"
    elif ours == "void":
        place = moved if theirs == "number" else None
    elif ours in RENUMBERED:
        wanted = number + RENUMBERED[ours]
        conflict = said != BASE or (theirs == "number" and wanted != moved)
        place = place if conflict else wanted
    elif ours != "none":
        mine = SIDES[ours]
        changed = {name for name in BASE if said[name] != BASE[name]}
        conflict = theirs == "number" or any(name in changed and said[name] != value for name, value in mine.items())
        place = number if theirs == "void" else place
        said = said if conflict else {**said, **mine}
    return ({} if place is None else {place: (said["qty"], said["remark"], status)}), conflict


def save(office: Office, name: str, edit_of: Callable[[tuple[str, str]], str]) -> None:
    """Save all receipts as one side has them."""
    rows = (edited(number, edit_of(case)) for number, case in CASES.items())
    office.save(name, {"stock_receipt": [row for row in rows if row is not None]})


def test_every_pair_of_edits() -> None:
    """Each row is in the books once, as the table says, and what is open is open on that row alone."""
    office = Office()
    office.save("ZW/基础资料.xlsx", {"item_catalogue": [item()]})
    save(office, BOOK, lambda _: "none")
    office.run()
    save(office, COPY, lambda case: case[1])
    office.run()
    save(office, BOOK, lambda case: case[0])
    office.run()
    books = {int(number): (row["qty"], row["remark"] or "", row["_status"]) for number, row in office.rows().items()}
    open_now = {int(row["row_key"][10:14]) % 300 for row in Standing.of(office.ledger).conflicts}
    wrong = {}
    for number, (ours, theirs) in CASES.items():
        places = (number, *(number + by for by in RENUMBERED.values()))
        found = {place: books[place] for place in places if place in books}, number in open_now
        if found != expected(number, ours, theirs):
            wrong[ours, theirs] = (found, expected(number, ours, theirs))
    assert wrong == {}
    assert len(CASES) == len(OURS) * len(THEIRS) < RENUMBERED["number"]
    head = office.ledger.head().number
    office.run(full=True)
    assert office.ledger.head().number == head
    office.ledger.close()
