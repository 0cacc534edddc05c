"""A run in which nothing is new writes nothing, and no row leaves the books that nobody touched (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.standing import Standing
from tests.sync.histories import Office, Row, issue, item, receipt

BOOK, COPY, SECOND_COPY = "ZW/库房.xlsx", "ZW/库房(1).xlsx", "ZW/库房 - 副本.xlsx"
CANTEEN = "ST/食堂.xlsx"


@pytest.fixture
def office() -> Iterator[Office]:
    """Return departments whose catalogue is in the ledger."""
    made = Office()
    made.save("ZW/基础资料.xlsx", {"item_catalogue": [item()]})
    made.run()
    yield made
    made.ledger.close()


def line(number: int, qty: int = 10, **cells: str) -> Row:
    """Return a receipt of its own batch, so that no two are equal."""
    return receipt(number, qty, **{"batch_no": f"T{number}", **cells})


def save(office: Office, name: str, *rows: Row) -> None:
    """Save receipts."""
    office.save(name, {"stock_receipt": rows})


def nothing_new(office: Office) -> bool:
    """Tell whether another run, and one that reads everything again, write nothing."""
    head = office.ledger.head().number
    office.run()
    office.run(full=True)
    return office.ledger.head().number == head and not office.ledger.verify()


def conflict(office: Office) -> tuple[str, str, str]:
    """Return the workbook behind the ledger's row of the only conflict, that row and what is held against it."""
    (found,) = Standing.of(office.ledger).conflicts
    ours, theirs = (f"{cells['doc_no'][-1]}: {float(cells['qty']):g}" for cells in (found["ours"], found["theirs"]))
    return found["other_workbook"], ours, theirs


def test_a_renumbered_row_changes_again_while_another_workbook_amends_its_old_number(office: Office) -> None:
    """The conflict shows the row that goes on under the new number as it is after the run."""
    save(office, BOOK, line(1))
    save(office, CANTEEN, line(1))
    office.run()
    save(office, BOOK, line(2, batch_no="T1"))
    save(office, CANTEEN, line(1, 99))
    office.run()
    save(office, BOOK, line(2, 98, batch_no="T1"))
    office.run()
    assert conflict(office) == (BOOK, "2: 98", "1: 99")
    assert nothing_new(office)


def test_a_renumbered_row_is_renumbered_again_while_its_old_number_is_in_conflict(office: Office) -> None:
    """The conflict follows the row to its newest number."""
    save(office, BOOK, line(1))
    save(office, CANTEEN, line(1))
    office.run()
    save(office, BOOK, line(2, batch_no="T1"))
    save(office, CANTEEN, line(1, 99))
    office.run()
    save(office, BOOK, line(3, batch_no="T1"))
    office.run()
    assert conflict(office) == (BOOK, "3: 10", "1: 99")
    assert nothing_new(office)


def test_a_row_whose_workbook_is_gone_is_changed_by_a_copy_and_otherwise_by_another(office: Office) -> None:
    """The conflict names the workbook that changed the row, not the one that took over what it was before."""
    save(office, BOOK, line(1), line(2), line(3))
    office.run()
    save(office, BOOK, line(1, remark="已验"), line(2), line(3))
    office.copy(BOOK, "ZW/十一月/库房.xlsx")
    office.copy(BOOK, COPY)
    office.run()
    office.delete(COPY)
    save(office, SECOND_COPY, line(1, 27, remark="已验"), line(2), line(3))
    save(office, BOOK, line(1, 48, remark="已验"), line(2), line(3))
    office.run()
    assert conflict(office)[0] == SECOND_COPY
    assert nothing_new(office)


def test_a_number_that_waits_for_its_mistake_keeps_its_row_for_itself(office: Office) -> None:
    """A new line typed where the old row stood does not take the place of the row that a held one is to replace."""
    save(office, BOOK, line(4))
    office.run()
    save(office, BOOK, line(5, batch_no="T4", amount="0.01"))
    office.run()
    save(office, BOOK, line(6, 6), line(5, batch_no="T4", amount="0.01"))
    office.run()
    assert office.in_force() == {"0004": "10", "0006": "6"}
    save(office, BOOK, line(6, 6), line(5, batch_no="T4"))
    office.run()
    assert office.in_force() == {"0005": "10", "0006": "6"}


def test_a_new_file_under_the_name_of_a_deleted_one_replaces_none_of_its_rows(office: Office) -> None:
    """Rows that left with their file were not renumbered by one that comes later, wherever its rows stand."""
    save(office, BOOK, line(5))
    office.run()
    office.delete(BOOK)
    office.run()
    save(office, BOOK, line(6, 1))
    office.run()
    assert office.in_force() == {"0005": "10?", "0006": "1"}
    assert nothing_new(office)


def test_a_file_that_moved_while_another_one_took_its_name_keeps_its_rows(office: Office) -> None:
    """A line of the new file replaces none that the moved one, and a copy of it, go on stating."""
    save(office, BOOK, line(1))
    office.copy(BOOK, SECOND_COPY)
    office.run()
    office.move(BOOK, "ZW/十一月/库房.xlsx")
    save(office, BOOK, line(2))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10"}
    assert nothing_new(office)


def test_a_row_carried_over_and_changed_while_another_one_takes_its_place(office: Office) -> None:
    """A line typed where a row stood that another workbook states from now on, otherwise, does not replace it."""
    save(office, SECOND_COPY, line(2))
    save(office, BOOK, line(1))
    office.run()
    save(office, SECOND_COPY, line(3, 4))
    save(office, BOOK, line(1), line(2, 13))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "13", "0003": "4"}
    assert nothing_new(office)


def test_a_row_carried_over_to_two_workbooks_has_no_base(office: Office) -> None:
    """Of two workbooks that take a row over, each otherwise, one is in conflict as one that wrote it by itself."""
    save(office, BOOK, line(3), line(9))
    save(office, "ZW/十一月/库房.xlsx", line(3, 18))
    office.run()
    save(office, BOOK, line(9))
    office.copy("ZW/十一月/库房.xlsx", COPY)
    save(office, "ZW/另存.xlsx", line(3, 58))
    office.run()
    (found,) = Standing.of(office.ledger).conflicts
    assert found["base"] is None
    assert nothing_new(office)


def test_held_rows_are_kept_in_no_order(office: Office) -> None:
    """A held row that comes into conflict stands behind the others from then on, and reading again leaves it there."""
    office.save("ZW/物品.xlsx", {"item_catalogue": [item("QJ0002")]})
    receipts = [line(1), line(2, item_code="QJ0002")]
    other = {"item_code": "QJ0002"}
    office.save(BOOK, {"stock_receipt": receipts, "stock_issue": [issue(1, 1), issue(2, 1, **other)]})
    office.run()
    office.save(COPY, {"stock_receipt": receipts, "stock_issue": [issue(1, 50), issue(2, 60, **other)]})
    office.run()
    office.save(BOOK, {"stock_receipt": receipts, "stock_issue": [issue(1, 2), issue(2, 1, **other)]})
    office.run()
    assert [row["reason"] for row in Standing.of(office.ledger).held] == ["held", "conflict"]
    assert nothing_new(office)


def test_a_copy_takes_no_rows_out_of_a_safe_stop(office: Office) -> None:
    """What a workbook had accepted counts for its stop, also where a copy has changed the row since."""
    lines = [line(number) for number in range(1, 11)]
    save(office, BOOK, *lines)
    office.run()
    save(office, COPY, {**lines[0], "remark": "已验"}, *lines[1:])
    office.run()
    save(office, BOOK, *(line(number, 20) for number in range(1, 11)))
    office.run()
    (stop,) = Standing.of(office.ledger).stops
    assert (stop["code"], stop["details"]) == ("changed", {"count": 10, "known": 10})
    assert nothing_new(office)
    office.delete(COPY)
    save(office, BOOK, lines[0])
    office.run()
    assert [stop["code"] for stop in Standing.of(office.ledger).stops] == ["lost"]
    assert office.in_force() == {f"{number:04d}": "10" for number in range(1, 11)}


def test_a_workbook_that_returns_has_its_bases(office: Office) -> None:
    """What a copy changed while the original was away is no change of the original's: their cells merge."""
    save(office, BOOK, line(1), line(2))
    office.run()
    save(office, COPY, line(1), line(2))
    office.run()
    kept = office.files.pop(BOOK)
    office.run()
    save(office, COPY, line(1), line(2, 80))
    office.run()
    office.files[BOOK] = kept
    office.run()
    save(office, BOOK, line(1), line(2, remark="已验"))
    office.run()
    assert (office.in_force(), office.rows()["0002"]["remark"]) == ({"0001": "10", "0002": "80"}, "已验")
    assert nothing_new(office)


def test_a_row_whose_file_is_gone_is_renumbered_beside_a_new_copy(office: Office) -> None:
    """A copy that states the old number says nothing against the workbook that corrects it."""
    save(office, BOOK, line(1))
    office.copy(BOOK, CANTEEN)
    office.run()
    office.move(CANTEEN, COPY)
    save(office, BOOK, line(2, batch_no="T1"))
    office.run()
    assert office.in_force() == {"0002": "10"}
    assert nothing_new(office)


def test_a_shortage_is_told_as_it_is_after_the_run(office: Office) -> None:
    """What a later document of the same day took is gone, too, where the next run looks at the held one again."""
    save(office, BOOK, line(1))
    office.save(CANTEEN, {"stock_issue": [issue(1, 8), issue(2, 5), issue(3, 2)]})
    office.run()
    (held,) = Standing.of(office.ledger).held
    (told,) = (each for each in held["findings"] if each["code"] == "ISS-01")
    assert (held["row_key"][:14], told["args"]["q1"], told["args"]["shortfall"]) == ("CK-202611-0002", "0", "5")
    assert nothing_new(office)


def test_stock_that_a_later_document_gives_back_is_there_for_an_earlier_one(office: Office) -> None:
    """A change that is taken after a row did not fit lets it in, in this run and not in the next one."""
    office.save("ZW/基础资料.xlsx", {"item_catalogue": [item(), item("QJ0002")]})
    save(office, BOOK, line(1), line(2, item_code="QJ0002"))
    office.save(CANTEEN, {"stock_issue": [issue(9, 6)]})
    office.run()
    office.save(CANTEEN, {"stock_issue": [issue(5, 8), issue(7, 5), issue(9, 6, item_code="QJ0002")]})
    office.run()
    assert [held["row_key"][:14] for held in Standing.of(office.ledger).held] == ["CK-202611-0007"]
    assert nothing_new(office)
