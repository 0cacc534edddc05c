"""Merge random histories: ``python -m tests.histories --seeds 100 --start 1 [--contested] [--hash-seeds 0,1,2]``.

Peaceful ones in several orders; contested ones run after run. With ``--hash-seeds`` each has an interpreter of its own,
and all must say the same: what hangs on the order of sets shows.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import click

from tests.histories.driven import Driven
from tests.histories.files import Files, Row, titles_of, today
from tests.histories.lines import KEYS, key_of
from tests.histories.peaceful import Clerks, Event, interleavings
from workbooks.pool import ReaderPool

COMPARED = ("qty", "amount", "remark", "status", "contact", "phone", "item_code", "batch_no", "purpose", "task")
OF_THE_WAY = ("_source", "_revision")
"""What a row says of how it came: not the same in every order."""

SHOW_DIGESTS = "HOUQIN_SHOW_DIGESTS"
"""The variable that has each history print a hash of all that the ledger said of it."""

Books = dict[str, list[dict[str, Any]]]


@click.command()
@click.option("--seeds", default=20, show_default=True)
@click.option("--start", default=1, show_default=True)
@click.option(
    "--saves", default=6, show_default=True, help="So many saves, or steps if contested, after the first ones."
)
@click.option("--contested", "history", flag_value="contested", help="Copies, deletions, conflicts and decisions.")
@click.option("--peaceful", "history", flag_value="peaceful", default="peaceful", help="In several orders.  [default]")
@click.option("--hash-seeds", default="", help="Values of PYTHONHASHSEED, each in a fresh interpreter.")
def main(*, seeds: int, start: int, saves: int, history: str, hash_seeds: str) -> None:
    """Merge that many histories and print where DESIGN 8 does not hold."""
    if hash_seeds:
        sys.exit(_under_each(hash_seeds.split(","), sys.argv[1:]))
    failures = 0
    with ReaderPool() as pool, tempfile.TemporaryDirectory() as folder:
        for seed in range(start, start + seeds):
            for wrong in HISTORIES[history](seed, saves, pool, Path(folder) / str(seed)):
                failures += 1
                click.echo(f"{seed}: {wrong}")
            click.echo(f"{seed - start + 1} histories, {failures} failures", err=True)
    click.echo(f"{seeds} histories, {failures} failures")
    sys.exit(bool(failures))


def _under_each(hash_seeds: Sequence[str], arguments: Sequence[str]) -> int:
    """Run the same histories in one interpreter for each seed of hashes; return 1 where any fails or they differ."""
    place = arguments.index("--hash-seeds")
    command = [sys.executable, "-m", "tests.histories", *arguments[:place], *arguments[place + 2 :]]
    answers = []
    for hash_seed in hash_seeds:
        variables = {**os.environ, "PYTHONHASHSEED": hash_seed, SHOW_DIGESTS: "1"}
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, check=False, encoding="utf-8")
        click.echo(f"PYTHONHASHSEED={hash_seed}\n{done.stdout}")
        answers.append((done.returncode, done.stdout))
    if len(set(answers)) > 1:
        click.echo("the hash seeds differ")
    return int(len(set(answers)) > 1 or any(code for code, _ in answers))


def contested(seed: int, steps: int, pool: ReaderPool, folder: Path) -> Iterator[str]:
    """Yield what is wrong with one contested history."""
    with today("2026-11-22", folder / "state"):
        driven = Driven.on(Files(folder / "share", pool, titles_of(tuple(KEYS))))
        yield from driven.wrong(seed, steps)
    _show(seed, driven.digest())


def _show(seed: int, digest: str) -> None:
    if SHOW_DIGESTS in os.environ:
        click.echo(f"{seed} is {digest[:16]}")


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
    _show(seed, sha256(repr(first).encode()).hexdigest())


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


HISTORIES = {"peaceful": tried, "contested": contested}


if __name__ == "__main__":
    main()
