"""Which months of which registers are loaded to be published: those that are not known to be as they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from sync import __version__
from sync.completed import completed, is_completed
from sync.current import CurrentRows, Month
from sync.ledger import IN_THE_BOOKS
from sync.publish.details import LAYOUT, parts_of

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping
    from sync.publish.releases import Release
    from sync.share import Share


@dataclass(frozen=True)
class Volumes:
    """The details to publish."""

    details: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Register id to the rows of the months that are looked at, with the paths of their workbooks."""
    untouched: Mapping[tuple[str, str | None], int] = field(default_factory=dict)
    """(register id, month) to the number of rows of the other months."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Path of a volume to the hash of what it is made of."""


def volumes_of(
    share: Share,
    current: CurrentRows,
    paths: Mapping[str, str],
    present: Mapping[str, Release],
    books: Bookkeeping,
) -> Volumes:
    """Return the volumes of all registers in use.

    ``paths`` are those of workbooks, ``present`` the files that lie there as they were published. Months of
    registers to which the ``books`` add something are always looked at.
    """
    details: dict[str, pl.DataFrame] = {}
    untouched: dict[tuple[str, str | None], int] = {}
    sources: dict[str, str] = {}
    for register_id, register in share.registers.items():
        frames = []
        for month in current.months(register):
            source = _source(share, register, month, paths)
            places = [entry.path for entry in parts_of(register, month.period, month.in_the_books, "zh")]
            sources |= dict.fromkeys(places, source)
            untold = not is_completed(register)
            if untold and all(place in present and present[place].source == source for place in places):
                untouched[register_id, month.period] = month.in_the_books
            else:
                rows = completed(in_the_books(current.of_month(register, month)), register, books)
                frames.append(_with_paths(rows, paths))
        if frames:
            details[register_id] = pl.concat(frames, rechunk=False)
    return Volumes(details, untouched, sources)


def in_the_books(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that count."""
    return rows.filter(pl.col("_status").is_in(list(IN_THE_BOOKS)))


def look_of(register: type[Register]) -> list[object]:
    """Return everything in a declaration that a volume shows or is ordered by."""
    columns = [[c.name, c.title, c.title_en, str(c.kind), str(c.dtype), c.masked] for c in register.columns]
    return [register.id, register.title, register.title_en, register.key, columns]


def _source(share: Share, register: type[Register], month: Month, paths: Mapping[str, str]) -> str:
    books = [paths.get(workbook, workbook) for workbook in month.workbooks]
    made_of = [
        *(LAYOUT, __version__, share.config.school, share.config.language),
        *(look_of(register), month.period, month.versions, month.workbooks, books),
    ]
    return hashlib.sha256(json.dumps(made_of, ensure_ascii=False).encode()).hexdigest()


def _with_paths(frame: pl.DataFrame, paths: Mapping[str, str]) -> pl.DataFrame:
    shown = pl.col("_workbook").replace_strict(dict(paths), default=pl.col("_workbook"), return_dtype=pl.String)
    return frame.with_columns(shown.alias("_workbook"))
