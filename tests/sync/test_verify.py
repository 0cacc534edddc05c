from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from schemas.register import all_registers
from sync.backup import backup
from sync.ledger.engine import open_engine, writing
from sync.ledger.verify import tables_found, verify
from sync.proof import prove, published_digest
from sync.share import Share
from sync.versioned import VersionedTable
from tests.sync.school import MASTER, School, issue, receipt

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a share and its state after three revisions, in which every kind of row has a history."""
    folder = tmp_path_factory.mktemp("proven")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        school = School(folder / "share")
        school.save("ZW/基础资料.xlsx", MASTER)
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2, amount="99.00")]})
        school.save("ST/食堂.xlsx", {"stock_receipt": [receipt(1, qty=7)]})
        school.sync()
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00"), receipt(3), receipt(4)]})
        school.sync()
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(4), receipt(5)], "stock_issue": [issue(qty=5)]})
        with school.share.open_ledger() as ledger, ledger.write("confirm") as writer:
            row = {"who": "T001", "what": "confirm", "subject": "x", "decided_at": NOW, "details": {"a": 1}}
            writer.put("decision", [row])
            writer.put("setting", [{"name": "method", "value": "fifo"}])
            writer.put("rekeyed", [{"register": "stock_receipt", "old_key": "a", "new_key": "b"}])
        school.sync()
    return folder


@dataclass(frozen=True)
class Cell:
    """One value in the database: of one version, or of a record of a revision."""

    table: str
    column: str
    where: str
    revisions: frozenset[int]
    """Those that may be named when it is altered."""
    value: Any
    others: tuple[str, ...]
    """What it is set to, as SQL."""


def cells(connection: sa.Connection, table: VersionedTable) -> Iterator[Cell]:
    """Yield every column of a table with the first version that has a value there, the newest one without."""
    statement = f"SELECT * FROM {table.name} ORDER BY {table.version}"  # noqa: S608 - own names
    rows = connection.exec_driver_sql(statement).mappings().all()
    for column, dtype in table.stored.items() if rows else ():
        row = next((row for row in rows if row[column] is not None), rows[-1])
        revisions = frozenset(each for each in (row[table.start], row[table.end]) if each is not None)
        where = f"{table.version} = {row[table.version]}"
        others = _others(column, row[column], number=dtype == pl.Int64())
        if column == table.version:
            others = [f"{column} + 100000"]
        elif column == table.start:
            others = [f"{column} + 1", f"{column} + 1000"]
        yield Cell(table.name, column, where, revisions, row[column], tuple(others))


def _others(column: str, value: object, *, number: bool) -> list[str]:
    if value is None:
        return ["7"] if number else ["''"]
    if number:
        return [f'"{column}" + 1', "NULL"]
    return [f"\"{column}\" || 'x'", "NULL"]


def _named(cell: Cell, found: set[tuple[int, str]]) -> bool:
    """Tell whether table and revision were named; a version moved to another revision names that one or its own."""
    places = {place for place in found if place[1] == cell.table}
    moved = cell.column in {"_from", "_to", "revision_from", "revision_to"}
    return bool(places) and (moved or any(number in cell.revisions for number, _ in places))


class TestEveryCell:
    """Every value of every table is under the chain."""

    def test_sqlite(self, merged: Path) -> None:
        """Each column of each table is altered in turn: table and revision are named every time."""
        self._every_cell(f"sqlite:///{merged / 'state' / 'ledger.db'}", step=1)

    def test_postgresql(
        self, merged: Path, tmp_path: Path, empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A sample of the columns is altered in turn in PostgreSQL."""
        from sync.restore import restore

        monkeypatch.setenv("HOUQIN_STATE", str(merged / "state"))
        made = backup(Share.open(merged / "share"), tmp_path / "kept.zip", NOW)
        monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
        (tmp_path / "share").mkdir()
        settings = (merged / "share" / "houqin.toml").read_text(encoding="utf-8")
        named = settings.replace("[ledger]", f'[ledger]\nurl = "{empty_postgresql}"')
        (tmp_path / "share" / "houqin.toml").write_text(named, encoding="utf-8")
        restore(tmp_path / "share", made.path, NOW, replace=False)
        self._every_cell(empty_postgresql, step=7)

    @staticmethod
    def _every_cell(url: str, step: int) -> None:
        engine = open_engine(url)
        registers, missed, seen = all_registers(), [], 0
        with writing(engine).connect() as connection:
            with connection.begin():
                assert verify(connection, registers) == []
                tables = list(tables_found(connection))
                wanted = [cell for table in tables for cell in cells(connection, table)][::step]
            for cell in wanted:
                for other in cell.others:
                    change = f'UPDATE {cell.table} SET "{cell.column}" = {other} WHERE {cell.where}'  # noqa: S608
                    transaction = connection.begin()
                    if "_key" in cell.column or cell.column.endswith("_to"):
                        connection.exec_driver_sql(f"DROP INDEX IF EXISTS ux_{cell.table}_key")
                    connection.exec_driver_sql(change)
                    found = {(one.revision, one.table) for one in verify(connection, registers)}
                    transaction.rollback()
                    seen += 1
                    if not _named(cell, found):
                        missed.append((change, cell.value, sorted(found)))
        engine.dispose()
        assert missed == []
        assert seen > 200 // step

    def test_swapped(self, merged: Path) -> None:
        """Two versions that change places between revisions are found in both."""
        engine = open_engine(f"sqlite:///{merged / 'state' / 'ledger.db'}")
        with writing(engine).connect() as connection:
            statement = "SELECT _version, _from FROM reg_stock_receipt GROUP BY _from ORDER BY _from LIMIT 2"
            (first, one), (second, two) = connection.exec_driver_sql(statement).all()
            connection.exec_driver_sql(f"UPDATE reg_stock_receipt SET _from = {two} WHERE _version = {first}")  # noqa: S608
            connection.exec_driver_sql(f"UPDATE reg_stock_receipt SET _from = {one} WHERE _version = {second}")  # noqa: S608
            found = {(each.revision, each.table) for each in verify(connection, all_registers())}
            connection.rollback()
        engine.dispose()
        assert {(one, "reg_stock_receipt"), (two, "reg_stock_receipt")} <= found


class TestPrintedElsewhere:
    """A chain that was cut off at its end is found by what was printed of it."""

    @pytest.fixture
    def share(self, merged: Path, tmp_path: Path) -> Share:
        """A copy of the merged school."""
        shutil.copytree(merged / "share", tmp_path / "share")
        shutil.copytree(merged / "state", tmp_path / "state")
        return Share.open(tmp_path / "share")

    @staticmethod
    def cut(share: Share) -> None:
        """Remove the newest revision without a trace in the database."""
        engine = open_engine(share.config.ledger_url)
        with writing(engine).begin() as connection:
            newest = connection.exec_driver_sql("SELECT MAX(number) FROM revision").scalar_one()
            for table in list(tables_found(connection)):
                for change in (
                    f"DELETE FROM {table.name} WHERE {table.start} = {newest}",  # noqa: S608 - own names
                    f"UPDATE {table.name} SET {table.end} = NULL WHERE {table.end} = {newest}",  # noqa: S608
                ):
                    connection.exec_driver_sql(change)
            connection.exec_driver_sql(f"DELETE FROM revision_part WHERE number = {newest}")  # noqa: S608
            connection.exec_driver_sql(f"DELETE FROM revision WHERE number = {newest}")  # noqa: S608
        engine.dispose()

    def test_published(self, share: Share) -> None:
        """The published master ledger names the newest revision in full."""
        with share.open_ledger() as ledger:
            newest = ledger.head().digest
        assert published_digest(share.path) == newest
        assert prove(share, {}).problems == ()
        self.cut(share)
        proof = prove(share, {})
        assert [one.code for one in proof.problems] == ["VERIFY-HEAD"]
        assert proof.heads == {"published": newest}

    def test_given(self, share: Share) -> None:
        """A digest that was noted down is compared, its first 16 letters are enough, fewer are not."""
        with share.open_ledger() as ledger:
            newest = ledger.head().digest
        shutil.rmtree(share.path / "published")
        for printed in (newest, newest[:16], newest[:16].upper(), f"{newest[:16]}…"):
            assert prove(share, {"given": printed}).problems == ()
        assert prove(share, {"given": newest[:15]}).problems != ()
        self.cut(share)
        assert prove(share, {}).problems == ()
        assert [one.code for one in prove(share, {"given": newest[:16]}).problems] == ["VERIFY-HEAD"]

    def test_backup(self, share: Share, tmp_path: Path) -> None:
        """A backup names the newest revision of its time."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        shutil.rmtree(share.path / "published")
        self.cut(share)
        assert [one.code for one in prove(share, {"backup": made.manifest.head.digest}).problems] == ["VERIFY-HEAD"]

    @pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken"])
    def test_unreadable_master(self, share: Share, content: bytes) -> None:
        """A published file that cannot be read names nothing."""
        (share.path / "published" / "总账.xlsx").write_bytes(content)
        assert prove(share, {}).heads == {}

    def test_archive(self, share: Share) -> None:
        """An archived file that is lost or altered is found, with the revision that took it."""
        lost, altered = sorted((share.state / "archive").rglob("*.xlsx"))[:2]
        lost.unlink()
        altered.write_bytes(altered.read_bytes()[:-1])
        found = {(one.code, one.args["found"]): one.revision for one in prove(share, {}).problems}
        assert found.keys() == {("VERIFY-FILE-LOST", lost.stem), ("VERIFY-FILE-ALTERED", altered.stem)}
        assert all(revision >= 1 for revision in found.values())
