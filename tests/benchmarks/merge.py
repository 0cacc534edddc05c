"""Measure the whole merge beside its peers in one run: ``python -m tests.benchmarks.merge [--books N] [--rows M]``.

Everything goes through the function behind ``houqin sync``, every rule on, SQLite as it is delivered. Times
mean something only as ratios within one run; the last line is everything as JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from sync.config import CONFIG_NAME
from sync.config_default import write_default_config
from sync.run import SyncResult, sync
from sync.share import Share
from tests.benchmarks import goods
from tests.benchmarks.goods import Book
from tests.benchmarks.peers import PEERS
from tests.benchmarks.watch import Stages, Tree, cpu_seconds
from tests.environment import environment
from workbooks.pool import ReaderPool

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """One run of the merge: its times in seconds and what it did."""

    seconds: float
    cpu_seconds: float
    merge_cpu_seconds: float
    stages: dict[str, float]
    counts: dict[str, int]

    @property
    def merge_seconds(self) -> float:
        """Seconds from the look through the folders until the revision is in the ledger."""
        return self.stages["merged"]

    def figures(self) -> dict[str, Any]:
        """Return the run for the JSON line."""
        return {
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "merge_seconds": self.merge_seconds,
            "merge_cpu_seconds": self.merge_cpu_seconds,
            "read_seconds": self.stages["read"],
            "publish_seconds": self.seconds - self.merge_seconds,
            **self.counts,
        }


class School:
    """A share with its master data merged, and workers that are warm from it."""

    def __init__(self, folder: Path, state: Path, pool: ReaderPool) -> None:
        self.folder, self.state, self.pool = folder, state, pool
        self.books = folder / "departments" / "ZW" / "入库"
        folder.mkdir(parents=True)
        write_default_config(folder, goods.SCHOOL)
        with (folder / CONFIG_NAME).open("a", encoding="utf-8") as settings:
            settings.write(f"\npurchase_request_min = 100000\n\n[roles]\nCUSTODIAN = {json.dumps(goods.keepers())}\n")
        with environment(HOUQIN_STATE=str(state)):
            self.share = Share.open(folder)
        goods.write_master(folder / "departments" / "ZW")
        self.run()

    def run(self) -> Run:
        """Merge what is new and publish it."""
        stages = Stages()
        with environment(HOUQIN_STATE=str(self.state)):
            result = sync(self.share, self.pool, stages)
        seconds = time.perf_counter() - stages.began
        return Run(seconds, cpu_seconds() - stages.cpu_before, stages.merge_cpu, stages.marks, _counts(result))

    def receive(self, books: list[Book]) -> None:
        """Put workbooks into the folder of the department, as people save them there."""
        self.books.mkdir(exist_ok=True)
        for book in books:
            shutil.copyfile(book.path, self.books / book.path.name)


def _counts(result: SyncResult) -> dict[str, int]:
    names = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")
    outcomes = result.plan.outcomes
    found = sum(len(outcome.findings) for outcome in outcomes)
    return {name: sum(outcome.counts[name] for outcome in outcomes) for name in names} | {"findings": found}


def measured(folder: Path, files: Path, count: int, rows: int, *, told: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures of all runs; ``files`` keeps the workbooks, ``folder`` what the runs make of them."""
    first = goods.books(files / f"first-{count}-{rows}", count, rows)
    again = [goods.saved_again(book, files / f"again-{count}-{rows}") for book in first]
    one = Book(files / f"one-{count}-{rows}" / first[0].path.name, 0, rows, changed_of=10, changed_first=2)
    told("writing the workbooks")
    goods.write_books([*first, *again, one])
    with ReaderPool() as pool, Tree() as tree:
        school = School(folder / "school", folder / "state", pool)
        runs = {}
        for name, books in (("empty", first), ("unchanged", []), ("tenth_changed", again), ("one_changed", [one])):
            told(name)
            school.receive(books)
            runs[name] = school.run()
        peak = tree.peak_bytes
    refused = [name for name, run in runs.items() if run.counts["held"] or run.counts["findings"]]
    if refused:
        raise click.ClickException(f"the rows break a rule, so nothing was measured: {', '.join(refused)}")
    told("cold start")
    cold = _cold(folder, first)
    return {
        "books": count,
        "rows": rows,
        "runs": {name: run.figures() for name, run in runs.items()},
        "cold_seconds": cold,
        "peak_mebibytes": peak // MEBIBYTE,
    }


def _cold(folder: Path, books: list[Book]) -> float:
    """Return the seconds of ``houqin sync`` from the shell, imports and starting workers included."""
    with ReaderPool() as pool:
        school = School(folder / "cold", folder / "cold-state", pool)
    school.receive(books)
    variables = {**os.environ, "HOUQIN_STATE": str(folder / "cold-state")}
    command = [sys.executable, "-m", "sync.cli", "sync", "--json", "--share", str(school.folder)]
    start = time.perf_counter()
    subprocess.run(command, env=variables, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def peers(files: Path, out: Path, *, told: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """Return what each peer takes for the same workbooks, in a process of its own."""
    found = {}
    for name in PEERS:
        told(name)
        command = [sys.executable, "-m", "tests.benchmarks.peers", name, str(files), str(out / "peer.xlsx")]
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        found[name] = json.loads(answer)
    return found


def ratios(figures: dict[str, Any]) -> dict[str, float]:
    """Return what the targets are about: everything as a multiple of something in the same run."""
    runs, others = figures["runs"], figures.get("peers", {})
    first = runs["empty"]
    found = {
        "unchanged / first": runs["unchanged"]["seconds"] / first["seconds"],
        "tenth changed / first": runs["tenth_changed"]["merge_seconds"] / first["merge_seconds"],
        "cold start / warm": figures["cold_seconds"] / first["seconds"],
    }
    if others:
        alone = others["fastexcel"]["seconds"]
        found |= {
            "merge / fastexcel": first["merge_seconds"] / alone,
            "merge and publish / fastexcel": first["seconds"] / alone,
            "merge, tenth changed / fastexcel": runs["tenth_changed"]["merge_seconds"] / alone,
            "processor time, merge / fastexcel": first["merge_cpu_seconds"] / others["fastexcel"]["cpu_seconds"],
            "processor time, merge and publish / fastexcel": first["cpu_seconds"] / others["fastexcel"]["cpu_seconds"],
            "pandas with openpyxl / merge": others["pandas_openpyxl"]["seconds"] / first["merge_seconds"],
            "pandas with openpyxl / merge and publish": others["pandas_openpyxl"]["seconds"] / first["seconds"],
            "pandas with calamine / merge": others["pandas_calamine"]["seconds"] / first["merge_seconds"],
        }
    return found


def table(figures: dict[str, Any]) -> Iterator[str]:
    """Yield the lines that people read."""
    yield f"{figures['books']} workbooks x {figures['rows']} rows"
    yield f"{'run':<24}{'seconds':>9}{'cpu':>9}{'read':>9}{'merge':>9}{'publish':>9}{'accepted':>10}{'held':>7}"
    for name, run in figures["runs"].items():
        times = "".join(
            f"{run[part]:>9.3f}"
            for part in ("seconds", "cpu_seconds", "read_seconds", "merge_seconds", "publish_seconds")
        )
        yield f"{name:<24}{times}{run['accepted']:>10}{run['held']:>7}"
    for name, peer in figures.get("peers", {}).items():
        yield f"{name:<24}{peer['seconds']:>9.3f}{peer['cpu_seconds']:>9.3f}"
    yield f"{'cold start':<24}{figures['cold_seconds']:>9.3f}"
    yield f"{'peak memory (MiB)':<24}{figures['peak_mebibytes']:>9}"
    for name, ratio in figures["ratios"].items():
        yield f"{name:<48}{ratio:>9.3f}"


@click.command()
@click.option("--books", default=20, show_default=True, help="Workbooks.")
@click.option("--rows", default=5000, show_default=True, help="Rows of each.")
@click.option("--skip-peers", is_flag=True, help="Measure the merge only.")
@click.option("--files", type=click.Path(path_type=Path), help="Folder that keeps the workbooks for the next time.")
def main(books: int, rows: int, *, skip_peers: bool, files: Path | None) -> None:
    """Measure the merge of some workbooks of goods receipts.

    Example: python -m tests.benchmarks.merge --books 2 --rows 100
    """
    os.environ["HOUQIN_TODAY"] = goods.TODAY.isoformat()

    def told(step: str) -> None:
        click.echo(f"... {step}", err=True)

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        kept = files or folder / "files"
        figures = measured(folder, kept, books, rows, told=told)
        if not skip_peers:
            figures["peers"] = peers(kept / f"first-{books}-{rows}", folder, told=told)
        figures["ratios"] = ratios(figures)
    for line in table(figures):
        click.echo(line)
    click.echo(json.dumps(figures))


if __name__ == "__main__":
    main()
