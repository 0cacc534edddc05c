"""A school of plain files: workbooks as anybody would write them, merged as by ``houqin sync``, read by commands."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sync.cli import houqin
from sync.commands.sync import document
from sync.run import SyncResult, sync
from sync.share import Share
from sync.summary import lines_of
from tests.environment import environment
from tests.sync.school import nothing_published
from workbooks.pool import ReaderPool

Row = Mapping[str, str]
Sheets = Mapping[str, Sequence[Row]]
"""Register id to its rows, cell by cell as text."""

SETTINGS = """school = "青山小学"
registers = [{registers}]
[departments]
ZW = {{ name = "总务处" }}
ST = {{ name = "食堂" }}
"""
PARTS = ("accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")


@dataclass(frozen=True)
class Saved:
    """A workbook as somebody saved it, under the name that it had then (``ZW/库房.xlsx``)."""

    name: str
    sheets: Sheets
    moment: datetime
    """The time of the save, as it stands in the file."""


@dataclass
class Files:
    """One share with its ledger."""

    folder: Path
    pool: ReaderPool
    titles: Mapping[str, tuple[str, Mapping[str, str]]]
    """Register id to its title, and column to header, as ``houqin registers`` gives them."""
    read: dict[str, int] = field(default_factory=dict)
    """Workbook to the number of rows that it holds."""

    def __post_init__(self) -> None:
        """Make an empty share."""
        (self.folder / "departments").mkdir(parents=True)
        registers = ", ".join(f'"{name}"' for name in self.titles)
        (self.folder / "houqin.toml").write_text(SETTINGS.format(registers=registers), "utf-8")

    def save(self, saved: Saved) -> None:
        """Write a workbook: one sheet per register, its headers above its rows, every cell as text."""
        path = self._path(saved.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(path) as book:
            book.set_properties({"created": saved.moment})
            for register, rows in saved.sheets.items():
                title, headers = self.titles[register]
                sheet = book.add_worksheet(title.replace("/", "-"))
                names = list(headers)
                sheet.write_row(0, 0, [headers[name] for name in names])
                for number, row in enumerate(rows, 1):
                    for place, name in enumerate(names):
                        if row.get(name):
                            sheet.write_string(number, place, row[name])
        self.read[saved.name] = sum(map(len, saved.sheets.values()))

    def move(self, name: str, to: str) -> None:
        """Rename a workbook, or move it to another folder."""
        target = self._path(to)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._path(name).replace(target)
        self.read[to] = self.read.pop(name)

    def copy(self, name: str, to: str) -> None:
        """Copy a workbook as it lies there."""
        self._path(to).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._path(name), self._path(to))
        self.read[to] = self.read[name]

    def delete(self, name: str) -> None:
        """Delete a workbook."""
        self._path(name).unlink()
        del self.read[name]

    def sync(self) -> dict[str, Any]:
        """Merge, publish, and return the document of ``houqin sync``; every row of every file is accounted for."""
        share = Share.open(self.folder)
        return self._told(share, sync(share, self.pool))

    def merge(self) -> dict[str, Any]:
        """Do the same and leave publishing, which is half of the work, to a later run."""
        share = Share.open(self.folder)
        return self._told(share, sync(share, self.pool, publish=nothing_published))

    def _told(self, share: Share, result: SyncResult) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(json.dumps(document(result, lines_of(share, result), "zh"), default=str))
        assert not told["problems"], told["problems"]
        for book in told["workbooks"]:
            assert book["read"] == sum(book[part] for part in PARTS), book
            name = book["path"].removeprefix("departments/")
            assert name not in self.read or book["read"] == self.read[name], (book, self.read[name])
        return told

    def rows(self, register: str, *options: str) -> list[dict[str, Any]]:
        """Return what ``houqin rows --json`` prints."""
        found: list[dict[str, Any]] = told_by("rows", register, "--share", str(self.folder), "--json", *options)
        return found

    def conflicts(self) -> list[dict[str, Any]]:
        """Return what ``houqin conflicts --json`` prints."""
        found: list[dict[str, Any]] = told_by("conflicts", "--share", str(self.folder), "--json")
        return found

    def waiting(self) -> list[dict[str, Any]]:
        """Return what ``houqin confirm --json`` prints."""
        found: list[dict[str, Any]] = told_by("confirm", "--share", str(self.folder), "--json")
        return found

    def resolve(self, conflict: str, take: str) -> str:
        """Settle a conflict and return what became of the decision."""
        return self._carried_out("conflicts", "resolve", conflict, "--take", take)

    def confirm(self, name: str) -> str:
        """Confirm what waits and return what became of the decision."""
        return self._carried_out("confirm", name)

    def _carried_out(self, *arguments: str) -> str:
        told = told_by(*arguments, "--reason", "商定", "--share", str(self.folder), "--json", pool=self.pool)
        return ", ".join(each["result"] for each in told["decisions"])

    def is_proven(self) -> bool:
        """Tell whether ``houqin verify`` finds the ledger whole."""
        return bool(told_by("verify", "--share", str(self.folder), "--json")["ok"])

    def _path(self, name: str) -> Path:
        return self.folder / "departments" / name


def told_by(*arguments: str, pool: ReaderPool | None = None) -> Any:  # noqa: ANN401 - one JSON document of any shape
    """Return the JSON document that a command prints; one that merges borrows the readers of ``pool``."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        houqin.main(list(arguments), prog_name="houqin", standalone_mode=False, obj=pool)
    return json.loads(out.getvalue())


def titles_of(registers: Sequence[str]) -> dict[str, tuple[str, dict[str, str]]]:
    """Return register id to its title and headers, as ``houqin registers --json`` tells them."""
    known = {each["id"]: each for each in told_by("registers", "--json")}
    return {
        name: (known[name]["title"], {column["name"]: column["title"] for column in known[name]["columns"]})
        for name in registers
    }


@contextlib.contextmanager
def today(day: str, state: Path) -> Iterator[None]:
    """Have the school's clock stand at a day, and ledgers lie in a folder, within the block."""
    with environment(HOUQIN_TODAY=day, HOUQIN_STATE=str(state)):
        yield
