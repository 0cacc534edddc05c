"""Histories of a small school in stages, and what of it counts once everything was made up for."""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addin.published import PublicationError, Published
from schemas.register import all_registers, register_of
from sync.share import Share
from tests.sync.school import MASTER, School, issue, receipt

BOOK, ISSUES, NEW, COPY = "ZW/库房.xlsx", "ZW/出库.xlsx", "ZW/新.xlsx", "ZW/库房(1).xlsx"
REGISTERS = (*MASTER, "stock_receipt", "stock_issue")
VOID = "作废"
Stage = Callable[[School], None]


@dataclass(frozen=True)
class History:
    """What departments do, stage by stage; a run should follow each."""

    name: str
    stages: tuple[Stage, ...]
    contested: bool
    """Whether there are conflicts, deletions and copies, so that it matters which stages a run sees."""


def amended(number: int, qty: int) -> dict[str, object]:
    """Return a receipt with another quantity."""
    return receipt(number, qty=qty, amount=f"{qty * 8.5:.2f}", batch_no=f"B{number}")


def bought(*numbers: int) -> list[dict[str, object]]:
    """Return receipts that differ by more than their numbers."""
    return [amended(number, 25) for number in numbers]


def _begin(school: School) -> None:
    school.save("ZW/基础资料.xlsx", MASTER)
    school.save(BOOK, {"stock_receipt": bought(*range(1, 8))})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 4)]})


def _amend_and_hold(school: School) -> None:
    school.save(BOOK, {"stock_receipt": [amended(1, 30), *bought(*range(2, 12))]})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 8)]})
    school.save(NEW, {"stock_receipt": [*bought(20), receipt(21, item_code="QJ9999")]})


def _name_the_item(school: School) -> None:
    item = {**MASTER["item_catalogue"][0], "item_code": "QJ9999", "item_name": "新物品"}
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": [*MASTER["item_catalogue"], item]})


def _another_department(school: School) -> None:
    school.save("ST/食堂.xlsx", {"stock_issue": [issue(number, qty=2) for number in (31, 32)]})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 10)]})


def _rename(school: School) -> None:
    school.path(BOOK).rename(school.path("ZW/库房账.xlsx"))
    school.save(ISSUES, {"stock_issue": [issue(1, qty=2), *(issue(number, qty=1) for number in range(2, 10))]})


def _two_sides(school: School) -> None:
    shutil.copyfile(school.path(BOOK), school.path(COPY))
    school.save(COPY, {"stock_receipt": [*bought(1), amended(2, 27), *bought(*range(3, 8))]})
    school.save(BOOK, {"stock_receipt": [*bought(1), amended(2, 26), *bought(*range(4, 9))]})


def _same_number_elsewhere(school: School) -> None:
    school.save("ZW/另一本.xlsx", {"stock_receipt": [amended(4, 99), *bought(30)]})
    school.save(COPY, {"stock_receipt": [*bought(1), amended(2, 27), *bought(5, 6, 7)]})


def _void_and_delete(school: School) -> None:
    lines = [issue(1, qty=1), issue(2, qty=1, remark=VOID), issue(4, qty=1)]
    school.save(ISSUES, {"stock_issue": lines})
    school.path(COPY).unlink()


def _take_away(school: School) -> None:
    school.path(BOOK).unlink()
    shutil.copyfile(school.path("ZW/另一本.xlsx"), school.path("ZW/另一本 - 副本.xlsx"))


SMOOTH = History("smooth", (_begin, _amend_and_hold, _name_the_item, _another_department, _rename), contested=False)
CONTESTED = History("contested", (_begin, _two_sides, _same_number_elsewhere, _void_and_delete, _take_away), True)
ENDED = {"RK": frozenset[str](), "CK": frozenset({"CK-202611-0002", "CK-202611-0003"})}
"""Document numbers that some stage of a history voids or renumbers, by what they begin with."""


@contextlib.contextmanager
def state_of(folder: Path) -> Iterator[None]:
    """Work with the state beside a school's folder."""
    before = os.environ.get("HOUQIN_STATE")
    os.environ["HOUQIN_STATE"] = str(folder / "state")
    try:
        yield
    finally:
        os.environ.pop("HOUQIN_STATE")
        if before is not None:
            os.environ["HOUQIN_STATE"] = before


def school_in(folder: Path) -> School:
    """Return the school that lies in a folder already."""
    school = School.__new__(School)
    school.folder = folder / "school"
    with state_of(folder):
        school.share = Share.open(school.folder)
        assert school.share.state == folder / "state"
    return school


def written(history: History, folder: Path) -> list[Path]:
    """Write the departments' folders as every stage leaves them and return where they lie."""
    school = School(folder / "school")
    places = []
    for number, stage in enumerate(history.stages):
        stage(school)
        places.append(folder / f"stage{number}")
        shutil.copytree(school.folder / "departments", places[-1])
    return places


def saved(stage: Path, folder: Path) -> None:
    """Put the files of a stage into the departments' folders of a school, whatever lay there."""
    departments = folder / "school" / "departments"
    shutil.rmtree(departments, ignore_errors=True)
    shutil.copytree(stage, departments)


def outcome(folder: Path) -> dict[str, Any]:
    """Run to the end and return what counts: rows with their states, the proof of the ledger, what is published."""
    torn = unreadable(folder / "school")
    with state_of(folder):
        school = school_in(folder)
        school.sync()
        idle = school.sync()["published"]
        rows = {name: sorted(map(_content, school.rows(name, "all")), key=repr) for name in REGISTERS}
        with school.share.open_ledger() as ledger:
            problems = ledger.verify()
    published = sorted(str(path.relative_to(folder)) for path in (school.folder / "published").rglob("*.xlsx"))
    books = Published.open(school.folder)
    of_rows = ("_key", "_hash", "_status")
    left = sorted(path.name for path in folder.rglob("*.tmp"))
    return {
        "rows": rows,
        "problems": problems,
        "published": published,
        "half": half_written(school.folder),
        "idle": idle,
        "left": left,
        "torn": torn,
        "books": {name: books.load(register_of(name)).select(of_rows).sort("_key").rows() for name in REGISTERS},
    }


def unreadable(school: Path) -> list[str]:
    """Return what is wrong with the books that lie in a share, as a click would find them."""
    if not (school / "published" / "books").exists():
        return []
    try:
        books = Published.open(school)
        for register in all_registers().values():
            books.load(register)
    except PublicationError as exc:
        return [exc.message()]
    return []


def _content(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without what depends on how many runs it took."""
    source = {name: value for name, value in row["_source"].items() if name != "sha256"}
    return {name: value for name, value in row.items() if name != "_revision"} | {"_source": source}


def half_written(school: Path) -> list[str]:
    """Return the published files that are not whole."""
    found = []
    for folder in ("published", "feedback"):
        for path in sorted((school / folder).rglob("*")):
            if path.suffix == ".xlsx" and not path.name.startswith((".~", "~$")) and not _is_whole(path):
                found.append(path.name)
            if path.suffix == ".html" and not path.read_bytes().rstrip().endswith(b"</html>"):
                found.append(path.name)
    return found


def _is_whole(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            return package.testzip() is None
    except zipfile.BadZipFile:
        return False


def broken_promises(folder: Path) -> list[str]:
    """Return what went wrong over all revisions: rows that were lost, doubled, or that nobody stated."""
    found = []
    with state_of(folder):
        school = school_in(folder)
        with school.share.open_ledger() as ledger:
            for register_id in ("stock_receipt", "stock_issue"):
                register = all_registers()[register_id]
                before: set[str] = set()
                for revision in range(1, ledger.head().number + 1):
                    rows = ledger.rows(register, as_of=revision)
                    keys = rows["_key"].to_list()
                    if len(keys) != len(set(keys)):
                        found.append(f"{register_id} doubled in revision {revision}: {sorted(keys)}")
                    gone = {number for key in before - set(keys) if (number := key[:14]) not in ENDED[number[:2]]}
                    found += [f"{register_id} {number} lost in revision {revision}" for number in sorted(gone)]
                    before = set(keys)
                    stated = zip(rows["doc_no"], rows["qty"], strict=True)
                    found += [f"{number}: nobody stated {qty}" for number, qty in stated if not _stated(number, qty)]
    return found


def _stated(number: str, quantity: object) -> bool:
    """Tell whether some stage of some history states a quantity for a document."""
    usual = {"CK": (1, 2), "RK": (25,)}[number[:2]]
    others = {"RK-202611-0001": (30,), "RK-202611-0002": (26, 27), "RK-202611-0004": (99,)}
    return quantity in (*usual, *others.get(number, ()))
