"""Benchmark of the buttons: a cold click beside ``import xlwings``, and 10,000 rows checked in an open workbook.

Run as ``python -m tests.benchmarks.buttons [--rows N] [--turns N]``; needs LibreOffice. Seconds are those of the clock.
A cold start is a process of its own, the fastest of some; buttons and peer take turns. The last line is one JSON
document.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import psutil

from addin.book import saved_copy
from addin.calc import connect
from addin.calc.office import Office
from addin.checking import check
from addin.showing import show
from addin.where import place_of
from tests.benchmarks import goods
from tests.benchmarks.merge import School
from workbooks.pool import ReaderPool

PEER = "import xlwings"
KINDS = ("seconds", "cpu_seconds")
BUTTONS = {
    "check": "import addin.checking, addin.showing, pandera.polars",
    "next_finding": "",
    "book_quantities": "import addin.quantities, workbooks.taking",
    "count_sheet": "import addin.counting, workbooks.template",
    "reconcile": "import addin.counting, workbooks.taking, pandera.polars",
    "submit": "import addin.handing_in, addin.checking, addin.showing, pandera.polars",
    "status": "import addin.checking, addin.status_sheet, pandera.polars",
    "help_page": "import addin.help_sheet",
}
"""What a click has loaded besides when the button begins with the workbook; what is loaded late is named, too."""


def cold(code: str) -> tuple[float, float]:
    """Return the seconds of a new process that runs some code and ends: by the clock, and of the processors."""
    environment = {**os.environ, "PYTHONPATH": "."}
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, "-B", "-c", code], check=True, env=environment)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, used


def cold_clicks(turns: int) -> dict[str, Any]:
    """Return the fastest start of each button and of its peer, and the ratios: clock and processors."""
    codes = {"xlwings": PEER} | {
        name: f"import addin.press, xlwings, addin.buttons; {code}" for name, code in BUTTONS.items()
    }
    found = [{name: cold(code) for name, code in codes.items()} for _ in range(turns)]
    best = {name: tuple(min(turn[name][kind] for turn in found) for kind in (0, 1)) for name in codes}
    peer = best.pop("xlwings")
    return {
        "import_xlwings": dict(zip(KINDS, peer, strict=True)),
        "ratios": {
            name: {kind: own / its for kind, own, its in zip(KINDS, each, peer, strict=True)}
            for name, each in best.items()
        },
    }


def warm_check(folder: Path, rows: int) -> dict[str, Any]:
    """Return the seconds of the second and third check of an open workbook, by stages."""
    with ReaderPool() as pool:
        school = School(folder / "school", folder / "state", pool)
    path = school.books / "入库单.xlsx"
    goods.write_book(goods.Book(path, 0, rows))
    with Office() as office:
        book = connect(pipe=office.pipe).books.open(str(path))
        turns = [_checked(book, folder / f"copy{turn}") for turn in range(3)]
        book.close()
    stages = {name: min((turn[name] for turn in turns[1:]), key=sum) for name in turns[0]}
    return {
        "rows": rows,
        "first_seconds": sum(clock for clock, _ in turns[0].values()),
        "seconds": sum(clock for clock, _ in stages.values()),
        "cpu_seconds": sum(cpu for _, cpu in stages.values()),
        "stages": {name: {"seconds": clock, "cpu_seconds": cpu} for name, (clock, cpu) in stages.items()},
    }


def _checked(book: Any, folder: Path) -> dict[str, tuple[float, float]]:  # noqa: ANN401 - a workbook of xlwings
    """Return the seconds of each stage of one check: by the clock, and of the processors, LibreOffice included."""
    folder.mkdir()
    stages: dict[str, tuple[float, float]] = {}
    office = psutil.Process(book.app.pid)

    def timed(name: str, stage: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the stage returns
        began, cpu = time.perf_counter(), time.process_time() + sum(office.cpu_times()[:2])
        result = stage()
        used = time.process_time() + sum(office.cpu_times()[:2]) - cpu
        stages[name] = (time.perf_counter() - began, used)
        return result

    place = timed("published", lambda: place_of(Path(book.fullname)))
    copy = timed("copy", lambda: saved_copy(book, folder))
    checked = timed("check", lambda: check(copy, place.path, place.published))
    timed("show", lambda: show(book, copy, checked.findings, "zh"))
    if checked.findings:
        raise click.ClickException(f"the rows break a rule: {checked.findings[0].line('en')}")
    return stages


@click.command()
@click.option("--rows", default=10_000, show_default=True, help="Rows of the open workbook.")
@click.option("--turns", default=5, show_default=True, help="Cold starts of each button.")
def main(*, rows: int, turns: int) -> None:
    """Print the ratios, then one JSON document in one line."""
    found = {"cold": cold_clicks(turns)}
    for name, ratio in found["cold"]["ratios"].items():
        click.echo(
            f"{name:16} {ratio['seconds']:5.2f} x import xlwings, of the processors {ratio['cpu_seconds']:5.2f} x"
        )
    with tempfile.TemporaryDirectory() as folder:
        found["warm"] = warm_check(Path(folder), rows)
    warm = found["warm"]
    stages = ", ".join(f"{name} {each['cpu_seconds']:.2f}" for name, each in warm["stages"].items())
    click.echo(
        f"{rows} rows checked warm in {warm['seconds']:.2f} s; of the processors {warm['cpu_seconds']:.2f} s ({stages})"
    )
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
