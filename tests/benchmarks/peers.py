"""What the merge is compared with, each in its own process: ``python -m tests.benchmarks.peers NAME FOLDER OUT``."""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from workbooks.template import HEADER_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def fastexcel_to_polars(files: Sequence[Path], out: Path) -> int:
    """Read every workbook to a polars frame and do nothing with it; return the rows."""
    import fastexcel

    del out
    return sum(fastexcel.read_excel(path).load_sheet(0, header_row=HEADER_ROW - 1).to_polars().height for path in files)


def pandas_openpyxl(files: Sequence[Path], out: Path) -> int:
    """Read, concatenate and write one workbook, the way of most tutorials; return the rows."""
    return _pandas(files, out, "openpyxl")


def pandas_calamine(files: Sequence[Path], out: Path) -> int:
    """Do the same with pandas' fastest reader; return the rows."""
    return _pandas(files, out, "calamine")


def _pandas(files: Sequence[Path], out: Path, reader: Literal["openpyxl", "calamine"]) -> int:
    import pandas as pd

    whole = pd.concat([pd.read_excel(path, header=HEADER_ROW - 1, engine=reader) for path in files])
    if len(whole):
        whole.to_excel(out, index=False, engine="openpyxl")
    return len(whole)


PEERS: dict[str, Callable[[Sequence[Path], Path], int]] = {
    "fastexcel": fastexcel_to_polars,
    "pandas_openpyxl": pandas_openpyxl,
    "pandas_calamine": pandas_calamine,
}


def main(name: str, folder: Path, out: Path) -> None:
    """Print rows, seconds and processor seconds of one peer as JSON; imports and a first file are not counted."""
    logging.disable(logging.WARNING)  # a column without any value is worth one to fastexcel
    files = sorted(folder.glob("*.xlsx"))
    peer = PEERS[name]
    peer(files[:1], out)
    cpu, start = time.process_time(), time.perf_counter()
    rows = peer(files, out)
    seconds = time.perf_counter() - start
    print(json.dumps({"rows": rows, "seconds": seconds, "cpu_seconds": time.process_time() - cpu}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
