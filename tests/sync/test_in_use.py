"""What rows in the books refer to stays in the books, whoever asks for its withdrawal (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.config import Config
from sync.decisions import Orders, missing_rows
from sync.share import Share
from tests.sync.histories import IN_USE, VOID, Office, issue, item, receipt

BOOK, CATALOGUE = "ZW/库房.xlsx", "ZW/基础资料.xlsx"


@pytest.fixture
def office() -> Iterator[Office]:
    """Return departments with two items in the catalogue, of which one is received and issued."""
    made = Office()
    made.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")]})
    made.save(BOOK, {"stock_receipt": [receipt(1)], "stock_issue": [issue(1)]})
    made.run()
    yield made
    made.ledger.close()


def items(office: Office) -> dict[str, str]:
    """Return code to status of the items in the books."""
    rows = office.ledger.rows(office.share.registers["item_catalogue"]).to_dicts()
    return {row["item_code"]: row["_status"] for row in rows}


def test_an_item_that_documents_use_cannot_be_voided(office: Office) -> None:
    """The mark is refused with how many rows use it and which is the first; what nobody uses goes."""
    office.save(CATALOGUE, {"item_catalogue": [item(remark=VOID), item("QJ0002", remark=VOID)]})
    plan = office.run()
    assert items(office) == {"QJ0001": "accepted"}
    (found,) = [f for f in plan.outcomes[0].findings if f.code == "VOID-USED"]
    assert (found.key, found.args["count"]) == (("QJ0001",), 2)
    assert found.args["user"] == "出库单(领用登记) CK-202611-0001 / 1"


def test_an_item_that_documents_use_cannot_be_confirmed_away(office: Office) -> None:
    """A missing item stays missing and in use, and the confirmation is refused."""
    office.save(CATALOGUE, {"item_catalogue": []})
    office.run()
    assert items(office) == {"QJ0001": "missing", "QJ0002": "missing"}
    ids = [row.id for row in missing_rows(office.ledger, [office.share.registers["item_catalogue"]])]
    plan = office.run(orders=Orders("T001", confirms=ids))
    assert items(office) == {"QJ0001": "missing"}
    assert [(f.code, f.key) for f in plan.blocked] == [("VOID-USED", ("QJ0001",))]


def test_an_item_goes_once_nothing_uses_it(office: Office) -> None:
    """The withdrawal is tried again in every run, and carried out when the last document has left."""
    office.save(CATALOGUE, {"item_catalogue": [item(remark=VOID), item("QJ0002")]})
    office.run()
    rows = {"stock_receipt": [receipt(1, remark=VOID)], "stock_issue": [issue(1, remark=VOID)]}
    office.save(BOOK, rows)
    for _ in ("the issue", "the receipt", "the item"):
        office.run()
    assert items(office) == {"QJ0002": "accepted"}
    head = office.ledger.head().number
    office.run()
    assert office.ledger.head().number == head


def test_the_code_of_an_item_that_documents_use_is_not_corrected_without_them(office: Office) -> None:
    """The new code waits and says how many rows use the old one; a code that nobody uses is corrected."""
    office.save(CATALOGUE, {"item_catalogue": [item("QJ0009", item_name="物品QJ0001"), item("QJ0002")]})
    told = office.told(office.run(), CATALOGUE)
    assert told == ({"read": 2, "unchanged": 1, "held": 1}, ["VOID-USED"])
    assert items(office) == {"QJ0001": "accepted", "QJ0002": "accepted"}
    office.save(CATALOGUE, {"item_catalogue": [item("QJ0001"), item("QJ0008", item_name="物品QJ0002")]})
    office.run()
    assert items(office) == {"QJ0001": "accepted", "QJ0008": "accepted"}


@pytest.mark.parametrize("order", ["at once", "the item first"])
def test_a_code_is_corrected_together_with_the_rows_that_use_it(office: Office, order: str) -> None:
    """Once every document names the new code, in the same run or in a later one, all of them are taken."""
    papers = {"stock_receipt": [receipt(1), receipt(2, item_code="QJ0002")], "stock_issue": [issue(1)]}
    office.save(BOOK, papers)
    office.run()
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0009", item_name="物品QJ0002")]})
    if order != "at once":
        office.run()
        assert items(office) == {"QJ0001": "accepted", "QJ0002": "accepted"}
    office.save(BOOK, papers | {"stock_receipt": [receipt(1), receipt(2, item_code="QJ0009")]})
    office.run()
    assert items(office) == {"QJ0001": "accepted", "QJ0009": "accepted"}
    assert [row["item_code"] for row in office.rows().values()] == ["QJ0001", "QJ0009"]


def test_a_conversion_that_documents_use_stays(office: Office) -> None:
    """No conversion is withdrawn by which a document was counted; one that nobody uses goes."""
    office.share = Share(Path("school"), Config(registers=(*IN_USE, "unit_conversion")))
    box = {"item_code": "QJ0001", "alt_unit": "箱", "factor": "5", "valid_from": "2026-01-01"}
    later = {**box, "valid_from": "2026-11-20"}
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")], "unit_conversion": [box, later]})
    office.save(BOOK, {"stock_receipt": [receipt(1), receipt(2, 2, unit="箱")], "stock_issue": [issue(1)]})
    office.run()
    gone = [{**row, "remark": VOID} for row in (box, later)]
    office.save(CATALOGUE, {"item_catalogue": [item(), item("QJ0002")], "unit_conversion": gone})
    told = office.told(office.run(), CATALOGUE)
    assert told == ({"read": 4, "unchanged": 2, "skipped": 2}, ["VOID-USED"])
    kept = office.ledger.rows(office.share.registers["unit_conversion"])
    assert [f"{day}" for day in kept["valid_from"]] == ["2026-01-01"]
