"""Benchmark of the buttons: a cold click beside ``import xlwings``, and 10,000 rows checked in an open workbook.

Run as ``python -m tests.benchmarks.addin [--rows N] [--turns N]``; needs LibreOffice. Seconds are those of the clock.
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
BUTTONS = {
    "check": "import xlwings, addin.buttons, addin.checking, addin.showing",
    "next_finding": "import xlwings, addin.buttons",
    "book_quantities": "import xlwings, addin.buttons, addin.quantities, workbooks.taking",
    "count_sheet": "import xlwings, addin.buttons, addin.counting",
    "reconcile": "import xlwings, addin.buttons, addin.counting",
    "submit": "import xlwings, addin.buttons, addin.handing_in, addin.checking",
}
"""What a click has loaded when the button begins with the workbook."""


def cold(code: str) -> float:
    """Return the seconds of a new process that runs some code and ends."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-B", "-c", code], check=True, cwd=Path.cwd(), env={**os.environ, "PYTHONPATH": "."}
    )
    return time.perf_counter() - began


def cold_clicks(turns: int) -> dict[str, Any]:
    """Return the fastest start of each button and of its peer, and the ratios."""
    codes = {"xlwings": PEER} | {name: f"import addin.press; {code}" for name, code in BUTTONS.items()}
    seconds = dict.fromkeys(codes, float("inf"))
    for _ in range(turns):
        for name, code in codes.items():
            seconds[name] = min(seconds[name], cold(code))
    peer = seconds.pop("xlwings")
    ratios = {name: each / peer for name, each in seconds.items()}
    return {"import_xlwings_seconds": peer, "seconds": seconds, "ratios": ratios}


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
    stages = {name: min(turn[name] for turn in turns[1:]) for name in turns[0]}
    return {"rows": rows, "first_seconds": sum(turns[0].values()), "stages": stages, "seconds": sum(stages.values())}


def _checked(book: Any, folder: Path) -> dict[str, float]:  # noqa: ANN401 - a workbook of xlwings
    folder.mkdir()
    stages: dict[str, float] = {}

    def timed(name: str, stage: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the stage returns
        began = time.perf_counter()
        result = stage()
        stages[name] = time.perf_counter() - began
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
        click.echo(f"{name:16} {ratio:5.2f} x import xlwings")
    with tempfile.TemporaryDirectory() as folder:
        found["warm"] = warm_check(Path(folder), rows)
    stages = ", ".join(f"{name} {seconds:.2f}" for name, seconds in found["warm"]["stages"].items())
    click.echo(f"{rows} rows checked warm in {found['warm']['seconds']:.2f} s ({stages})")
    click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
