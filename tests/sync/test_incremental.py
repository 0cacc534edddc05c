"""After a change only what it touched is loaded and written, and the result is that of publishing everything anew."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.register import all_registers, register_of
from sync import stock_memory
from sync.config_default import write_default_config
from sync.current import FOLDER, LIST, CurrentRows, as_they_are, brought_forward, rows_in_ledger
from sync.ledger import Ledger, row_keys
from sync.publish.paths import DETAILS_FOLDER, MASTER
from sync.publish_run import Published, publish_all
from sync.share import Share
from sync.standing import Standing
from sync.steps import Quiet
from tests.sync.school import POOL, School, receipt

MONTHS = ("2026-09", "2026-10", "2026-11")
RECEIPT, ISSUE, ITEM = (register_of(name) for name in ("stock_receipt", "stock_issue", "item_catalogue"))
OCTOBER, NOVEMBER = (f"{DETAILS_FOLDER}入库单/2026-{month}.xlsx" for month in (10, 11))

Row = dict[str, Any]


def rows(register_id: str, *stated: Row) -> pl.DataFrame:
    """Return rows as the ledger takes them; what a row does not say is null."""
    register = register_of(register_id)
    types = {column.name: column.dtype for column in register.columns} | register.computed()
    frame = pl.DataFrame([{name: row.get(name) for name in types} for row in stated], schema=types)
    day = pl.col(register.date_column).cast(pl.Date) if register.date_column else pl.lit(None, pl.Date())
    return frame.with_columns(
        row_keys(register, frame),
        pl.Series("_status", [row.get("_status", "accepted") for row in stated]),
        pl.lit("ZW/库房.xlsx").alias("_workbook"),
        pl.lit(register.title).alias("_sheet"),
        pl.int_range(4, 4 + frame.height, dtype=pl.Int64).alias("_row"),
        pl.lit("ab" * 32).alias("_sha256"),
        day.alias("_post_date"),
        day.dt.strftime("%Y-%m").alias("_post_period"),
    )


def moved(number: int, month: str, qty: int, **cells: object) -> Row:
    """Return a stock movement of some brooms."""
    stated = {"doc_no": f"DJ-{number:04d}", "line_no": 1, "doc_date": date.fromisoformat(f"{month}-05")}
    goods = {"warehouse": "CK01", "item_code": "QJ0001", "unit": "把"}
    return {**stated, **goods, "qty": Decimal(qty), "qty_base": Decimal(qty), **cells}


def stock_books(*months: str) -> set[str]:
    """Return the volumes of the stock ledger and of the month summary of some months."""
    titles = [register_of(name).title for name in ("stock_ledger", "monthly_stock_summary")]
    return {f"{DETAILS_FOLDER}{title}/{month}.xlsx" for title in titles for month in months}


class Office:
    """A share whose ledger is written directly, and published as a run does it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        write_default_config(folder, "青山小学")
        self.share = Share.open(folder)
        self.folder = folder
        self.ledger = self.share.open_ledger()
        with self.ledger.write("sync") as writer:
            writer.add(ITEM, rows("item_catalogue", {"item_code": "QJ0001", "item_name": "竹扫把", "base_unit": "把"}))

    def state(self, register_id: str, *stated: Row) -> None:
        """Write one revision that gives rows these contents, in place of what they say now."""
        register, added = register_of(register_id), rows(register_id, *stated)
        now = self.ledger.rows(register, keys=added["_key"], statuses=("accepted", "missing", "withdrawn"))
        with self.ledger.write("sync") as writer:
            writer.close(register, now["_version"].to_list())
            writer.add(register, added)

    def current(self) -> CurrentRows:
        """Return the current rows as a run brings them forward."""
        return brought_forward(self.ledger, all_registers(), self.share.state)

    def publish(self) -> Published:
        """Publish what changed."""
        return publish_all(self.share, self.ledger, Standing.of(self.ledger), self.current(), POOL, Quiet())

    def shown(self) -> dict[str, dict[str, bytes]]:
        """Return the parts of every published workbook, without the time at which it was made."""
        found = {}
        for path in sorted((self.folder / "published").rglob("*.xlsx")):
            with zipfile.ZipFile(path) as package:
                parts = {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}
            found[path.relative_to(self.folder).as_posix()] = parts
        return found

    def forget(self) -> None:
        """Forget everything that was published and kept beside the ledger."""
        shutil.rmtree(self.folder / "published")
        for kept in (FOLDER, stock_memory.FOLDER):
            shutil.rmtree(self.share.state / kept, ignore_errors=True)
        self.ledger.published(0, dict.fromkeys(self.ledger.publications()["target"]))


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """An office with a receipt in October and one in November, published."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
    made = Office(tmp_path / "share")
    made.state("stock_receipt", moved(1, "2026-10", 5), moved(2, "2026-11", 7))
    made.publish()
    yield made
    made.ledger.close()


class TestPublishing:
    """What a run writes below ``published``."""

    def test_nothing_changed(self, office: Office) -> None:
        """A run in which nothing changed writes no file and notes nothing."""
        before = {path: path.stat().st_mtime_ns for path in office.folder.rglob("*")}
        assert office.publish() == Published()
        assert {path: path.stat().st_mtime_ns for path in office.folder.rglob("*")} == before

    def test_one_row_changed(self, office: Office) -> None:
        """One changed row: its month, the master ledger and the stock book from that month on are written."""
        office.state("stock_receipt", moved(2, "2026-11", 8))
        assert set(office.publish().written) == {MASTER, NOVEMBER, *stock_books("2026-11")}

    def test_a_row_that_moves_to_another_month(self, office: Office) -> None:
        """Both months are written; the one that lost its last row loses its file."""
        office.state("stock_receipt", moved(2, "2026-10", 7))
        changed = stock_books("2026-10", "2026-11")
        assert {MASTER, OCTOBER} < set(office.publish().written) < {MASTER, OCTOBER, *changed}
        gone = {path for path in changed if not (office.folder / path).exists()}
        assert gone == {f"{DETAILS_FOLDER}{register_of('stock_ledger').title}/2026-11.xlsx"}
        assert not (office.folder / NOVEMBER).exists()

    @pytest.mark.parametrize("path", [MASTER, OCTOBER, NOVEMBER])
    def test_a_file_that_was_deleted_comes_back(self, office: Office, path: str) -> None:
        """A published file that is no longer there is written again, and only that."""
        before = office.shown()
        (office.folder / path).unlink()
        assert office.publish().written == (path,)
        assert office.shown() == before

    @pytest.mark.parametrize("path", [MASTER, OCTOBER])
    def test_a_file_that_somebody_changed_is_restored(self, office: Office, path: str) -> None:
        """A published file with another content, even of the same length and time, gives way to ours."""
        before, target = office.shown(), office.folder / path
        kept = target.stat()
        content = bytearray(target.read_bytes())
        content[-1] ^= 1
        target.write_bytes(content)
        os.utime(target, ns=(kept.st_atime_ns, kept.st_mtime_ns + 1))
        assert office.publish().written == (path,)
        assert office.shown() == before

    def test_a_file_that_was_copied_back(self, office: Office) -> None:
        """A file with our content and another time, as a backup restores it, is left alone and known again."""
        os.utime(office.folder / OCTOBER, ns=(1, 1))
        assert office.publish() == Published()
        assert office.publish() == Published()
        assert (office.folder / OCTOBER).stat().st_mtime_ns == 1

    def test_a_month_in_several_volumes(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a month in several volumes only those whose rows changed are written."""
        monkeypatch.setattr("sync.publish.volume_cuts.VOLUME_ROWS", 2)
        office.state("stock_receipt", *(moved(number, "2026-09", 1) for number in range(10, 15)))
        office.publish()
        office.state("stock_receipt", moved(13, "2026-09", 2))
        receipts = {path for path in office.publish().written if "入库单" in path}
        assert receipts == {f"{DETAILS_FOLDER}入库单/2026-09-02.xlsx"}

    def test_another_school_name(self, office: Office) -> None:
        """A setting that every file shows makes all of them anew."""
        settings_file = office.folder / "houqin.toml"
        settings_file.write_text(settings_file.read_text("utf-8").replace("青山小学", "绿水小学"), "utf-8")
        office.share = Share.open(office.folder)
        assert {MASTER, OCTOBER, NOVEMBER} <= set(office.publish().written)


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["stock_receipt", "stock_issue"]),
        st.integers(1, 4),
        st.sampled_from(MONTHS),
        st.integers(1, 9),
        st.sampled_from(["accepted", "accepted", "missing", "withdrawn"]),
    ),
    min_size=1,
    max_size=5,
)
"""Register, number, month, quantity and status of rows: added, amended, moved, gone, withdrawn, restored."""


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(CHANGES, min_size=1, max_size=4))
def test_the_same_as_publishing_everything(
    runs: list[list[tuple[str, int, str, int, str]]],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever changed run by run, the files are cell for cell those of a publication from nothing."""
    folder = tmp_path_factory.mktemp("office")
    for name, rows_of in (("LEAST_ROWS", 1), ("_LEAST_LEFT", 1), ("_ONE_OF", 2)):
        monkeypatch.setattr(f"sync.publish.volume_cuts.{name}", rows_of)
    monkeypatch.setenv("HOUQIN_STATE", str(folder / "state"))
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
    office = Office(folder / "share")
    with office.ledger:
        for changes in runs:
            last = {(name, number): (month, qty, status) for name, number, month, qty, status in changes}
            for name in ("stock_receipt", "stock_issue"):
                stated = [
                    moved(number, month, qty, _status=status)
                    for (each, number), (month, qty, status) in last.items()
                    if each == name
                ]
                if stated:
                    office.state(name, *stated)
            office.publish()
        stepwise = office.shown()
        assert office.publish().written == ()
        office.forget()
        office.publish()
        assert stepwise == office.shown()


class TestCurrentRows:
    """The current rows in files beside the ledger."""

    def same(self, office: Office) -> None:
        """Compare them, for every register, with what the ledger says."""
        current, head = office.current(), office.ledger.head().number
        for register in all_registers().values():
            assert current.rows(register).equals(rows_in_ledger(office.ledger, register, head)), register.id

    def test_after_each_revision(self, office: Office) -> None:
        """They are the ledger's rows of the newest revision, in the order of months and keys."""
        self.same(office)
        for stated in (
            moved(2, "2026-10", 7, _status="withdrawn"),
            moved(2, "2026-11", 7, _status="missing"),
            moved(0, "2026-09", 1),
            moved(3, "2026-09", 1, doc_date=None),
        ):
            office.state("stock_receipt", stated)
            self.same(office)

    def test_only_touched_months_are_written(self, office: Office) -> None:
        """A revision that touches one month leaves the files of the others as they are."""
        before = {month.period: month for month in office.current().months(RECEIPT)}
        office.state("stock_receipt", moved(2, "2026-11", 8))
        after = {month.period: month for month in office.current().months(RECEIPT)}
        assert before["2026-10"] == after["2026-10"]
        assert before["2026-11"].file != after["2026-11"].file
        kept = {path.name for path in (office.share.state / FOLDER).iterdir()}
        assert {month.file for month in after.values()} <= kept
        assert before["2026-11"].file not in kept

    @pytest.mark.parametrize("damage", ["list", "no list", "file", "no file"])
    def test_damaged(self, office: Office, damage: str) -> None:
        """A list or file that is lost or broken is made again from the ledger."""
        place = office.share.state / FOLDER
        file = place / office.current().months(RECEIPT)[0].file
        match damage:
            case "list":
                (place / LIST).write_bytes((place / LIST).read_bytes()[:-20])
            case "no list":
                (place / LIST).unlink()
            case "file":
                file.write_bytes(b"\0" * file.stat().st_size)
            case _:
                file.unlink()
        self.same(office)

    def test_damaged_without_a_trace(self, office: Office) -> None:
        """A file whose content is broken while size and time are not: the ledger is read instead."""
        file = office.share.state / FOLDER / office.current().months(RECEIPT)[0].file
        kept = file.stat()
        file.write_bytes(b"\0" * kept.st_size)
        os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        self.same(office)
        self.same(office)

    def test_another_ledger(self, office: Office, tmp_path: Path) -> None:
        """Files of another ledger are not used, even if its revisions have the same numbers."""
        url = f"sqlite:///{tmp_path / 'other.db'}"
        with Ledger.open(url, all_registers(), now=lambda: datetime(2026, 1, 1, tzinfo=UTC)) as other:
            for qty in (1, 2):
                with other.write("sync") as writer:
                    writer.close(RECEIPT, other.rows(RECEIPT)["_version"].to_list())
                    writer.add(RECEIPT, rows("stock_receipt", moved(1, "2026-10", qty)))
            assert other.head().number == office.ledger.head().number
            found = brought_forward(other, all_registers(), office.share.state).rows(RECEIPT)
        assert found["qty"].to_list() == [Decimal(2)]

    def test_a_ledger_that_went_back(self, office: Office, tmp_path: Path) -> None:
        """After a backup was restored and other rows were written, none of the lost ones comes back."""
        database = office.share.state / "ledger.db"
        with office.ledger.write("sync") as writer:
            writer.put("setting", [{"name": "kept", "value": "1"}])
        office.ledger.close()
        shutil.copy(database, tmp_path / "backup.db")
        office.ledger = office.share.open_ledger()
        office.state("stock_receipt", moved(1, "2026-10", 77))
        office.current()
        office.ledger.close()
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (office.share.state / name).unlink(missing_ok=True)
        shutil.copy(tmp_path / "backup.db", database)
        office.ledger = office.share.open_ledger()
        office.state("stock_receipt", moved(2, "2026-11", 9))
        self.same(office)

    def test_many_changes_at_once(self, office: Office) -> None:
        """More changes than rows: the register is read from the ledger as a whole."""
        for qty in range(3):
            office.state("stock_receipt", *(moved(number, "2026-09", qty) for number in range(20)))
        self.same(office)

    def test_after_a_run_that_was_killed(self, office: Office) -> None:
        """Half-written files are not used and vanish with the next revision."""
        place = office.share.state / FOLDER
        (place / "tmpabc").mkdir()
        left = [place / "tmpabc/0-0.arrow", place / ".~list.1.tmp", place / "stock_receipt-0.arrow"]
        for path in left:
            path.write_bytes(b"ARROW1")
        office.state("stock_receipt", moved(2, "2026-11", 8))
        self.same(office)
        assert not any(path.exists() for path in left)

    def test_readers_write_nothing(self, office: Office) -> None:
        """A reader uses the files where they are of the newest revision, else the ledger, and changes nothing."""
        office.state("stock_receipt", moved(2, "2026-11", 8))
        place = office.share.state / FOLDER
        before = sorted(path.name for path in place.iterdir())
        wanted = rows_in_ledger(office.ledger, RECEIPT, office.ledger.head().number)
        assert as_they_are(office.ledger, all_registers(), office.share.state)(RECEIPT).equals(wanted)
        assert sorted(path.name for path in place.iterdir()) == before
        office.current()
        assert as_they_are(office.ledger, all_registers(), office.share.state)(RECEIPT).equals(wanted)


def test_a_run_with_nothing_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks that did not change: the run writes no revision, and neither files nor memory of files."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    school = School(tmp_path / "share")
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    first = school.sync()
    places = [tmp_path / "share", tmp_path / "state" / FOLDER]
    before = {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*")}
    again = school.sync()
    assert (again["revision"], again["published"]) == (first["revision"], [])
    assert {path: path.stat().st_mtime_ns for place in places for path in place.rglob("*")} == before


def test_rows_just_written_are_kept_as_the_ledger_gives_them_back(tmp_path: Path) -> None:
    """What a run adds goes to the files of current rows without being read again, for the first time and later."""
    known = all_registers()
    with Ledger.open(f"sqlite:///{tmp_path / 'l.db'}", known) as ledger:
        for first in (1, 4):
            with ledger.write("sync") as writer:
                added = [moved(number, month, number, note="") for number, month in enumerate(MONTHS, first)]
                writer.add(RECEIPT, rows("stock_receipt", *added))
            found = brought_forward(ledger, known, tmp_path).rows(RECEIPT)
            assert found.equals(rows_in_ledger(ledger, RECEIPT, found["_from"].max()))  # type: ignore[arg-type]
            assert found.height == first + 2


def test_a_large_book_is_valued_some_items_at_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is published of a book that was never closed is the same as of all items at once."""
    office.state("stock_receipt", *(moved(10 + n, MONTHS[n], n + 1, item_code=f"QJ000{n + 1}") for n in range(3)))
    office.publish()
    whole = office.shown()
    monkeypatch.setattr(stock_memory, "ROWS_AT_ONCE", 1)
    office.forget()
    office.publish()
    assert office.shown() == whole
