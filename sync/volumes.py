"""Which months of which registers are loaded to be published: those that are not known to be as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.periods import books_in_use, books_of
from schemas.register import all_registers
from sync import __version__
from sync.closes import CLOSED, CLOSES
from sync.completed import completed, is_looked_at
from sync.current import CurrentRows, Month
from sync.publish.details import LAYOUT, look_of, parts_of
from sync.publish.volume_cuts import full_sizes, in_full_volumes, in_small_volumes, sizes_of
from sync.versioned import in_the_books

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping
    from sync.ledger import Ledger
    from sync.publish.releases import Release
    from sync.share import Share


_CLOSED = "closed"
"""Begins the mark of a settled month; no hash does."""


@dataclass(frozen=True)
class Volumes:
    """The details to publish."""

    details: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Register id to the rows of the months that are looked at, with the paths of their workbooks and ``_volume``."""
    untouched: Mapping[tuple[str, str | None], Sequence[int]] = field(default_factory=dict)
    """(register id, month) to the numbers of rows of the volumes of the other months."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Path of a volume to the hash of what it is made of."""


@dataclass(frozen=True)
class SettledMonths:
    """Which months of which registers are settled, and by which close."""

    registers: Mapping[str, type[Register]] = field(default_factory=dict)
    """The registers in use, by id."""
    closes: Sequence[tuple[str, str, int]] = ()
    """Book, month and version of every close that stands, by book and month."""

    def mark(self, register: type[Register], period: str | None) -> str:
        """Return what names the close that settled a month of a register for good, empty for an open one."""
        used = books_in_use(self.registers, self.registers)
        own = [book for book in books_of(register) if book in used]
        found = [self._close_of(book, period) for book in own or used] if period is not None else []
        versions = [version for version in found if version is not None]
        if not versions or (not own and len(versions) < len(found)):
            return ""
        return settled_mark(register, str(period), min(versions) if own else max(versions))

    def out_of_use(self, source: str) -> bool:
        """Tell whether a volume is of a register that is kept no more, and of a month that is still closed."""
        closed, register_id, period = (*source.partition(":")[0].split(" "), "", "")[:3]
        register = all_registers().get(register_id)
        if closed != _CLOSED or register is None or register_id in self.registers:
            return False
        own = books_of(register)
        return any(month >= period for book, month, _ in self.closes if not own or book in own)

    def _close_of(self, book: str, period: str) -> int | None:
        later = (version for name, month, version in self.closes if name == book and month >= period)
        return next(later, None)


NOT_SETTLED = SettledMonths()


def settled_months(share: Share, ledger: Ledger) -> SettledMonths:
    """Return which months of which registers are settled."""
    closes = ledger.table(CLOSES, status=CLOSED).sort("book", "period").select("book", "period", "version_id")
    return SettledMonths(share.registers, tuple(closes.iter_rows()))


def settled_mark(register: type[Register], period: str, close: int) -> str:
    """Return what names the close that settled a month of a register: a volume of it is made of nothing else."""
    return f"{_CLOSED} {register.id} {period} {close}"


def volumes_of(
    share: Share,
    current: CurrentRows,
    paths: Mapping[str, str],
    present: Mapping[str, Release],
    books: Bookkeeping,
    closes: SettledMonths = NOT_SETTLED,
) -> Volumes:
    """Return the volumes of all registers in use.

    ``paths`` are those of workbooks, ``present`` the files that lie there as they were published. Months of
    registers to which the ``books`` add something are always looked at, as long as they are open: the
    volume of a closed month is made of nothing but its close, and once published is never written again.
    """
    details: dict[str, pl.DataFrame] = {}
    untouched: dict[tuple[str, str | None], Sequence[int]] = {}
    sources: dict[str, str] = {}
    for register_id, register in share.registers.items():
        frames = []
        for month in current.months(register):
            settled = closes.mark(register, month.period)
            source = settled or _source(share, register, month, paths)
            told = bool(settled) or not is_looked_at(register, books)
            sizes = _published(register, month, source, present) if told else ()
            if sizes:
                untouched[register_id, month.period] = sizes
            else:
                rows = in_the_books(current.of_month(register, month))
                rows = with_paths(_as_shown(rows, register, books, month.period if settled else None), paths)
                frames.append(in_full_volumes(rows, register) if settled else in_small_volumes(rows, register))
                sizes = sizes_of(frames[-1])
            sources |= _sources(register, month.period, source, sizes)
        if frames:
            details[register_id] = pl.concat(frames, rechunk=False)
    return Volumes(details, untouched, sources)


def _published(register: type[Register], month: Month, source: str, present: Mapping[str, Release]) -> Sequence[int]:
    """Return the numbers of rows of the volumes of a month if all of them are there, made of this; else nothing."""
    if source.startswith(_CLOSED):
        sizes = full_sizes(month.in_the_books)
    else:
        first = present.get(next(parts_of(register, month.period, [0], "zh")).path)
        made_of, _, counts = first.source.partition(":") if first else ("", "", "")
        sizes = tuple(map(int, counts.split("+"))) if counts and made_of == source else ()
    wanted = _sources(register, month.period, source, sizes)
    return sizes if all(path in present and present[path].source == wanted[path] for path in wanted) else ()


def _sources(register: type[Register], period: str | None, source: str, sizes: Sequence[int]) -> dict[str, str]:
    """Return what the volumes of a month are made of, by path; the first of an open month tells the rows of each."""
    made_of = {entry.path: source for entry in parts_of(register, period, sizes, "zh")}
    if sizes and not source.startswith(_CLOSED):
        made_of[next(iter(made_of))] = f"{source}:{'+'.join(map(str, sizes))}"
    return made_of


def _as_shown(rows: pl.DataFrame, register: type[Register], books: Bookkeeping, closed: str | None) -> pl.DataFrame:
    """Return rows with what the books add to them; of a large open month they add nothing until it is closed."""
    return rows if closed is None and not is_looked_at(register, books) else completed(rows, register, books, closed)


def _source(share: Share, register: type[Register], month: Month, paths: Mapping[str, str]) -> str:
    books = [paths.get(workbook, workbook) for workbook in month.workbooks]
    made_of = [
        *(LAYOUT, __version__, share.config.school, share.config.language),
        *(look_of(register), month.period, month.versions, month.workbooks, books),
    ]
    return hashlib.sha256(json.dumps(made_of, ensure_ascii=False).encode()).hexdigest()


def with_paths(frame: pl.DataFrame, paths: Mapping[str, str]) -> pl.DataFrame:
    """Return rows with the paths of their workbooks in place of their identities."""
    shown = pl.col("_workbook").replace_strict(dict(paths), default=pl.col("_workbook"), return_dtype=pl.String)
    return frame.with_columns(shown.alias("_workbook"))
