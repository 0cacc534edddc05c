"""The add-in says of a workbook exactly what ``houqin validate --share`` says at the same revision."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from addin.checking import Checked, RowOutcome, check
from addin.published import Published
from schemas.register import register_of
from sync.current import rows_in_ledger
from sync.preview import preview_alone
from sync.publish.books import CLOSED, TABLES, WITH_PAST
from sync.publish.manifest import FOLDER, personal_columns
from sync.state import STATE_VARIABLE
from tests.addin.validated import agrees
from tests.sync.closing import STORE, ClosingSchool, with_november
from tests.sync.school import MASTER, MASTER_BOOK, POOL, STAFF, School, issue, receipt, school_with_master

RECEIPTS = [receipt(number) for number in range(1, 9)]
IDENTITY, PHONE = "11010519491231002X", "13912345678"


def changed(number: int, **cells: object) -> dict[str, list[dict[str, object]]]:
    """Return the store's workbook with one of its receipts changed."""
    receipts = [{**line, **cells} if place == number else line for place, line in enumerate(RECEIPTS, 1)]
    return {"stock_receipt": receipts, "stock_issue": [issue()]}


def roster(**cells: object) -> dict[str, list[Mapping[str, object]]]:
    """Return the master data with more said of the first person."""
    return {**MASTER, "staff_roster": [{**STAFF[0], "id_no": IDENTITY, "phone": PHONE, **cells}, *STAFF[1:]]}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return share and state of a school whose store has changed a receipt since its first version was merged."""
    folder = tmp_path_factory.mktemp("school")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(STATE_VARIABLE, str(folder / "state"))
        patched.setenv("HOUQIN_TODAY", "2026-11-22")
        made = school_with_master(folder / "share")
        made.save(STORE, changed(0))
        made.save(MASTER_BOOK, roster())
        made.merge()
        shutil.copy(made.path(STORE), folder / "older.xlsx")
        made.save(STORE, changed(1, qty=20, amount="170.00"))
        made.sync()
    return made.folder, folder / "state"


@pytest.fixture
def school(merged: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """Return a copy of that school."""
    share, state = merged
    monkeypatch.setenv(STATE_VARIABLE, str(shutil.copytree(state, tmp_path / "own state")))
    made = School(tmp_path / "share")
    shutil.copytree(share, made.folder, dirs_exist_ok=True)
    return made


def outcomes(checked: Checked) -> set[str]:
    """Return what becomes of the rows."""
    return {row.outcome for row in checked.rows}


def codes(checked: Checked) -> set[str]:
    """Return the codes of all findings."""
    return {finding.code for finding in checked.findings}


def _unchanged(school: School) -> Path:
    return school.path(STORE)


def _mistaken(school: School) -> Path:
    wrong = receipt(9, item_code="XX9999"), receipt(10, qty="十二个半"), receipt(11, doc_date="2027-05-01")
    return school.save(STORE, {"stock_receipt": [*RECEIPTS, *wrong, receipt(12, amount="1.00")]})


def _edited_from_first(school: School) -> Path:
    return school.save(STORE, changed(2, qty=20, amount="170.00"))


def _row_gone(school: School) -> Path:
    return school.save(STORE, {"stock_receipt": RECEIPTS[1:], "stock_issue": [issue()]})


def _most_rows_gone(school: School) -> Path:
    return school.save(STORE, {"stock_receipt": RECEIPTS[:1]})


def _renumbered(school: School) -> Path:
    return school.save(STORE, changed(3, doc_no="RK-202611-0033"))


def _edited_copy(school: School) -> Path:
    return school.save("ZW/给会计.xlsx", changed(4, remark="抽查"))


def _twin(school: School) -> Path:
    return Path(shutil.copy(school.path(STORE), school.path("ZW/库房 - 副本.xlsx")))


def _contradiction(school: School) -> Path:
    return school.save("ZW/另记.xlsx", {"stock_receipt": [receipt(5, qty=1, amount="8.50")]})


def _without_right(school: School) -> Path:
    return school.save("ST/名册.xlsx", {"staff_roster": STAFF, "stock_receipt": [receipt(20)]})


def _moved(school: School) -> Path:
    school.path("ZW/十一月").mkdir()
    return school.path(STORE).rename(school.path("ZW/十一月/库房账.xlsx"))


def _from_elsewhere(school: School) -> Path:
    return school.save("../给校长.xlsx", changed(6, qty=20, amount="170.00"))


def _damaged(school: School) -> Path:
    path = school.path("ZW/坏.xlsx")
    path.write_bytes(b"PK\x03\x04 half of a workbook")
    return path


def _lock_file(school: School) -> Path:
    path = school.path("ZW/~$库房.xlsx")
    path.write_bytes(b"somebody")
    return path


def _roster(school: School) -> Path:
    return school.path(MASTER_BOOK)


def _other_post(school: School) -> Path:
    return school.save(MASTER_BOOK, roster(post="副校长"))


def _wrong_identity(school: School) -> Path:
    return school.save(MASTER_BOOK, roster(id_no=IDENTITY[:-1] + "1"))


def _doubled_identity(school: School) -> Path:
    people = [{**STAFF[0], "id_no": IDENTITY, "phone": PHONE}, {**STAFF[1], "id_no": IDENTITY}, *STAFF[2:]]
    return school.save(MASTER_BOOK, {**MASTER, "staff_roster": people})


@pytest.mark.parametrize(
    ("made", "rows", "told"),
    [
        (_unchanged, {"unchanged"}, set()),
        (_mistaken, {"unchanged", "accepted", "held"}, {"CODE-UNKNOWN", "QTY-TEXT", "DATE-FUTURE", "RCP-03"}),
        (_edited_from_first, {"unchanged", "accepted"}, set()),
        (_row_gone, {"unchanged"}, {"IMP-07"}),
        (_most_rows_gone, {"accepted"}, {"IMP-07"}),
        (_renumbered, {"unchanged", "accepted"}, {"IMP-08"}),
        (_edited_copy, {"unchanged", "accepted"}, {"FILE-COPY"}),
        (_twin, {"unchanged"}, {"IMP-01"}),
        (_contradiction, {"conflict"}, {"IMP-02"}),
        (_without_right, {"refused", "accepted"}, {"RIGHT-DENIED"}),
        (_moved, {"unchanged"}, set()),
        (_from_elsewhere, {"unchanged", "accepted"}, set()),
        (_damaged, set(), {"FILE-CORRUPT"}),
        (_lock_file, set(), set()),
        (_roster, {"unchanged"}, set()),
        (_other_post, {"unchanged", "accepted"}, set()),
        (_wrong_identity, {"unchanged", "held"}, {"PER-02"}),
        (_doubled_identity, {"unchanged", "held"}, {"PER-01"}),
    ],
)
def test_the_same_as_validate(school: School, made: Callable[[School], Path], rows: set[str], told: set[str]) -> None:
    """Findings, registers, what becomes of every row, rules left out and revision are those of ``validate``."""
    checked = agrees(school.share, made(school))
    assert (outcomes(checked), told - codes(checked)) == (rows, set()), codes(checked)


def test_an_older_version_that_comes_back(school: School, merged: tuple[Path, Path]) -> None:
    """An older copy, under its own name, another name or from elsewhere, is told by earlier versions of its rows."""
    older = merged[0].parent / "older.xlsx"
    agrees(school.share, older)
    beside = agrees(school.share, Path(shutil.copy(older, school.path("ZW/旧库房.xlsx"))))
    assert "IMP-04" in codes(beside)
    school.path("ZW/旧库房.xlsx").unlink()
    agrees(school.share, Path(shutil.copy(older, school.path(STORE))))


def test_a_marked_copy(school: School) -> None:
    """A marked copy that is edited and put beside its original is looked at from the version that it was made of."""
    school.save(STORE, changed(1, item_code="XX9999"))
    school.sync()
    marked = school.folder / "feedback" / "ZW" / "库房.校验.xlsx"
    checked = agrees(school.share, Path(shutil.copy(marked, school.path("ZW/库房.校验.xlsx"))))
    assert outcomes(checked) == {"unchanged", "held"}


def test_a_closed_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes a closed month is held, what comes late posts to the open one, as the closes say."""
    school = ClosingSchool(tmp_path / "closing", monkeypatch, with_november)
    school.close("2026-11")
    school.today("2026-12-04")
    school.sync()
    stated = {"stock_receipt": [receipt(qty=26, amount="221.00"), receipt(2)], "stock_issue": [issue()]}
    checked = agrees(school.share, school.save(STORE, stated))
    assert {"IMP-05", "LATE"} <= codes(checked)


def test_a_copy_of_the_open_workbook(school: School, tmp_path: Path) -> None:
    """A copy with changes that are not saved yet is taken for the workbook by the name under which it is open."""
    open_book = school.path(STORE)
    copy = tmp_path / "tmp1234.xlsx"
    shutil.copy(school.save("../x.xlsx", changed(2, qty="一些")), copy)
    found = check(copy, open_book, Published.open(school.folder))
    assert [row for row in found.rows if row.outcome == "held"] == [
        RowOutcome("stock_receipt", "入库单", 5, ("RK-202611-0002", "1"), "held", "changed")
    ]
    shutil.copy(copy, open_book)
    assert found.findings == agrees(school.share, open_book).findings


def test_without_a_share(tmp_path: Path) -> None:
    """Without a share only what needs no ledger is checked, and the rules left out are named."""
    path = School(tmp_path / "none").save("../库房.xlsx", changed(1, qty="十二个半"))
    found = check(path, None, None, date(2026, 11, 22))
    plan, _ = preview_alone([(path, str(path))], date(2026, 11, 22), POOL)
    assert found.findings == plan.outcomes[0].findings
    assert {code for code, _, _ in found.rules_left_out} == {code for code, _, _ in plan.checked.rules_off}
    assert (found.revision, outcomes(found)) == (None, {"accepted", "held"})


def test_what_is_read_is_what_the_ledger_has(school: School) -> None:
    """Rows of any status in their order, all their versions, and the ledger's own tables are those of the ledger."""
    books = Published.open(school.folder)
    with school.share.open_ledger() as ledger:
        head = ledger.head()
        assert (books.revision, books.digest) == (head.number, head.digest)
        for register in map(register_of, ledger.touched_since(0)):
            rows = rows_in_ledger(ledger, register, head.number)
            keys = rows["_key"].to_list()
            left_out = personal_columns(register)
            hidden = (*left_out, "_hash") if left_out else ()
            assert_frame_equal(books.load(register).drop(hidden), rows.drop(hidden))
            assert_frame_equal(
                books.versions(register, keys).drop(hidden), ledger.versions(register, keys).drop(hidden)
            )
            assert [name for name in left_out if books.load(register)[name].is_not_null().any()] == []
        for name in (*TABLES, *CLOSED):
            if name != "decision":
                assert_frame_equal(books.table(name), ledger.table(name))
        for revision in range(head.number + 1):
            for name in WITH_PAST:
                assert_frame_equal(books.table(name, as_of=revision), ledger.table(name, as_of=revision))
        (sha256,) = ledger.table("workbook", path=STORE)["sha256"]
        assert books.taken_at(sha256) == ledger.taken_at(sha256) == head.number
        assert books.taken_at("0" * 64) is None


def test_nothing_personal_and_nothing_secret(school: School) -> None:
    """Identity and telephone numbers, addresses of notifications and the ledger's address are in no file."""
    place, hidden = school.folder / "houqin.toml", "quiet-place"
    settings = place.read_text("utf-8").replace("urls = []", f'urls = ["wxwork://{hidden}"]')
    place.write_text(settings.replace('folder = "" ', f'folder = "/{hidden}" '), "utf-8")
    twice = [{**STAFF[1], "id_no": IDENTITY, "phone": PHONE}, *STAFF[2:]]
    school.save(MASTER_BOOK, {**MASTER, "staff_roster": [*roster(post="副主任")["staff_roster"][:1], *twice]})
    school.save("ZW/名册.xlsx", {"staff_roster": roster(post="校长")["staff_roster"][:1]})
    school.sync()
    folder = school.folder / FOLDER
    text = (folder / "manifest.json").read_text("utf-8")
    for path in folder.glob("*.arrow"):
        text += pl.read_ipc(path.read_bytes()).with_columns(pl.all().cast(pl.String, strict=False)).write_csv()
    books = Published.open(school.folder)
    assert (books.table("conflict").height, books.table("held").height) == (1, 2)
    assert "副主任" in text
    assert [secret for secret in (IDENTITY, PHONE, hidden, "sqlite") if secret in text] == []


_CLICK = """
import sys
from pathlib import Path
from addin.checking import check
from addin.published import Published
share = Path(sys.argv[1])
book = share / "departments" / sys.argv[2]
checked = check(book, book, Published.open(share))
assert checked.rows and checked.revision
heavy = {"sqlalchemy", "openpyxl", "xlsxwriter", "jinja2", "apprise", "watchdog", "click", "rich"}
print(sorted(heavy & sys.modules.keys()))
"""


def test_no_database_on_a_click(school: School) -> None:
    """A check in a fresh process loads no database library, nor anything else that writes files."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run(
        [sys.executable, "-c", _CLICK, str(school.folder), STORE],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
