"""What counts of a school once everything was made up for, and what may not be, whatever happened."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import psutil

from addin.published import PublicationError, Published
from schemas.register import all_registers, register_of
from sync.backup_file import Package
from sync.choices import conflict_id
from sync.closes import CLOSES
from sync.commands.rows import listed
from sync.decisions import missing_rows, stop_id
from sync.errors import HouqinError
from sync.init import TEMPLATES
from sync.ledger import Ledger
from sync.nights import read_nights
from sync.publish.manifest import MANIFEST
from sync.scan import hash_file
from sync.standing import Standing
from sync.state import archived_files
from tests.faults.schools import ENDED, History, school_in, state_of
from tests.sync.school import POOL

Outcome = dict[str, Any]
_OF_CLOSES = ("book", "period", "status", "by", "approver", "open_items", "method", "digest", "volumes")
_LEFT = (
    ".~*",
    "*.tmp",
    ".restore-*",
    "*.restoring*",
    ".rehearsal-*",
    ".daemon.json.*",
    "archive/??/.*",
    ".houqin.toml.*",
)
"""What a program that was killed may leave, and the next one tidies up."""


class Named(dict[str, str]):
    """What commands name, as it is now: the school, its newest backup, what waits for somebody's decision."""

    def __init__(self, folder: Path) -> None:
        super().__init__(share=str(folder / "school"))
        self._folder = folder

    def __missing__(self, name: str) -> str:
        """Return the first of a kind that waits, or what stands for none."""
        if name == "backup":
            return str(max((self._folder / "state" / "backups").glob("*.zip"), default=""))
        share = school_in(self._folder).share
        with share.open_ledger() as ledger:
            standing = Standing.of(ledger)
            found = {
                "conflict": [conflict_id(row["version_id"]) for row in standing.conflicts],
                "stop": [stop_id(row) for row in standing.stops],
                "missing": [row.id for row in missing_rows(ledger, share.registers.values())],
            }[name]
        return next(iter(found), "C0" if name == "conflict" else "stock_receipt:0")


_SHOWN = ("published", "feedback", TEMPLATES)
"""The folders of a share that the program writes."""
_READ_SECONDS = 600
"""How long a file may take to be read here: thousands of kills may share a machine with others."""


def outcome(folder: Path, history: History, today: str = "2026-11-22") -> Outcome:
    """Run to the end and return what counts: rows with their states, proofs, closes, what is published and kept."""
    torn = unreadable(folder / "school")
    POOL.seconds = _READ_SECONDS
    with state_of(folder, today):
        school = school_in(folder)
        school.sync()
        idle = school.sync()["published"]
        with school.share.open_ledger() as ledger:
            rows = {name: _rows(ledger, name) for name in history.registers}
            problems = ledger.verify()
            closes = sorted(map(repr, ledger.table(CLOSES).select(_OF_CLOSES).iter_rows()))
    shown = (path for name in _SHOWN for path in (school.folder / name).rglob("*.*"))
    published = sorted(str(path.relative_to(folder)) for path in shown if path.suffix in (".xlsx", ".html"))
    again = unreadable(school.folder)
    books = Published.open(school.folder)
    of_rows = ("_key", "_hash", "_status")
    return {
        "rows": rows,
        "problems": problems,
        "closes": closes,
        "published": published,
        "half": half_written(school.folder),
        "idle": idle,
        "left": left_behind(folder),
        "torn": [*torn, *again],
        "books": {name: books.load(register_of(name)).select(of_rows).sort("_key").rows() for name in rows},
        "archive": [path.name for path in archived_files(folder / "state") if hash_file(path)[0] != path.stem],
        "backups": broken_backups(folder / "state"),
    }


def _rows(ledger: Ledger, register_id: str) -> list[dict[str, Any]]:
    """Return all rows of a register without what depends on how many runs it took."""
    found = []
    for row in listed(ledger, all_registers()[register_id], "all", None):
        source = {name: value for name, value in row["_source"].items() if name != "sha256"}
        found.append({name: value for name, value in row.items() if name != "_revision"} | {"_source": source})
    return sorted(found, key=repr)


def first_digest(folder: Path) -> str:
    """Return the digest of the first revision of a ledger, empty where there is no ledger."""
    if not (folder / "state").exists():
        return ""
    with state_of(folder), school_in(folder).share.open_ledger() as ledger:
        return next((revision.digest for revision in ledger.revisions()), "")


def left_behind(folder: Path) -> list[str]:
    """Return the names of files of programs that are no more."""
    return sorted(path.name for pattern in _LEFT for path in folder.rglob(pattern) if not _is_running(path.name))


def _is_running(name: str) -> bool:
    """Tell whether the process runs that a file is named by: its number may be taken again."""
    number = name.removesuffix(".tmp").rpartition(".")[2]
    return number.isdigit() and psutil.pid_exists(int(number))


def broken_backups(state: Path) -> list[str]:
    """Return the backups that are not whole, and those of nights that are not there."""
    found = []
    for path in sorted((state / "backups").glob("*.zip")):
        try:
            Package.open(path).__exit__(None, None, None)
        except HouqinError as exc:
            found.append(exc.message("en"))
    kept = {each.path for each in read_nights(state).kept}
    return found + [path for path in sorted(kept) if not Path(path).exists()]


def unreadable(school: Path) -> list[str]:
    """Return what is wrong with the books that lie in a share, as a click would find them."""
    if not (school / MANIFEST).exists():  # nothing was ever published to its end
        return []
    try:
        books = Published.open(school)
        books.frames.clear()  # what lies there now counts, not what was read before
        for register in all_registers().values():
            books.load(register)
    except PublicationError as exc:
        return [exc.message()]
    return []


def half_written(school: Path) -> list[str]:
    """Return the published files that are not whole."""
    found = []
    for folder in _SHOWN:
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


def broken_promises(folder: Path, history: History) -> list[str]:
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
                    stated = (
                        zip(rows["doc_no"], rows["qty"], strict=True) if "staff_roster" in history.registers else ()
                    )
                    found += [f"{number}: nobody stated {qty}" for number, qty in stated if not _stated(number, qty)]
    return found


def _stated(number: str, quantity: object) -> bool:
    """Tell whether some stage of some history states a quantity for a document."""
    usual = {"CK": (1, 2), "RK": (25,)}[number[:2]]
    others = {"RK-202611-0001": (30,), "RK-202611-0002": (26, 27), "RK-202611-0004": (99,), "RK-202611-0008": (2,)}
    return quantity in (*usual, *others.get(number, ()))
