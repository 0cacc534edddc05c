"""Numbers corrected in a copy and in its original: one row counts, the other is a conflict that can be settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.decisions import NoBase
from sync.standing import Standing
from tests.sync.histories import Office, Row, item, receipt

BOOK, COPY, OTHER = "ZW/库房.xlsx", "ZW/库房(1).xlsx", "ZW/另一本.xlsx"
CONFLICTING = {"read": 2, "unchanged": 1, "conflicting": 1}
SETTLED = {"read": 2, "unchanged": 2}


def line(number: int, qty: int = 10, **cells: str) -> Row:
    """Return a receipt of its own batch, so that no two are equal."""
    return receipt(number, qty, **{"batch_no": f"T{number}", **cells})


def as_number(number: int, qty: int = 10) -> Row:
    """Return the second line under a corrected number."""
    return line(number, qty, batch_no="T2")


def save(office: Office, name: str, *rows: Row) -> None:
    """Save receipts."""
    office.save(name, {"stock_receipt": rows})


@pytest.fixture
def office() -> Iterator[Office]:
    """Return a workbook of two receipts and its copy, both merged."""
    made = Office()
    made.save("ZW/基础资料.xlsx", {"item_catalogue": [item()]})
    made.run()
    save(made, BOOK, line(1), line(2))
    made.run()
    made.copy(BOOK, COPY)
    made.run()
    yield made
    made.ledger.close()


@pytest.fixture(params=["at once", "one after the other", "the copy first"])
def both(request: pytest.FixtureRequest, office: Office) -> Office:
    """Return the office after the second line was given the number 3 in one workbook and 4 in the other."""
    first, second = (COPY, BOOK) if request.param == "the copy first" else (BOOK, COPY)
    save(office, first, line(1), as_number(3))
    if request.param != "at once":
        office.run()
    save(office, second, line(1), as_number(4))
    office.run()
    return office


@pytest.fixture(params=["at once", "one after the other"])
def amended(request: pytest.FixtureRequest, office: Office) -> Office:
    """Return the office after the original amended the second line and the copy renumbered it."""
    save(office, BOOK, line(1), line(2, 12))
    if request.param != "at once":
        office.run()
    save(office, COPY, line(1), as_number(4))
    office.run()
    return office


def conflict(office: Office) -> dict[str, str | None]:
    """Return number and quantity on each side of the only conflict."""
    (found,) = Standing.of(office.ledger).conflicts
    sides = {side: found[side] for side in ("base", "ours", "theirs")}
    return {side: cells and f"{cells['doc_no'][-1]}: {float(cells['qty']):g}" for side, cells in sides.items()}


def nothing_new(office: Office) -> bool:
    """Tell whether reading everything again changes nothing."""
    head = office.ledger.head().number
    office.run(full=True)
    return office.ledger.head().number == head and not office.ledger.verify()


def settled(office: Office) -> bool:
    """Tell whether nothing waits, and nothing is new."""
    return not Standing.of(office.ledger).conflicts and not Standing.of(office.ledger).held and nothing_new(office)


def test_two_numbers_for_one_row_are_a_conflict(both: Office) -> None:
    """The number that came first counts, the other one is kept beside the row that both began from."""
    assert both.in_force() == {"0001": "10", "0003": "10"}
    assert conflict(both) == {"base": "2: 10", "ours": "3: 10", "theirs": "4: 10"}
    assert nothing_new(both)


def test_of_two_numbers_the_ledgers_is_taken(both: Office) -> None:
    """The refused number stays out of the books, whatever its workbook writes about it."""
    both.resolve("ours")
    assert both.in_force() == {"0001": "10", "0003": "10"}
    assert settled(both)
    refused = next(name for name in (BOOK, COPY) if as_number(4) in both.files[name].rows["stock_receipt"])
    save(both, refused, line(1), as_number(4, 15))
    both.run()
    assert both.in_force() == {"0001": "10", "0003": "10"}
    assert conflict(both)["theirs"] == "4: 15"


def test_of_two_numbers_the_workbooks_is_taken(both: Office) -> None:
    """The other number takes the place of the first, and the workbook that has the first does not bring it back."""
    both.resolve("theirs")
    assert both.in_force() == {"0001": "10", "0004": "10"}
    assert settled(both)


def test_two_numbers_have_no_base_to_go_back_to(both: Office) -> None:
    """Neither workbook states the old number any more."""
    with pytest.raises(NoBase):
        both.resolve("base")


def test_two_numbers_until_the_workbooks_agree(both: Office) -> None:
    """Where both workbooks write the same number, nothing is in conflict."""
    for name in (BOOK, COPY):
        save(both, name, line(1), as_number(3))
    both.run()
    assert both.in_force() == {"0001": "10", "0003": "10"}
    assert settled(both)


def test_two_numbers_until_the_other_one_agrees(both: Office) -> None:
    """Both workbooks may agree on the number that did not count, too."""
    for name in (BOOK, COPY):
        save(both, name, line(1), as_number(4))
    both.run()
    assert both.in_force() == {"0001": "10", "0004": "10"}
    assert settled(both)


def test_a_row_renumbered_here_and_amended_there_is_a_conflict(amended: Office) -> None:
    """The row counts once, and both sides of the conflict say what they are about."""
    assert len(amended.in_force()) == 2
    sides = conflict(amended)
    assert sides["base"] == "2: 10"
    assert {sides["ours"], sides["theirs"]} == {"2: 12", "4: 10"}
    assert nothing_new(amended)


@pytest.mark.parametrize("take", ["ours", "theirs"])
def test_a_row_renumbered_here_and_amended_there_is_settled(amended: Office, take: str) -> None:
    """What was chosen counts, once, and what was refused does not come back."""
    chosen = conflict(amended)[take]
    amended.resolve(take)
    assert amended.in_force() == {"0001": "10"} | ({"0002": "12"} if chosen == "2: 12" else {"0004": "10"})
    assert settled(amended)


def test_a_row_renumbered_here_and_amended_there_until_the_workbooks_agree(amended: Office) -> None:
    """Both workbooks may state the new number with the new quantity."""
    for name in (BOOK, COPY):
        save(amended, name, line(1), as_number(4, 12))
    amended.run()
    assert amended.in_force() == {"0001": "10", "0004": "12"}
    assert settled(amended)


def test_a_number_that_waited_is_taken_by_choice_only(office: Office) -> None:
    """A conflict about a number stays open when the other side takes its change back: somebody has to choose."""
    save(office, BOOK, line(1), line(2, 12))
    office.run()
    save(office, COPY, line(1), as_number(4))
    office.run()
    save(office, BOOK, line(1), line(2))
    office.run()
    assert conflict(office) == {"base": "2: 10", "ours": "2: 10", "theirs": "4: 10"}
    assert nothing_new(office)
    office.resolve("theirs")
    assert office.in_force() == {"0001": "10", "0004": "10"}
    assert settled(office)


def test_a_held_number_does_not_overrun_an_amendment(office: Office) -> None:
    """A corrected number that was held takes nothing back that a copy amended until it passed."""
    office.delete(COPY)
    office.run()
    save(office, BOOK, line(1), line(3, batch_no="T2", amount="1.00"))
    office.run()
    save(office, COPY, line(1), line(2, 12))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "12"}
    save(office, BOOK, line(1), as_number(3))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "12"}
    assert conflict(office) == {"base": "2: 10", "ours": "2: 12", "theirs": "3: 10"}


@pytest.mark.parametrize("mistake", [{"amount": "1.00"}, {"item_code": "QJ9999"}])
def test_a_number_with_a_mistake_stands_in_nobodys_way(office: Office, mistake: Row) -> None:
    """Of two numbers for one row the one that a rule holds leaves it to the other; later it is in conflict."""
    save(office, BOOK, line(1), {**as_number(3), **mistake})
    save(office, COPY, line(1), as_number(4))
    office.run()
    assert office.in_force() == {"0001": "10", "0004": "10"}
    save(office, BOOK, line(1), as_number(3))
    office.run()
    assert office.in_force() == {"0001": "10", "0004": "10"}
    assert conflict(office) == {"base": "2: 10", "ours": "4: 10", "theirs": "3: 10"}


def test_a_new_copy_renumbers_what_its_original_has_amended(office: Office) -> None:
    """A copy of an older version, seen for the first time, is compared with what the row was then."""
    save(office, BOOK, line(1), line(2, 12), line(5), line(6))
    office.run()
    save(office, OTHER, line(1), as_number(4), line(5), line(6))
    plan = office.run()
    assert office.told(plan, OTHER) == ({"read": 4, "unchanged": 3, "conflicting": 1}, ["FILE-COPY", "IMP-02"])
    assert office.in_force() == {"0001": "10", "0002": "12", "0005": "10", "0006": "10"}
    assert conflict(office) == {"base": "2: 10", "ours": "2: 12", "theirs": "4: 10"}


@pytest.mark.parametrize("order", ["at once", "one after the other"])
@pytest.mark.parametrize(
    ("book", "copy"),
    [(as_number(3, 12), as_number(4)), (as_number(3), as_number(4, 15)), (as_number(3, 12), as_number(4, 15))],
)
def test_two_numbers_for_one_row_that_changes_besides(office: Office, order: str, book: Row, copy: Row) -> None:
    """Where both workbooks correct the number, and one or both another cell, the row still counts once."""
    save(office, BOOK, line(1), book)
    if order != "at once":
        office.run()
    save(office, COPY, line(1), copy)
    office.run()
    assert len(office.in_force()) == 2
    sides = conflict(office)
    assert sides["base"] == "2: 10"
    assert {(sides["ours"] or "")[0], (sides["theirs"] or "")[0]} == {"3", "4"}
    assert nothing_new(office)


@pytest.mark.parametrize(("name", "other"), [(BOOK, COPY), (COPY, BOOK)])
def test_a_number_corrected_together_with_another_cell_beside_a_copy(office: Office, name: str, other: str) -> None:
    """A row that one of two copies renumbers and amends at once counts once; the other one does not bring it back."""
    save(office, name, line(1), as_number(3, 12))
    office.run()
    assert office.in_force() == {"0001": "10", "0003": "12"}
    save(office, other, line(2), line(1))
    office.run()
    assert office.in_force() == {"0001": "10", "0003": "12"}
    assert settled(office)


def test_a_line_typed_in_the_place_of_another_one_that_a_copy_states(office: Office) -> None:
    """A row of which a copy still states the former content of its place, and that says something else, is new."""
    save(office, BOOK, line(1), line(9, 3))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10", "0009": "3"}


def test_a_line_typed_over_another_one_replaces_it(office: Office) -> None:
    """Alone in its workbook the same sheet row tells that a number was corrected, whatever else changed in the row."""
    office.delete(COPY)
    office.run()
    other = {"unit_price": "1.00", "amount": "4.00", "receipt_kind": "捐赠", "warehouse": "CK02"}
    other |= {"buyer": "", "inspector": "T005", "keeper": "T006"}
    save(office, BOOK, line(1), line(9, 4, **other))
    office.run()
    assert office.in_force() == {"0001": "10", "0009": "4"}


def test_a_line_in_conflict_is_renumbered(office: Office) -> None:
    """A row that waits in conflict and gets another number is not counted beside the ledger's row."""
    save(office, BOOK, line(1), line(2, 12))
    save(office, COPY, line(1), line(2, 23))
    office.run()
    save(office, BOOK, line(1), line(3, 12, batch_no="T2"))
    office.run()
    save(office, COPY, line(1), line(4, 23, batch_no="T2"))
    office.copy(BOOK, OTHER)
    office.run()
    assert len(office.in_force()) == 2
    assert (conflict(office)["ours"] or "")[0] == "3"
    assert nothing_new(office)


def promised_and_taken(office: Office) -> None:
    """Have number 3 wait for a row that is held, and another workbook state it."""
    office.delete(COPY)
    office.run()
    save(office, BOOK, line(1), line(3, batch_no="T2", amount="1.00"))
    office.run()
    save(office, OTHER, line(3, 66, batch_no="T2"))


def test_a_number_for_which_a_row_waits_is_given_to_nobody_else(office: Office) -> None:
    """Who states a number that a row held back is to give to one in the books is in conflict with that one."""
    promised_and_taken(office)
    plan = office.run()
    assert office.told(plan, OTHER) == ({"read": 1, "conflicting": 1}, ["IMP-02", "RCP-01"])
    assert office.in_force() == {"0001": "10", "0002": "10"}
    assert conflict(office) == {"base": None, "ours": "2: 10", "theirs": "3: 66"}
    save(office, BOOK, line(1), as_number(3))
    office.run()
    assert office.in_force() == {"0001": "10", "0003": "10"}
    assert conflict(office) == {"base": None, "ours": "3: 10", "theirs": "3: 66"}


def test_a_number_for_which_a_row_waits_is_given_by_choice(office: Office) -> None:
    """Taken, the other workbook's row replaces the one in the books."""
    promised_and_taken(office)
    office.run()
    office.resolve("theirs")
    assert office.in_force() == {"0001": "10", "0003": "66"}


def test_a_collision_of_two_lines_is_settled_by_another_number(office: Office) -> None:
    """Two new lines under one number are in conflict; once one of them gets another number, both count."""
    save(office, BOOK, line(1), line(2), line(5, 3))
    save(office, OTHER, line(5, 7))
    office.run()
    assert conflict(office) == {"base": None, "ours": "5: 3", "theirs": "5: 7"}
    save(office, OTHER, line(6, 7, batch_no="T5"))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10", "0005": "3", "0006": "7"}
    assert not Standing.of(office.ledger).conflicts


def test_a_number_corrected_in_a_copy_whose_original_is_gone(office: Office) -> None:
    """A copy stays one: what its original changed before it was deleted is in conflict with the new number."""
    save(office, BOOK, line(1), line(2, 84))
    office.run()
    office.delete(BOOK)
    office.run()
    save(office, COPY, line(1), as_number(3))
    plan = office.run()
    assert office.told(plan, COPY)[0] == CONFLICTING
    assert office.in_force() == {"0001": "10", "0002": "84"}
