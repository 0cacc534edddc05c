"""Backup, restore and proof from the command line, with the ledger in SQLite and in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import houqin
from tests.sync.school import MASTER, School, receipt


@dataclass(frozen=True)
class Desk:
    """An admin's desk: a school, the state of its machine, and the command line."""

    school: School
    state: Path

    def ask(self, command: str, *arguments: object) -> tuple[int, Any]:
        """Run one command with ``--json`` and return its exit code and its one document."""
        told = houqin(command, *arguments, "--share", self.school.folder, "--json", state=self.state)
        return told.code, told.json()


@pytest.fixture(params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A school whose houqin.toml names the database, with one workbook saved and nothing merged."""
    school = School(tmp_path / "share")
    if request.param == "postgresql":
        url = request.getfixturevalue("empty_postgresql")
        settings = school.folder / "houqin.toml"
        text = settings.read_text(encoding="utf-8").replace("[ledger]", f'[ledger]\nurl = "{url}"')
        settings.write_text(text, encoding="utf-8")
    school.save("ZW/基础资料.xlsx", MASTER)
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    return Desk(school, tmp_path / "state")


def test_a_school_is_kept_and_brought_back(desk: Desk) -> None:
    """Merge, prove, back up, go on, restore, prove again: the books are those of the backup."""
    assert desk.ask("sync")[0] == 0
    code, proof = desk.ask("verify")
    assert (code, proof["ok"], proof["revision"], list(proof["heads"])) == (0, True, 1, ["published"])
    assert desk.ask("status")[1]["last_backup"] is None
    code, made = desk.ask("backup")
    assert (code, made["revision"], made["digest"], made["files"]) == (0, 1, proof["digest"], 2)
    assert desk.ask("status")[1]["last_backup"]["path"] == made["file"]
    before = desk.ask("rows", "stock_receipt")[1]
    assert len(before) == 2

    desk.school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2), receipt(3)]})
    assert desk.ask("sync")[1]["revision"] == 2
    assert desk.ask("verify", "--backup", made["file"])[0] == 0

    code, told = desk.ask("restore", made["file"])
    assert (code, told["error"]["code"]) == (3, "RESTORE-LEDGER")
    code, told = desk.ask("restore", made["file"], "--replace")
    assert (code, told["revision"], told["digest"]) == (0, 1, proof["digest"])
    assert (told["replaced"]["revision"], told["replaced"]["later"]) == (2, True)
    assert desk.ask("rows", "stock_receipt")[1] == before
    code, cut = desk.ask("verify")
    assert (code, [each["code"] for each in cut["problems"]]) == (1, ["VERIFY-HEAD"])
    assert desk.ask("sync", "--full")[1]["revision"] == 2
    assert desk.ask("verify", "--head", proof["digest"])[0] == 0
    assert len(desk.ask("rows", "stock_receipt")[1]) == 3


def test_a_broken_backup(desk: Desk, tmp_path: Path) -> None:
    """A file that is no backup, or a damaged one, ends with exit code 5 and one error document."""
    (tmp_path / "notes.zip").write_text("hello", encoding="utf-8")
    code, told = desk.ask("restore", tmp_path / "notes.zip")
    assert (code, told["error"]["code"]) == (5, "BACKUP-FOREIGN")
    _, made = desk.ask("backup", "-o", tmp_path / "kept.zip")
    whole = Path(made["file"]).read_bytes()
    Path(made["file"]).write_bytes(whole[: len(whole) // 2])
    code, told = desk.ask("restore", made["file"])
    assert (code, told["error"]["code"]) == (5, "BACKUP-DAMAGED")
