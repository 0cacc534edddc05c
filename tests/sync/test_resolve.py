"""Decisions of people about rows in conflict and missing rows, through real files and the real run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.register import all_registers
from sync.choices import conflict_id
from sync.commands.conflicts import listed
from sync.decisions import NoBase, NotOpen, Orders, Result, Settled, missing_rows
from sync.ledger_books import books_as_of
from sync.run import sync
from sync.share import Share
from sync.standing import Standing
from sync.stock_reports import stock_lines
from sync.takes import Take
from tests import command_line
from tests.sync.school import POOL, School, codes, counted, issue, receipt, school_with_master, with_master

STORE, OTHER = "ZW/库房.xlsx", "ZW/采购.xlsx"
KEY = "RK-202611-0001/1"


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school whose master data is in the ledger."""
    return school_with_master(tmp_path / "share")


def decide(school: School, *confirms: str, **takes: str) -> list[Settled]:
    """Carry out orders as the command line does, and prove the ledger afterwards."""
    share = Share.open(school.folder)
    orders = Orders("李明", {name: Take(take) for name, take in takes.items()}, confirms, "核对单据")
    settled = list(sync(share, POOL, orders=orders).settled)
    with share.open_ledger() as ledger:
        assert ledger.verify() == []
    return settled


def conflicts(school: School) -> dict[str, dict[str, Any]]:
    """Return open conflicts by id."""
    with school.share.open_ledger() as ledger:
        return {conflict_id(row["version_id"]): dict(row) for row in Standing.of(ledger).conflicts}


def only_conflict(school: School) -> str:
    """Return the id of the one open conflict."""
    (name,) = conflicts(school)
    return name


def in_conflict(school: School, **cells: object) -> str:
    """Let two workbooks add the same receipt with other quantities: 25 in the ledger, 20 in conflict."""
    school.save(STORE, {"stock_receipt": [receipt()]})
    school.merge()
    school.save(OTHER, {"stock_receipt": [receipt(**{"qty": 20, "amount": "170.00"} | cells)]})
    assert school.sync()["exit_code"] == 3
    return only_conflict(school)


def based_conflict(school: School) -> str:
    """Let both sources of one receipt (25) change it: 20 in the ledger, 10 in conflict."""
    school.become(changed_twice)
    return only_conflict(school)


def changed_twice(school: School) -> None:
    """Save and change a receipt in two workbooks of a new school."""
    with_master(school)
    for name in (STORE, OTHER):
        school.save(name, {"stock_receipt": [receipt()]})
        school.merge()
    school.save(STORE, {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    school.merge()
    school.save(OTHER, {"stock_receipt": [receipt(qty=10, amount="85.00")]})
    school.sync()


def quantity(school: School) -> str:
    """Return the quantity of the one receipt in the books."""
    return school.quantities("stock_receipt")[KEY]


def settled_for_good(school: School) -> None:
    """Assert that nothing is left to do: later runs write and publish nothing; a full one counts anew, once."""
    with school.share.open_ledger() as ledger:
        before = ledger.head().number
    again = school.sync()
    assert (again["revision"], again["exit_code"], again["published"]) == (before, 0, [])
    before = school.sync(full=True)["revision"]
    again = school.sync(full=True)
    assert (again["revision"], again["exit_code"], again["published"]) == (before, 0, [])
    assert conflicts(school) == {}
    assert school.rows("stock_receipt", "conflict") == []


def edited(school: School, name: str, qty: int, **cells: object) -> dict[str, Any]:
    """Save a workbook with another quantity and return what became of it."""
    row = receipt(qty=qty, amount=f"{qty * 8.5:.2f}", **cells)
    school.save(name, {"stock_receipt": [row]})
    return school.book(school.sync(), name)


def test_a_listed_conflict_names_the_cells_that_differ(school: School) -> None:
    """Quantity and amount differ, what belongs to them with them is shown as well."""
    based_conflict(school)
    with school.share.open_ledger() as ledger:
        standing = Standing.of(ledger)
    (told,) = [listed(standing, row) for row in standing.conflicts]
    assert sorted(told["fields"]) == ["amount", "qty"]
    assert {"item_code", "unit", "qty", "unit_price", "amount"} <= set(told["group"])
    assert [told[side]["qty"] for side in ("base", "ours", "theirs")] == ["25.000", "20.000", "10.000"]
    assert told["ours"]["item_code"] == told["theirs"]["item_code"]


def test_ours_keeps_the_ledgers_row(school: School) -> None:
    """The ledger's row stays, the other workbook's row needs nothing any more, and that is on its page."""
    name = in_conflict(school)
    (settled,) = decide(school, **{name: "ours"})
    assert settled.result is Result.DONE
    assert quantity(school) == "25.000"
    settled_for_good(school)
    assert counted(school.book(school.merge(), OTHER)) == {"read": 1, "unchanged": 1}
    page = (school.folder / "feedback/ZW/采购.校验.html").read_text("utf-8")
    assert "冲突（1）" not in page


def test_theirs_takes_the_workbooks_row(school: School) -> None:
    """The workbook's row is taken; what the first one states is its own base and does not come back."""
    name = in_conflict(school)
    (settled,) = decide(school, **{name: "theirs"})
    assert settled.result is Result.DONE
    assert quantity(school) == "20.000"
    assert school.rows("stock_receipt")[0]["_source"]["workbook"] == OTHER
    settled_for_good(school)
    assert quantity(school) == "20.000"


def test_base_goes_back_to_what_both_began_from(school: School) -> None:
    """The row is as it was before both changed it, and neither statement comes back as a change."""
    name = based_conflict(school)
    (settled,) = decide(school, **{name: "base"})
    assert settled.result is Result.DONE
    row = school.rows("stock_receipt")[0]
    assert (row["qty"], row["amount"]) == ("25.000", "212.50")
    settled_for_good(school)
    assert quantity(school) == "25.000"


@pytest.mark.parametrize(
    ("editor", "take"), [(STORE, Take.OURS), (OTHER, Take.OURS), (STORE, Take.THEIRS), (OTHER, Take.BASE)]
)
def test_afterwards_each_workbook_changes_the_row_as_usual(school: School, take: Take, editor: str) -> None:
    """After each decision a further edit of the very cells, in either workbook, is an ordinary change."""
    decide(school, **{based_conflict(school): take})
    told = edited(school, editor, 12)
    assert counted(told) == {"read": 1, "accepted": 1}
    assert quantity(school) == "12.000"
    assert school.rows("stock_receipt")[0]["_source"]["workbook"] == editor
    settled_for_good(school)


@pytest.mark.parametrize("take", list(Take))
def test_an_edit_elsewhere_does_not_bring_back_what_was_refused(school: School, take: Take) -> None:
    """A remark added later merges; the quantity on which the conflict was settled stays."""
    decide(school, **{based_conflict(school): take})
    expected = {"ours": "20.000", "theirs": "10.000", "base": "25.000"}[take]
    edited(school, OTHER, 10, remark="已验")
    edited(school, STORE, 20, batch_no="B7")
    row = school.rows("stock_receipt")[0]
    assert (row["qty"], row["remark"], row["batch_no"]) == (expected, "已验", "B7")
    settled_for_good(school)


@pytest.mark.parametrize(("take", "stock"), [("ours", "20.000"), ("theirs", "10.000"), ("base", "25.000")])
def test_stock_follows_the_decision(school: School, take: str, stock: str) -> None:
    """What the decision puts into the books is what is in stock."""
    decide(school, **{based_conflict(school): take})
    with school.share.open_ledger() as ledger:
        books = books_as_of(school.share, ledger)
        lines = stock_lines(books, books.stock_summary)
    assert [(line.item, f"{line.quantity:.3f}") for line in lines] == [("QJ0001", stock)]


def test_a_rule_may_hold_what_was_decided(school: School) -> None:
    """Taking less than was handed out is held by stock, told, and taken when the rule allows it."""
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": [issue(qty=22)]})
    school.merge()
    school.save(OTHER, {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    school.merge()
    (settled,) = decide(school, **{only_conflict(school): "theirs"})
    assert settled.result is Result.HELD
    assert [finding.code for finding in settled.findings] == ["X-01"]
    assert quantity(school) == "25.000"
    told = school.merge()
    assert codes(school.book(told, OTHER)) == ["X-01"]
    assert told["exit_code"] == 3
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": [issue(qty=15)]})
    school.merge()
    school.sync()
    assert quantity(school) == "20.000"
    settled_for_good(school)


def test_without_a_base_there_is_nothing_to_go_back_to(school: School) -> None:
    """Where both workbooks wrote the row by themselves, base is refused and nothing is written."""
    name = in_conflict(school)
    before = school.merge()["revision"]
    with pytest.raises(NoBase, match="没有原值"):
        decide(school, **{name: "base"})
    assert school.merge()["revision"] == before


def test_an_old_id_is_refused(school: School) -> None:
    """A conflict with other content has another id; the old one, or a settled one, names nothing."""
    name = in_conflict(school)
    edited(school, OTHER, 18)
    assert name not in conflicts(school)
    with pytest.raises(NotOpen, match="houqin conflicts"):
        decide(school, **{name: "theirs"})
    name = only_conflict(school)
    decide(school, **{name: "ours"})
    with pytest.raises(NotOpen):
        decide(school, **{name: "theirs"})


def test_a_workbook_saved_meanwhile_is_not_decided_blindly(school: School) -> None:
    """Where the file says something else by now, nothing is done about the old conflict."""
    name = in_conflict(school)
    school.save(OTHER, {"stock_receipt": [receipt(qty=18, amount="153.00")]})
    (settled,) = decide(school, **{name: "theirs"})
    assert settled.result is Result.CHANGED
    assert quantity(school) == "25.000"
    assert only_conflict(school) != name


def test_a_decision_is_kept_with_who_and_why(school: School) -> None:
    """The ledger remembers who decided what, when, about which row, and why; history shows the versions."""
    name = based_conflict(school)
    decide(school, **{name: "theirs"})
    with school.share.open_ledger() as ledger:
        (row,) = ledger.table("decision").to_dicts()
        history = ledger.history(all_registers()["stock_receipt"], "RK-202611-0001\x1f1")
    assert (row["who"], row["what"], row["subject"]) == ("李明", "resolve", name)
    details = json.loads(row["details"])
    assert (details["take"], details["reason"]) == ("theirs", "核对单据")
    assert details["key"] == ["RK-202611-0001", "1"]
    assert [f"{qty:.3f}" for qty in history["qty"]] == ["10.000", "20.000", "25.000"]


def missing_ids(school: School) -> list[str]:
    """Return the ids of missing rows."""
    with school.share.open_ledger() as ledger:
        return [row.id for row in missing_rows(ledger, all_registers().values())]


def test_a_missing_row_that_is_confirmed_is_withdrawn(school: School) -> None:
    """Its former version stays in history, the decision is kept, and no later run brings it back."""
    school.save(STORE, {"stock_receipt": [receipt(), receipt(2)]})
    school.merge()
    school.save(STORE, {"stock_receipt": [receipt()]})
    school.merge()
    (name,) = missing_ids(school)
    (settled,) = decide(school, name)
    assert settled.result is Result.DONE
    assert school.quantities("stock_receipt") == {KEY: "25.000"}
    assert [row["doc_no"] for row in school.rows("stock_receipt", "withdrawn")] == ["RK-202611-0002"]
    assert "IMP-07" not in codes(school.book(school.merge(), STORE), "warning")
    settled_for_good(school)
    with pytest.raises(NotOpen):
        decide(school, name)


def test_a_missing_row_of_a_turned_page_can_be_confirmed(school: School) -> None:
    """The rows of a month that has left as a whole stay; the one that was missing before may still go."""
    october = [receipt(number, doc_no=f"RK-202610-000{number}", doc_date="2026-10-12") for number in (1, 2, 3)]
    school.save(STORE, {"stock_receipt": october})
    school.merge()
    school.save(STORE, {"stock_receipt": october[:2]})
    school.merge()
    school.save(STORE, {"stock_receipt": [receipt()]})
    school.merge()
    (name,) = missing_ids(school)
    assert decide(school, name)[0].result is Result.DONE
    assert sorted(school.quantities("stock_receipt")) == ["RK-202610-0001/1", "RK-202610-0002/1", KEY]


def test_a_withdrawal_that_leaves_less_than_nothing_is_refused(school: School) -> None:
    """A missing receipt whose goods are handed out stays until the issue is corrected."""
    school.save(STORE, {"stock_receipt": [receipt(), receipt(2)], "stock_issue": [issue(qty=30)]})
    school.merge()
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": [issue(qty=30)]})
    school.merge()
    (name,) = missing_ids(school)
    (settled,) = decide(school, name)
    assert (settled.result, [finding.code for finding in settled.findings]) == (Result.HELD, ["VOID-STOCK"])
    assert len(school.rows("stock_receipt")) == 2
    with school.share.open_ledger() as ledger:
        assert ledger.table("decision").is_empty()
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": [issue(qty=20)]})
    school.merge()
    (settled,) = decide(school, name)
    assert settled.result is Result.DONE


def test_a_row_restored_meanwhile_is_not_withdrawn(school: School) -> None:
    """Neither when a run has seen it, nor when its workbook was saved just before the confirmation."""
    for seen in (True, False):
        school.save(STORE, {"stock_receipt": [receipt(), receipt(2)]})
        school.merge()
        school.save(STORE, {"stock_receipt": [receipt()]})
        school.merge()
        (name,) = missing_ids(school)
        school.save(STORE, {"stock_receipt": [receipt(), receipt(2)]})
        if seen:
            school.merge()
            with pytest.raises(NotOpen):
                decide(school, name)
        else:
            assert decide(school, name)[0].result is Result.CHANGED
        assert [row["_status"] for row in school.rows("stock_receipt")] == ["accepted", "accepted"]


def test_a_safe_stop_that_is_confirmed_goes_on(school: School) -> None:
    """The version that was stopped is taken as any other; the rows that left are missing then."""
    rows = [receipt(number) for number in range(1, 13)]
    school.save(STORE, {"stock_receipt": rows})
    school.merge()
    school.save(STORE, {"stock_receipt": rows[:3]})
    assert school.book(school.merge(), STORE)["status"] == "waiting"
    (settled,) = decide(school, "S1")
    assert settled.result is Result.DONE
    statuses = [row["_status"] for row in school.rows("stock_receipt")]
    assert (statuses.count("accepted"), statuses.count("missing")) == (3, 9)
    assert school.book(school.merge(), STORE)["status"] != "waiting"
    with pytest.raises(NotOpen):
        decide(school, "S1")


def test_a_receipt_and_its_issue_go_together(school: School) -> None:
    """Confirmed at once, the issue is withdrawn first and then the receipt, whose goods nobody has any more."""
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": [issue()]})
    school.merge()
    school.save(STORE, {"stock_receipt": [], "stock_issue": []})
    school.merge()
    code, document = houqin(school, "confirm", *missing_ids(school))
    assert (code, [each["result"] for each in document["decisions"]]) == (0, ["done", "done"])
    assert school.rows("stock_receipt") == school.rows("stock_issue") == []


def houqin(school: School, *arguments: str) -> tuple[int, Any]:
    """Return exit code and JSON document of a command."""
    told = command_line.houqin(*arguments, "--share", school.folder, "--json")
    return told.code, told.json()


def test_the_commands(school: School) -> None:
    """Listing, settling and confirming give the promised documents and exit codes."""
    name = based_conflict(school)
    code, (listed,) = houqin(school, "conflicts")
    assert code == 0
    assert {key: listed[key] for key in ("id", "register", "key", "workbook", "other_workbook", "decided")} == {
        "id": name,
        "register": "stock_receipt",
        "key": ["RK-202611-0001", "1"],
        "workbook": OTHER,
        "other_workbook": STORE,
        "decided": None,
    }
    assert [listed[side]["qty"] for side in ("base", "ours", "theirs")] == ["25.000", "20.000", "10.000"]
    assert houqin(school, "conflicts", "resolve", "C99", "--take", "ours") == (
        2,
        {"error": {"code": "DECISION-NOT-OPEN", "message": NotOpen(id="C99").message()}},
    )
    code, document = houqin(school, "conflicts", "resolve", name, "--take", "base", "--reason", "都不对")
    assert (code, [each["result"] for each in document["decisions"]]) == (0, ["done"])
    assert "feedback/ZW/采购.校验.html" in document["published"]
    assert houqin(school, "conflicts") == (0, [])
    versions = houqin(school, "history", "stock_receipt", "RK-202611-0001", "1")[1]
    assert [version["qty"] for version in versions] == ["25.000", "20.000", "25.000"]
    assert [bool(version["_decision"]) for version in versions] == [True, False, False]
    assert (versions[0]["_decision"]["take"], versions[0]["_decision"]["reason"]) == ("base", "都不对")
    path = f"departments/{OTHER}"
    (answer,) = houqin(school, "why", path, "A4")[1]
    assert answer["outcome"] == "as base"
    for each in (STORE, OTHER):
        school.save(each, {"stock_receipt": []})
    school.merge()
    code, waiting = houqin(school, "confirm")
    assert (code, {each["kind"] for each in waiting}) == (0, {"missing"})
    code, document = houqin(school, "confirm", *(each["id"] for each in waiting))
    assert (code, {each["result"] for each in document["decisions"]}) == (0, {"done"})
    assert houqin(school, "confirm") == (0, [])
