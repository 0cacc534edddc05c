"""Merge random histories in random orders: ``python -m tests.histories --seeds 100 --start 1``.

Another ``PYTHONHASHSEED`` for each part of the seeds finds what hangs on the order of sets.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from random import Random
from typing import Any

import click

from tests.histories.files import Files, Row, titles_of, today
from tests.histories.lines import KEYS, key_of
from tests.histories.peaceful import Clerks, Event, interleavings
from workbooks.pool import ReaderPool

COMPARED = ("qty", "amount", "remark", "status", "contact", "phone", "item_code", "batch_no", "purpose", "task")
OF_THE_WAY = ("_source", "_revision")
"""What a row says of how it came: not the same in every order."""

Books = dict[str, list[dict[str, Any]]]


@click.command()
@click.option("--seeds", default=20, show_default=True)
@click.option("--start", default=1, show_default=True)
@click.option("--saves", default=6, show_default=True, help="So many saves in each history, after the first ones.")
def main(*, seeds: int, start: int, saves: int) -> None:
    """Merge that many histories, each in several orders, and print where DESIGN 8 does not hold."""
    failures = 0
    with ReaderPool() as pool, tempfile.TemporaryDirectory() as folder:
        for seed in range(start, start + seeds):
            for wrong in tried(seed, saves, pool, Path(folder) / str(seed)):
                failures += 1
                click.echo(f"{seed}: {wrong}")
            click.echo(f"{seed - start + 1} histories, {failures} failures", err=True)
    click.echo(f"{seeds} histories, {failures} failures")
    sys.exit(bool(failures))


def tried(seed: int, saves: int, pool: ReaderPool, folder: Path) -> Iterator[str]:
    """Yield what is wrong with one history, merged in several orders."""
    clerks = Clerks(Random(seed))  # noqa: S311 - nothing secret
    events = clerks.history(saves)
    want = clerks.in_the_books()
    first: Books | None = None
    for number, (how, steps) in enumerate(interleavings(events, Random(-seed - 1))):  # noqa: S311 - as above
        here = folder / str(number)
        with today("2026-11-22", here / "state"):
            files = Files(here / "share", pool, titles_of(tuple(KEYS)))
            try:
                books = merged(files, steps)
            except AssertionError as exc:
                yield f"{how}: {exc}"
                continue
            yield from (f"{how}: {wrong}" for wrong in differences(books, want))
            bare = {register: sorted(map(_bare, rows), key=str) for register, rows in books.items()}
            first = first or bare
            if bare != first:
                yield f"{how}: other rows than as it was written"
            if not files.is_proven():
                yield f"{how}: the ledger does not prove"


def merged(files: Files, steps: list[tuple[Event, bool]]) -> Books:
    """Return the rows of all registers after a history has arrived; a run in which nothing is new changes nothing."""
    revision = 0
    for event, then in steps:
        if event.former in files.read and event.former is not None:
            files.move(event.former, event.saved.name)
        files.save(event.saved)
        if then:
            revision = files.sync()["revision"]
    assert files.sync()["revision"] == revision, "nothing is new, and something was written"
    return {register: files.rows(register) for register in KEYS}


def differences(books: Books, want: dict[str, dict[tuple[str, ...], Row]]) -> Iterator[str]:
    """Yield in what the books differ from what the workbooks say last."""
    for register, rows in books.items():
        said = want.get(register, {})
        known = {key_of(register, {name: str(row[name]) for name in KEYS[register]}): row for row in rows}
        if len(known) != len(rows):
            yield f"{register}: a key counts twice"
        if known.keys() != said.keys():
            yield f"{register}: too many {known.keys() - said.keys()}, lacking {said.keys() - known.keys()}"
        for key in known.keys() & said.keys():
            cells = [
                name for name in COMPARED if name in said[key] and _plain(known[key][name]) != _plain(said[key][name])
            ]
            if cells or known[key]["_status"] != "accepted":
                yield f"{register} {key}: {known[key]['_status']}, other {cells}"


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in OF_THE_WAY}


def _plain(cell: str | None) -> str | Decimal:
    try:
        return Decimal(cell or "")
    except InvalidOperation:
        return cell or ""


if __name__ == "__main__":
    main()
