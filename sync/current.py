"""The current rows of every register in mapped files, so that a large ledger is not read again in every run.

A file holds the rows of one register and one posting month and never changes; a list names the files
and the one revision, with its digest, whose rows they are. After a revision only the months that it
touched are written anew. The ledger stays the source of truth: whatever does not fit is read from it
again, and questions about rows, history and proof never look here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.ipc

from schemas.register import made_once
from sync.ledger import IN_THE_BOOKS, Ledger
from sync.publish.books import parts_for
from sync.versioned import content_table, versions_hash
from workbooks.write import replace_file

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.register import Register

FOLDER = "current"
"""Folder of the files in the state folder of a share."""
LIST = "list.json"
LAYOUT = 1
"""Raised when the files are made otherwise, so that none of the old ones is used."""

_UNUSABLE = (OSError, ValueError, KeyError, TypeError, pa.ArrowException, pl.exceptions.PolarsError)
"""What reading a list or file that was damaged, or is of another program, may raise."""


@dataclass(frozen=True)
class Month:
    """The current rows of one register that post to one month, in one file."""

    period: str | None
    """``yyyy-mm``; None for rows without a date."""
    file: str
    size: int
    modified: int
    """Time of the last change of the file, in nanoseconds."""
    versions: str
    """SHA-256 of the version numbers in the file: versions never change, so it names the content."""
    statuses: Mapping[str, int]
    """Status to number of rows."""
    workbooks: tuple[str, ...]
    """The workbooks that the rows come from, sorted."""
    parts: tuple[tuple[int, str], ...] = ()
    """Of each part in which many rows are published for the add-in: how many rows it has, and ``versions`` of these."""

    @property
    def in_the_books(self) -> int:
        """Return how many of the rows count."""
        return sum(self.statuses.get(status, 0) for status in IN_THE_BOOKS)


@dataclass(frozen=True)
class Kept:
    """The files of one register, and a hash of the declaration by which they were written."""

    shape: str
    months: tuple[Month, ...] = ()


@dataclass(frozen=True)
class Listed:
    """The list: which files there are, and the revision whose rows they hold."""

    revision: int = 0
    digest: str = ""
    registers: Mapping[str, Kept] = field(default_factory=dict)


class CurrentRows:
    """The rows in force at one revision, of any status, mapped from files when they are asked for."""

    def __init__(self, ledger: Ledger, folder: Path, listed: Listed) -> None:
        self._ledger = ledger
        self._folder = folder
        self._listed = listed
        self._whole: dict[str, pl.DataFrame] = {}

    @property
    def revision(self) -> int:
        """Return the number of the revision."""
        return self._listed.revision

    def months(self, register: type[Register]) -> tuple[Month, ...]:
        """Return the months of a register that have rows, those without a date first."""
        kept = self._listed.registers.get(register.id)
        return kept.months if kept else ()

    def rows(self, register: type[Register]) -> pl.DataFrame:
        """Return all rows of a register in the order of months and keys; memory is taken only for what is looked at."""
        if register.id not in self._whole:
            try:
                frames = [_mapped(self._folder / month.file, register) for month in self.months(register)]
            except _UNUSABLE:
                (self._folder / LIST).unlink(missing_ok=True)
                frames = [rows_in_ledger(self._ledger, register, self.revision)]
            self._whole[register.id] = pl.concat([content_table(register).no_rows, *frames], rechunk=False)
        return self._whole[register.id]

    def with_missing(self, register: type[Register]) -> pl.DataFrame:
        """Return all rows of the months in which some row is missing."""
        months = [month for month in self.months(register) if month.statuses.get("missing")]
        return pl.concat(
            [content_table(register).no_rows, *(self.of_month(register, month) for month in months)], rechunk=False
        )

    def of_month(self, register: type[Register], month: Month) -> pl.DataFrame:
        """Return the rows of one of its months, in the order of their keys."""
        try:
            return _mapped(self._folder / month.file, register)
        except _UNUSABLE:
            return self.rows(register).filter(pl.col("_post_period").eq_missing(pl.lit(month.period, pl.String)))


def rows_in_ledger(ledger: Ledger, register: type[Register], revision: int) -> pl.DataFrame:
    """Return what ``CurrentRows.rows`` does, from the ledger itself."""
    whole = pl.concat([content_table(register).no_rows, *ledger.current(register, revision)])
    return whole.sort("_post_period", *register.key, "_key", nulls_last=False)


def brought_forward(ledger: Ledger, registers: Mapping[str, type[Register]], folder: Path) -> CurrentRows:
    """Return the current rows after bringing their files to the newest revision; hold the writer's lock.

    ``registers`` are those of the ledger, ``folder`` is the state folder of the share.
    """
    place = folder / FOLDER
    head = ledger.head()
    known = _usable(_read(place), ledger, registers, place)
    if (known.revision, known.digest) == (head.number, head.digest) and known.registers.keys() == registers.keys():
        return CurrentRows(ledger, place, known)
    place.mkdir(parents=True, exist_ok=True)
    touched, ever = ledger.touched_since(known.revision), ledger.touched_since(0)
    fresh = ledger.taken_fresh(head.number)
    files = _Files(place, head.digest)
    kept: dict[str, Kept] = {}
    for register_id, register in registers.items():
        before = known.registers.get(register_id)
        added = fresh.get(register_id)
        if added is not None and _is_all_that_is_new(added, touched, ever, register_id, before):
            months = _with_added(register, added, before, files)
        elif before is None or touched.get(register_id, 0) > _count(before):
            months = _built(ledger, register, head.number, files) if register_id in ever else ()
        elif register_id in touched:
            months = _updated(ledger, register, known.revision, before, files)
        else:
            months = before.months
        kept[register_id] = Kept(_shape(register), months)
    listed = Listed(head.number, head.digest, kept)
    replace_file(place / LIST, lambda path: _write_list(path, listed))
    _tidy(place, listed)
    return CurrentRows(ledger, place, listed)


def as_they_are(ledger: Ledger, registers: Mapping[str, type[Register]], folder: Path) -> Load:
    """Return what gives the current rows of a register to readers, which write nothing.

    They come from the files where these are of the newest revision, else from the ledger.
    """
    place = folder / FOLDER
    head = ledger.head()
    known = _usable(_read(place), ledger, registers, place)
    if (known.revision, known.digest) == (head.number, head.digest) and known.registers.keys() == registers.keys():
        return CurrentRows(ledger, place, known).rows
    return lambda register: rows_in_ledger(ledger, register, head.number)


def _read(place: Path) -> Listed:
    """Return the list as it was written; an empty one where there is none that can be read."""
    try:
        stored = json.loads((place / LIST).read_text("utf-8"))
        registers = {
            register_id: Kept(
                kept["shape"],
                tuple(_month(month) for month in kept["months"]),
            )
            for register_id, kept in stored["registers"].items()
        }
        return Listed(int(stored["revision"]), str(stored["digest"]), registers)
    except _UNUSABLE:
        return Listed()


def _month(stored: Mapping[str, Any]) -> Month:
    parts = tuple((int(rows), str(versions)) for rows, versions in stored.get("parts", ()))
    return Month(**{**stored, "workbooks": tuple(stored["workbooks"]), "parts": parts})


def _write_list(path: Path, listed: Listed) -> None:
    registers = {
        register_id: {"shape": kept.shape, "months": [vars(month) for month in kept.months]}
        for register_id, kept in listed.registers.items()
    }
    content = {"revision": listed.revision, "digest": listed.digest, "registers": registers}
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def _usable(listed: Listed, ledger: Ledger, registers: Mapping[str, type[Register]], place: Path) -> Listed:
    """Return what can be used of a list: nothing of another ledger, no files that were declared or changed since."""
    revision = ledger.revision(listed.revision)
    if revision is None or revision.digest != listed.digest:
        return Listed()
    fitting = {
        register_id: kept
        for register_id, kept in listed.registers.items()
        if register_id in registers
        and kept.shape == _shape(registers[register_id])
        and all(_as_written(place, month) for month in kept.months)
    }
    return Listed(listed.revision, listed.digest, fitting)


def _as_written(place: Path, month: Month) -> bool:
    try:
        found = (place / month.file).stat()
    except OSError:
        return False
    return (found.st_size, found.st_mtime_ns) == (month.size, month.modified)


@made_once
def _shape(register: type[Register]) -> str:
    """Return the hash of everything in a declaration that the files depend on."""
    columns = {name: str(dtype) for name, dtype in content_table(register).stored.items()}
    return hashlib.sha256(json.dumps([LAYOUT, columns, register.key]).encode()).hexdigest()


def _count(kept: Kept) -> int:
    return sum(sum(month.statuses.values()) for month in kept.months)


def _mapped(path: Path, register: type[Register]) -> pl.DataFrame:
    """Return the rows of a file without reading it: the operating system loads what is looked at."""
    with pa.memory_map(str(path)) as source:
        found = pl.from_arrow(pa.ipc.open_file(source).read_all(), rechunk=False)
    if not isinstance(found, pl.DataFrame) or found.schema != content_table(register).stored:
        raise ValueError(path)
    return found


class _Files:
    """Writes the files of one revision."""

    def __init__(self, place: Path, digest: str) -> None:
        self.place = place
        self._digest = digest

    def write(self, register: type[Register], period: str | None, rows: pl.DataFrame) -> Month:
        """Write the rows of one month, in the order of their keys."""
        ordered = rows.sort(*register.key, "_key", nulls_last=False)
        versions = versions_hash(ordered["_version"])
        content = json.dumps([_shape(register), self._digest, period, versions])
        path = self.place / f"{register.id}-{hashlib.sha256(content.encode()).hexdigest()[:24]}.arrow"
        replace_file(path, ordered.write_ipc)
        found = path.stat()
        statuses = dict(ordered.group_by("_status", maintain_order=True).len().iter_rows())
        workbooks = tuple(ordered["_workbook"].unique().drop_nulls().sort())
        parts = hashed_parts(ordered["_version"])
        return Month(period, path.name, found.st_size, found.st_mtime_ns, versions, statuses, workbooks, parts)


def hashed_parts(versions: pl.Series) -> tuple[tuple[int, str], ...]:
    """Return of each part in which these rows are published how many there are, and the hash of their versions."""
    count = parts_for(versions.len())
    split = [versions.filter(versions % count == part) for part in range(count)] if count > 1 else []
    return tuple((own.len(), versions_hash(own)) for own in split)


def _built(ledger: Ledger, register: type[Register], revision: int, files: _Files) -> tuple[Month, ...]:
    """Write all months of a register from the ledger; rows lie in files meanwhile, for memory is short."""
    with TemporaryDirectory(dir=files.place) as folder:
        parts: dict[str | None, list[Path]] = {}
        for number, piece in enumerate(ledger.current(register, revision)):
            for place, ((period,), rows) in enumerate(piece.group_by("_post_period")):
                path = Path(folder) / f"{number}-{place}.arrow"
                rows.write_ipc(path)
                parts.setdefault(None if period is None else str(period), []).append(path)
        months = [
            files.write(register, period, pl.concat(pl.read_ipc(path) for path in parts[period]))
            for period in _in_order(parts)
        ]
    return tuple(months)


def _updated(ledger: Ledger, register: type[Register], since: int, before: Kept, files: _Files) -> tuple[Month, ...]:
    """Write the months that revisions after ``since`` touched and return all months."""
    changed = ledger.changed_since(register, since)
    ended = changed.filter(pl.col("_to").is_not_null())["_version"].to_list()
    begun = changed.filter(pl.col("_to").is_null())
    months = {month.period: month for month in before.months}
    for period in changed["_post_period"].unique().to_list():
        rows = [begun.filter(pl.col("_post_period").eq_missing(pl.lit(period, pl.String)))]
        if period in months:
            stayed = _mapped(files.place / months.pop(period).file, register)
            rows.append(stayed.filter(~pl.col("_version").is_in(ended)))
        whole = pl.concat(rows)
        if whole.height:
            months[period] = files.write(register, period, whole)
    return tuple(months[period] for period in _in_order(months))


def _is_all_that_is_new(
    added: pl.DataFrame, touched: Mapping[str, int], ever: Mapping[str, int], register_id: str, before: Kept | None
) -> bool:
    """Tell whether files of a register lack some added rows and nothing else; without files, whether it had no rows."""
    lacking = ever if before is None else touched
    return lacking.get(register_id) == added.height


def _with_added(register: type[Register], added: pl.DataFrame, before: Kept | None, files: _Files) -> tuple[Month, ...]:
    """Write the months that some rows were added to and return all months."""
    months = {month.period: month for month in before.months} if before else {}
    for period in added["_post_period"].unique().to_list():
        rows = [added.filter(pl.col("_post_period").eq_missing(pl.lit(period, pl.String)))]
        if period in months:
            rows.append(_mapped(files.place / months.pop(period).file, register))
        months[period] = files.write(register, period, pl.concat(rows))
    return tuple(months[period] for period in _in_order(months))


def _in_order(periods: Iterable[str | None]) -> Sequence[str | None]:
    return sorted(periods, key=lambda period: (period is not None, period or ""))


def _tidy(place: Path, listed: Listed) -> None:
    """Remove files of earlier revisions, and what a run that was killed left behind.

    A file that another program has mapped stays until the next run.
    """
    wanted = {LIST, *(month.file for kept in listed.registers.values() for month in kept.months)}
    for path in place.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in wanted:
            with contextlib.suppress(OSError):
                path.unlink()
