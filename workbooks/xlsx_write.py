"""Write a workbook with XlsxWriter, whose errors on disks and rights are those of the system."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError


@contextmanager
def written(target: Path | IO[bytes], **options: bool) -> Iterator[Workbook]:
    """Give a workbook that is written to a file, or into memory, when the block ends; ``options`` are XlsxWriter's.

    Raises:
        OSError: it cannot be written. XlsxWriter wraps that into an error of its own, which nobody waits for: a folder
            that may only be read would end a whole run.
    """
    workbook = Workbook(target, options)
    yield workbook
    try:
        workbook.close()
    except FileCreateError as exc:
        raise exc.args[0] from exc
