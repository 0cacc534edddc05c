"""What several workbooks do to one row over several merges: nothing counts twice, nothing is lost (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sync.standing import Standing
from tests.sync.histories import VOID, Office, Row, Rows, issue, item, receipt

BOOK, COPY, OTHER = "ZW/库房.xlsx", "ZW/库房(1).xlsx", "ZW/另一本.xlsx"
CATALOGUE = "ZW/基础资料.xlsx"


@pytest.fixture
def office() -> Iterator[Office]:
    """Return departments whose catalogue is in the ledger."""
    made = Office()
    made.save(CATALOGUE, {"item_catalogue": [item()]})
    made.run()
    yield made
    made.ledger.close()


def receipts(*rows: Row) -> Rows:
    """Return a workbook of receipts."""
    return {"stock_receipt": rows}


def line(number: int, qty: int = 10, **cells: str) -> Row:
    """Return a receipt of its own batch, so that no two are equal."""
    return receipt(number, qty, **{"batch_no": f"T{number}", **cells})


def issues(*rows: Row) -> Rows:
    """Return a workbook of issues."""
    return {"stock_issue": rows}


def saved(office: Office, name: str, *rows: Row) -> None:
    """Save receipts and merge."""
    office.save(name, receipts(*rows))
    office.run()


def test_two_workbooks_bring_a_missing_row_back(office: Office) -> None:
    """A missing row that two workbooks state again in one run is in force once, and the run succeeds."""
    saved(office, BOOK, line(1), line(2))
    saved(office, BOOK, line(1))
    assert office.in_force() == {"0001": "10", "0002": "10?"}
    office.save(BOOK, receipts(line(1), line(2)))
    office.save(OTHER, receipts(line(2)))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10"}


def test_one_workbook_brings_a_missing_row_back_and_another_changes_it(office: Office) -> None:
    """A row that comes back in one workbook and changes in another is merged cell by cell."""
    saved(office, BOOK, line(1), line(2))
    office.copy(BOOK, COPY)
    office.run()
    saved(office, COPY, line(1), line(2, remark="已验"))
    saved(office, COPY, line(1))
    office.save(COPY, receipts(line(1), line(2, remark="已验")))
    office.save(BOOK, receipts(line(1), line(2, 7)))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "7"}


def test_a_row_held_in_two_workbooks_is_held_in_both(office: Office) -> None:
    """A row that a rule holds is not “another source” for anybody: each workbook keeps its own held row."""
    office.save(BOOK, issues(issue(1, 5)))
    office.save(OTHER, issues(issue(1, 5)))
    plan = office.run()
    assert office.told(plan, BOOK) == ({"read": 1, "held": 1}, ["ISS-01"])
    assert office.told(plan, OTHER) == ({"read": 1, "held": 1}, ["ISS-01"])
    office.save(BOOK, issues())
    office.run()
    saved(office, "ZW/入库.xlsx", line(1))
    assert office.in_force("stock_issue") == {"0001": "5"}


def test_a_doubled_row_of_which_one_is_right_is_settled_in_one_run(office: Office) -> None:
    """Rows that are held for standing twice claim nothing, although one of them says what another workbook brought."""
    office.save(BOOK, receipts(line(1), line(1, 5)))
    office.save(OTHER, receipts(line(1)))
    office.run()
    revision = office.ledger.head().number
    office.run()
    assert office.in_force() == {"0001": "10"}
    assert office.ledger.head().number == revision


def test_a_row_held_earlier_stays_held_where_another_workbook_states_it(office: Office) -> None:
    """A held row is not taken for settled because a later workbook states the same and is held too."""
    office.save(BOOK, issues(issue(1, 5)))
    office.run()
    office.save(OTHER, issues(issue(1, 5)))
    office.run()
    assert sorted(office.ledger.table("held")["workbook"]) == [OTHER, BOOK]
    office.save(OTHER, issues())
    office.run()
    saved(office, "ZW/入库.xlsx", line(1))
    assert office.in_force("stock_issue") == {"0001": "5"}


@pytest.mark.parametrize("names", [(BOOK, OTHER), (OTHER, BOOK)])
def test_a_held_change_stands_in_nobodys_way(office: Office, names: tuple[str, str]) -> None:
    """Of two changes to one row in one run the wrong one is held, the other is taken, in either order."""
    saved(office, BOOK, line(1))
    saved(office, OTHER, line(1))
    office.save("ZW/出库.xlsx", issues(issue(1, 8)))
    office.run()
    wrong, right = names
    office.save(wrong, receipts(line(1, 5)))
    office.save(right, receipts(line(1, 10, remark="已验")))
    plan = office.run()
    assert office.told(plan, wrong) == ({"read": 1, "held": 1}, ["X-01"])
    assert office.told(plan, right)[0] == {"read": 1, "accepted": 1}
    assert office.in_force() == {"0001": "10"}


def test_a_number_corrected_back_counts_once(office: Office) -> None:
    """A number that is corrected, and then corrected back, is the same row all the time."""
    saved(office, BOOK, line(1), line(2))
    saved(office, BOOK, line(1), line(3, batch_no="T2"))
    saved(office, BOOK, line(1), line(2))
    assert office.in_force() == {"0001": "10", "0002": "10"}


@pytest.mark.parametrize("mistake", [{"amount": "1.00"}, {"item_code": "QJ9999"}])
def test_a_corrected_number_with_a_mistake_keeps_the_old_row(office: Office, mistake: Row) -> None:
    """The old row stays in force until the new one passes, and leaves then, wherever the new one stands."""
    saved(office, BOOK, line(1), line(2))
    saved(office, BOOK, line(1), line(3, batch_no="T2", **mistake))
    assert office.in_force() == {"0001": "10", "0002": "10"}
    saved(office, BOOK, line(5), line(1), line(3, 11, batch_no="T2"))
    assert office.in_force() == {"0001": "10", "0003": "11", "0005": "10"}


def test_a_number_corrected_beside_a_copy_counts_once(office: Office) -> None:
    """A copy that still states the old number neither brings the old row back nor keeps it."""
    saved(office, BOOK, line(1), line(2))
    office.copy(BOOK, COPY)
    office.run()
    saved(office, BOOK, line(1), line(3, batch_no="T2"))
    assert office.in_force() == {"0001": "10", "0003": "10"}
    plan = office.run()
    office.save(COPY, receipts(line(1), line(2, 12)))
    plan = office.run()
    assert office.told(plan, COPY) == ({"read": 2, "unchanged": 1, "conflicting": 1}, ["FILE-COPY", "IMP-02"])
    assert office.in_force() == {"0001": "10", "0003": "10"}


def test_a_number_corrected_while_a_copy_changes_the_row_is_a_conflict(office: Office) -> None:
    """What a copy changed in a row that its original renumbers in the same run is kept as a conflict."""
    saved(office, BOOK, line(1), line(2))
    office.copy(BOOK, COPY)
    office.run()
    office.save(BOOK, receipts(line(1), line(3, batch_no="T2")))
    office.save(COPY, receipts(line(1), line(2, 12)))
    plan = office.run()
    assert office.told(plan, COPY)[0] == {"read": 2, "unchanged": 1, "conflicting": 1}
    assert office.in_force() == {"0001": "10", "0003": "10"}


@pytest.mark.parametrize("known", [True, False])
def test_a_number_corrected_in_a_copy_counts_once(office: Office, known: bool) -> None:  # noqa: FBT001 - both ways
    """A number corrected only in a copy is corrected; the original does not bring the old one back."""
    saved(office, BOOK, line(1), line(2))
    if known:
        office.copy(BOOK, COPY)
        office.run()
    saved(office, COPY, line(1), line(3, batch_no="T2"))
    assert office.in_force() == {"0001": "10", "0003": "10"}
    saved(office, BOOK, line(2), line(1))
    assert office.in_force() == {"0001": "10", "0003": "10"}


@pytest.mark.parametrize("known", [True, False])
def test_void_in_a_copy_withdraws(office: Office, known: bool) -> None:  # noqa: FBT001 - both ways
    """作废 in a copy withdraws the row; the original that still lists it does not bring it back."""
    saved(office, BOOK, line(1), line(2))
    if known:
        office.copy(BOOK, COPY)
        office.run()
    saved(office, COPY, line(1), line(2, remark=VOID))
    assert office.in_force() == {"0001": "10"}
    saved(office, BOOK, line(2), line(1))
    assert office.in_force() == {"0001": "10"}


def test_void_of_a_strangers_row_says_nothing(office: Office) -> None:
    """A workbook that never stated a row cannot void it."""
    saved(office, BOOK, line(1), line(2))
    saved(office, OTHER, line(2, remark=VOID))
    assert office.in_force() == {"0001": "10", "0002": "10"}


def test_held_rows_of_a_deleted_workbook_are_not_taken(office: Office) -> None:
    """Nobody states a held row any more once its file is gone; where the file comes back, so does the row."""
    saved(office, BOOK, line(1, item_code="QJ0002"))
    kept = office.files.pop(BOOK)
    office.run()
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")]})
    office.run()
    assert office.in_force() == {}
    office.files[BOOK] = kept
    office.run()
    assert office.in_force() == {"0001": "10"}


def test_a_column_that_is_absent_makes_no_statement(office: Office) -> None:
    """A sheet without a column leaves its cells as they are; a blank cell in a column that is there empties it."""
    saved(office, BOOK, line(1, remark="已验"))
    office.save(BOOK, receipts(receipt(1)), without=("batch_no", "remark"))
    plan = office.run()
    assert office.told(plan, BOOK) == ({"read": 1, "unchanged": 1}, [])
    office.save("ST/食堂.xlsx", receipts(receipt(1)), without=("batch_no", "remark"))
    plan = office.run()
    assert office.told(plan, "ST/食堂.xlsx")[0] == {"read": 1, "unchanged": 1}
    office.save(BOOK, receipts(receipt(1, 12)), without=("batch_no",))
    office.run()
    kept = office.rows()["0001"]
    assert (kept["qty"], kept["batch_no"], kept["remark"]) == ("12", "T1", None)


def test_lines_of_a_new_page_replace_no_line_that_moved(office: Office) -> None:
    """A file that is renamed while a new one takes its name: its lines have moved, none was renumbered."""
    saved(office, BOOK, receipt(1), receipt(2))
    office.move(BOOK, "ZW/库房十一月.xlsx")
    saved(office, BOOK, receipt(3))
    assert office.in_force() == {"0001": "10", "0002": "10", "0003": "10"}


def test_two_workbooks_that_exchange_their_names_keep_their_rows(office: Office) -> None:
    """Rows that appear in one workbook as they leave another have moved."""
    office.save(BOOK, receipts(line(1), line(2)))
    saved(office, OTHER, line(3))
    office.files[BOOK], office.files[OTHER] = office.files[OTHER], office.files[BOOK]
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10", "0003": "10"}


def test_a_row_carried_over_and_changed_on_the_way(office: Office) -> None:
    """A row that leaves one workbook of a department and comes in another one with other content is amended."""
    office.save(BOOK, receipts(line(1), line(2), line(3)))
    saved(office, OTHER, line(11))
    office.save(BOOK, receipts(line(1), line(3)))
    office.save(OTHER, receipts(line(11), line(2, 5)))
    plan = office.run()
    assert office.told(plan, BOOK) == ({"read": 2, "unchanged": 2}, [])
    assert office.told(plan, OTHER) == ({"read": 2, "accepted": 1, "unchanged": 1}, [])
    assert office.in_force() == {"0001": "10", "0002": "5", "0003": "10", "0011": "10"}
    saved(office, BOOK, line(1), line(2), line(3))
    assert office.rows()["0002"]["_workbook"] == OTHER
    saved(office, OTHER, line(11), line(2, 6))
    assert office.in_force() == {"0001": "10", "0002": "6", "0003": "10", "0011": "10"}


def test_a_row_that_was_missing_comes_back_changed_in_another_workbook(office: Office) -> None:
    """A row carried over in two steps, each merged by itself, ends as one carried over at once."""
    office.save(BOOK, receipts(line(1), line(2), line(3)))
    saved(office, OTHER, line(11))
    saved(office, BOOK, line(1), line(3))
    assert office.in_force()["0002"] == "10?"
    saved(office, OTHER, line(11), line(2, 5))
    assert office.in_force() == {"0001": "10", "0002": "5", "0003": "10", "0011": "10"}


def test_a_row_carried_over_with_a_mistake_stays_as_it_was(office: Office) -> None:
    """Held in its new workbook, the row stays in the books as it was and is not missing; corrected, it is amended."""
    office.save(BOOK, receipts(line(1), line(2), line(3)))
    saved(office, OTHER, line(11))
    office.save(BOOK, receipts(line(1), line(3)))
    office.save(OTHER, receipts(line(11), line(2, 5, amount="1.00")))
    plan = office.run()
    assert office.told(plan, BOOK) == ({"read": 2, "unchanged": 2}, [])
    assert office.told(plan, OTHER)[0] == {"read": 2, "held": 1, "unchanged": 1}
    assert office.in_force() == {"0001": "10", "0002": "10", "0003": "10", "0011": "10"}
    saved(office, OTHER, line(11), line(2, 5))
    assert office.in_force() == {"0001": "10", "0002": "5", "0003": "10", "0011": "10"}


@pytest.mark.parametrize("rest", [[line(2)], [line(2, remark=VOID)]])
def test_a_row_that_its_workbook_still_states_is_not_carried_over(office: Office, rest: list[Row]) -> None:
    """What another workbook says otherwise of a row that its own one states, or voids, is a conflict."""
    saved(office, BOOK, line(1), line(2))
    office.save(BOOK, receipts(line(1), *rest))
    office.save(OTHER, receipts(line(2, 5)))
    plan = office.run()
    assert office.told(plan, OTHER)[0] == {"read": 1, "conflicting": 1}


def test_a_row_that_another_department_writes_is_not_carried_over(office: Office) -> None:
    """A number that one department gives up and another one uses for something else is a conflict."""
    saved(office, BOOK, line(1), line(2))
    office.save(BOOK, receipts(line(1)))
    office.save("ST/食堂.xlsx", receipts(line(2, 5)))
    plan = office.run()
    assert office.told(plan, "ST/食堂.xlsx")[0] == {"read": 1, "conflicting": 1}
    assert office.in_force() == {"0001": "10", "0002": "10?"}


def test_a_number_given_up_and_used_again_elsewhere(office: Office) -> None:
    """A line that is renumbered and another line that takes its old number in another workbook both count."""
    saved(office, BOOK, line(1), line(2))
    office.save(BOOK, receipts(line(1), line(3, batch_no="T2")))
    office.save(OTHER, receipts(line(2, 5, batch_no="T9")))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "5", "0003": "10"}


@pytest.mark.parametrize("edited", [10, 7])
def test_a_copy_that_takes_the_name_of_its_original(office: Office, edited: int) -> None:
    """A copy renamed over its original, edited or not, takes back nothing that the original had changed."""
    saved(office, BOOK, line(1), line(2), line(3))
    office.copy(BOOK, COPY)
    office.run()
    saved(office, BOOK, line(1), line(2, 12), line(3), line(4))
    if edited != 10:
        office.save(COPY, receipts(line(1), line(2), line(3, edited)))
    office.delete(BOOK)
    office.move(COPY, BOOK)
    plan = office.run()
    assert office.in_force() == {"0001": "10", "0002": "12", "0003": str(edited), "0004": "10"}
    changed = 1 if edited != 10 else 0
    counts = {"read": 3, "accepted": changed, "unchanged": 3 - changed}
    assert office.told(plan, BOOK)[0] == {part: count for part, count in counts.items() if count}
    states = {row["title"]: row["state"] for row in office.ledger.table("workbook").to_dicts()}
    assert (states[BOOK] != "gone", states[COPY]) == (True, "gone")
    revision = office.ledger.head().number
    office.run(full=True)
    assert office.ledger.head().number == revision
    saved(office, BOOK, line(1), line(2, 9), line(3, edited))
    assert office.in_force()["0002"] == "12"
    assert [row["row_key"][:14] for row in office.ledger.table("conflict").to_dicts()] == ["RK-202611-0002"]


def test_two_workbooks_that_exchange_their_names_and_are_edited(office: Office) -> None:
    """Workbooks that change names and are edited at once are known by their rows: nothing is missing or in conflict."""
    office.save(BOOK, receipts(line(1), line(2), line(3)))
    saved(office, OTHER, line(11), line(12), line(13))
    office.save(OTHER, receipts(line(1), line(2, 5), line(3), line(4)))
    office.save(BOOK, receipts(line(11), line(12, 6)))
    plan = office.run()
    assert office.told(plan, OTHER) == ({"read": 4, "accepted": 2, "unchanged": 2}, [])
    assert office.told(plan, BOOK) == ({"read": 2, "accepted": 1, "unchanged": 1}, ["IMP-07"])
    rows = {"0001": "10", "0002": "5", "0003": "10", "0004": "10"}
    assert office.in_force() == rows | {"0011": "10", "0012": "6", "0013": "10?"}
    saved(office, BOOK, line(11), line(12, 7), line(13))
    assert office.in_force() == rows | {"0011": "10", "0012": "7", "0013": "10"}


def test_a_workbook_that_takes_rows_over_keeps_its_name(office: Office) -> None:
    """Rows of another workbook, which is still there, do not make a workbook that one."""
    office.save(BOOK, receipts(line(1), line(2), line(3)))
    saved(office, OTHER, line(11))
    saved(office, OTHER, line(1), line(2), line(3), line(11))
    office.save(BOOK, receipts(line(1), line(2), line(3), line(4)))
    office.save(OTHER, receipts(line(1), line(2), line(3), line(12)))
    plan = office.run()
    assert office.told(plan, OTHER) == ({"read": 4, "accepted": 1, "unchanged": 3}, ["IMP-07"])
    assert office.rows()["0012"]["_workbook"] == OTHER


def test_a_deleted_copy_states_nothing(office: Office) -> None:
    """A row that leaves its workbook is missing although a copy stated it that is no longer there."""
    saved(office, BOOK, line(1), line(2))
    office.copy(BOOK, COPY)
    office.run()
    office.delete(COPY)
    office.run()
    saved(office, BOOK, line(1))
    assert office.in_force() == {"0001": "10", "0002": "10?"}


def test_a_conflict_names_the_row_as_it_is_after_the_run(office: Office) -> None:
    """What else happens to the ledger's row in the same run, another content or another source, is in the conflict."""
    saved(office, BOOK, line(1))
    office.copy(BOOK, COPY)
    office.run()
    office.save("ST/食堂.xlsx", receipts(line(1, 5)))
    office.save(BOOK, receipts(line(1, remark="补单")))
    office.run()
    revision = office.ledger.head().number
    office.run()
    assert office.ledger.head().number == revision
    office.delete(BOOK)
    saved(office, "ST/食堂.xlsx", line(1, 6))
    revision = office.ledger.head().number
    office.run()
    assert office.ledger.head().number == revision


def test_new_on_both_sides_with_other_contents_keeps_both(office: Office) -> None:
    """R2: two workbooks state one new row differently: one is in the books, the other is kept as a conflict."""
    office.save(BOOK, receipts(line(1)))
    office.save(OTHER, receipts(line(1, 12)))
    plan = office.run()
    assert office.told(plan, OTHER) == ({"read": 1, "conflicting": 1}, ["IMP-02", "RCP-01"])
    assert office.in_force() == {"0001": "10"}
    assert [row["row_key"] for row in office.ledger.table("conflict").to_dicts()] == ["RK-202611-0001\x1f1"]


@pytest.mark.parametrize("names", [(BOOK, COPY), (COPY, BOOK)])
def test_the_changed_row_survives_that_another_side_deleted(office: Office, names: tuple[str, str]) -> None:
    """R4: a row that one workbook deletes and another changes is in force as it was changed."""
    saved(office, BOOK, line(1), line(2))
    office.copy(BOOK, COPY)
    office.run()
    changing, deleting = names
    office.save(changing, receipts(line(1), line(2, 12)))
    office.save(deleting, receipts(line(1)))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "12"}


@pytest.mark.parametrize("left", [(), (1, 2, 3)])
def test_a_side_that_is_suddenly_empty_changes_nothing(office: Office, left: tuple[int, ...]) -> None:
    """R6: a workbook that lost most of its rows waits for somebody to confirm it; nothing is missing."""
    saved(office, BOOK, *(line(number) for number in range(1, 13)))
    before = office.in_force()
    office.save(BOOK, receipts(*(line(number) for number in left)))
    plan = office.run()
    assert "IMP-06" in office.told(plan, BOOK)[1]
    assert office.in_force() == before
    assert not any("?" in qty for qty in before.values())


def test_a_folder_that_is_suddenly_empty_changes_nothing(office: Office) -> None:
    """R6: the workbooks of a folder that is offline are not gone, and their rows stay as they are."""
    saved(office, "ST/食堂.xlsx", *(line(number) for number in range(1, 13)))
    before = office.in_force()
    office.delete("ST/食堂.xlsx")
    office.run()
    assert office.in_force() == before
    states = {row["title"]: row["state"] for row in office.ledger.table("workbook").to_dicts()}
    assert states["ST/食堂.xlsx"] == "waiting"


def test_everything_changed_at_once_changes_nothing(office: Office) -> None:
    """R8: a workbook in which every row posts otherwise than before waits for somebody to confirm it."""
    saved(office, BOOK, *(line(number) for number in range(1, 13)))
    before = office.in_force()
    office.save(BOOK, receipts(*(line(number, 20) for number in range(1, 13))))
    plan = office.run()
    assert "IMP-06" in office.told(plan, BOOK)[1]
    assert office.in_force() == before


def test_a_row_of_two_workbooks_stays_where_one_renumbers_it(office: Office) -> None:
    """Of two workbooks of their own each says what it says: a new number in one takes nothing from the other."""
    saved(office, BOOK, line(1), line(2))
    saved(office, "ST/食堂.xlsx", line(2))
    saved(office, BOOK, line(1), line(3, batch_no="T2"))
    assert office.in_force() == {"0001": "10", "0002": "10", "0003": "10"}
    saved(office, "ST/食堂.xlsx", line(4, batch_no="T2"))
    assert office.in_force() == {"0001": "10", "0003": "10", "0004": "10"}


def test_what_a_copy_changed_survives_void(office: Office) -> None:
    """A row that one workbook voids while its copy changes it is in force as changed, and stays so."""
    saved(office, BOOK, line(1), line(2))
    office.copy(BOOK, COPY)
    office.run()
    office.save(BOOK, receipts(line(1), line(2, remark=VOID)))
    office.save(COPY, receipts(line(1), line(2, 12)))
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "12"}
    office.run(full=True)
    assert office.in_force() == {"0001": "10", "0002": "12"}
    saved(office, BOOK, line(3), line(1), line(2, remark=VOID))
    assert office.in_force() == {"0001": "10", "0002": "12", "0003": "10"}


@pytest.mark.parametrize("struck", [True, False])
def test_a_file_renamed_whose_only_other_row_is_held(office: Office, struck: bool) -> None:  # noqa: FBT001 - both ways
    """A workbook is known under another name by the rows that it holds back, or strikes, as well."""
    saved(office, BOOK, line(1), line(2))
    saved(office, BOOK, line(1), line(3, batch_no="T2", amount="1.00"))
    assert office.in_force() == {"0001": "10", "0002": "10"}
    office.move(BOOK, "ZW/十一月.xlsx")
    saved(office, "ZW/十一月.xlsx", line(1, remark=VOID if struck else ""), line(3, 11, batch_no="T2"))
    assert office.in_force() == ({"0003": "11"} if struck else {"0001": "10", "0003": "11"})


def test_a_file_renamed_whose_only_row_is_renumbered(office: Office) -> None:
    """A workbook is known under another name by its other cells where every number in it was corrected."""
    saved(office, BOOK, line(1))
    office.move(BOOK, "ZW/十一月.xlsx")
    saved(office, "ZW/十一月.xlsx", line(2, batch_no="T1"))
    assert office.in_force() == {"0002": "10"}


def test_a_row_goes_on_under_a_new_number_in_a_workbook_that_outlives_its_own(office: Office) -> None:
    """A file that is gone states nothing: another source of its row gives it the number that counts."""
    other = "ZW/十一月/库房.xlsx"
    saved(office, BOOK, line(1))
    office.save(BOOK, receipts(line(1, remark="已验")))
    office.copy(BOOK, other)
    office.run()
    office.delete(BOOK)
    saved(office, other, line(2, batch_no="T1", remark="已验"))
    assert office.in_force() == {"0002": "10"}


def test_a_row_goes_on_in_another_source_under_a_new_number(office: Office) -> None:
    """A row that its own workbook no longer states is renumbered by another source, whatever stands in its place."""
    saved(office, BOOK, line(1), line(2))
    saved(office, "ST/食堂.xlsx", line(1), line(2))
    office.save(BOOK, receipts(line(9, 3, receipt_kind="捐赠入库"), line(2)))
    office.save("ST/食堂.xlsx", receipts(line(7, batch_no="T1"), line(2)))
    office.run()
    assert office.in_force() == {"0002": "10", "0007": "10", "0009": "3"}


@pytest.mark.parametrize("first", [BOOK, OTHER, None])
def test_a_number_given_up_is_free_for_another_line(office: Office, first: str | None) -> None:
    """Whichever comes first: the corrected line, or the other line that takes its old number."""
    saved(office, BOOK, line(1), line(2))
    said = {BOOK: receipts(line(1), line(3, batch_no="T2")), OTHER: receipts(line(2, 5, batch_no="T9"))}
    for name in sorted(said, key=lambda name: name != first):
        office.save(name, said[name])
        if first is not None:
            office.run()
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "5", "0003": "10"}


def test_a_number_given_up_is_not_free_for_the_line_itself(office: Office) -> None:
    """A workbook of its own that states the old number of a line, one cell changed, is in conflict with the line."""
    saved(office, BOOK, line(1), line(2))
    office.save(BOOK, receipts(line(1), line(3, batch_no="T2")))
    office.save(OTHER, receipts(line(2, 5)))
    plan = office.run()
    assert office.told(plan, OTHER)[0] == {"read": 1, "conflicting": 1}
    assert office.in_force() == {"0001": "10", "0003": "10"}


def test_a_copy_of_a_workbook_whose_name_another_one_takes(office: Office) -> None:
    """Whether a file is a copy goes by the names that files have now: the next run finds nothing new."""
    saved(office, BOOK, line(1), line(2))
    saved(office, OTHER, line(6))
    office.move(OTHER, BOOK)
    saved(office, COPY, line(1, 62), line(2))
    assert office.in_force() == {"0001": "62", "0002": "10", "0006": "10"}
    head = office.ledger.head().number
    office.run()
    assert office.ledger.head().number == head


@pytest.mark.parametrize("first", [BOOK, OTHER, None])
@pytest.mark.parametrize("cells", [{}, {"remark": "转来"}])
def test_a_line_moved_to_another_workbook_while_a_new_one_takes_its_place(
    office: Office, first: str | None, cells: Row
) -> None:
    """What stands in the sheet row of a line that was moved away is another line: both count, whichever comes first."""
    saved(office, BOOK, line(1), line(2), line(3))
    said = {BOOK: receipts(line(1), line(9, 7), line(3)), OTHER: receipts(line(6), line(2, **cells))}
    for name in sorted(said, key=lambda name: name != first):
        office.save(name, said[name])
        if first is not None:
            office.run()
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10", "0003": "10", "0006": "10", "0009": "7"}


def test_a_workbook_whose_name_another_one_takes_is_no_copy(office: Office) -> None:
    """What a workbook whose file is gone said remains in conflict, whatever names the others have."""
    office.save(BOOK, receipts(line(1)))
    office.copy(BOOK, "ZW/十一月/库房.xlsx")
    office.save(OTHER, receipts(line(1, remark="补单")))
    office.copy(BOOK, COPY)
    office.run()
    assert len(Standing.of(office.ledger).conflicts) == 1
    office.move(COPY, OTHER)
    office.run()
    head = office.ledger.head().number
    office.run()
    assert office.ledger.head().number == head
    assert len(Standing.of(office.ledger).conflicts) == 1


def test_a_workbook_written_over_by_a_copy_of_one_with_a_held_row(office: Office) -> None:
    """A row that waits elsewhere for its item replaces no row of the workbook that the copy is written over."""
    saved(office, BOOK, line(1), line(2, item_code="QJ0002"))
    saved(office, OTHER, line(5), line(6))
    office.copy(BOOK, OTHER)
    office.run()
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")]})
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10", "0005": "10?", "0006": "10?"}


def test_a_deleted_line_is_not_replaced_by_the_waiting_one_that_moves_up(office: Office) -> None:
    """A row that has waited for its item is not a corrected number of the row in whose place it stands now."""
    late = line(3, item_code="QJ0002")
    saved(office, BOOK, line(1), line(2), late)
    saved(office, BOOK, line(1), late)
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")]})
    office.run()
    assert office.in_force() == {"0001": "10", "0002": "10?", "0003": "10"}


def test_rows_of_a_workbook_and_its_copy_that_waited_and_differ(office: Office) -> None:
    """What the original changed while a row waited in both is not overwritten by the copy: it is a conflict."""
    saved(office, BOOK, line(1, item_code="QJ0002"))
    office.copy(BOOK, COPY)
    office.run()
    saved(office, BOOK, line(1, 64, item_code="QJ0002"))
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")]})
    office.save(BOOK, receipts(line(1, 64, item_code="QJ0002")))
    office.save(COPY, receipts(line(1, item_code="QJ0002")))
    office.run()
    assert len(Standing.of(office.ledger).conflicts) == 1
    head = office.ledger.head().number
    office.run(full=True)
    assert office.ledger.head().number == head
