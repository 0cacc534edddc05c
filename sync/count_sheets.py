"""Count sheets as workbooks: one for every room of a plan, printed, filled, and handed in like any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.register import all_registers
from sync.books.count_forms import SHEET, SPARE_LINES, CountSheet
from sync.count_reports import result_rows
from sync.counting import RESULT, Session

if TYPE_CHECKING:
    from schemas.rules import Books

FOLDER = "盘点表"
"""Folder below ``published`` where count sheets lie to be copied from."""


def write_sheets(
    sheets: Sequence[CountSheet], folder: Path, school: str, language: str, books: Books
) -> Iterator[tuple[CountSheet, Path]]:
    """Write the workbooks one by one and yield each with its path.

    Raises:
        TargetLockedError: a file is open in a spreadsheet program, or may not be written.
    """
    from workbooks.template import write_template  # noqa: PLC0415 - costs start-up time

    staff = books.rows("staff_roster").select("staff_no", "name")
    for sheet in sheets:
        path = folder / sheet.file_name
        write_template(
            [sheet.form],
            path,
            school=school,
            language=language,
            rows={SHEET: sheet.lines},
            lists={"staff_roster": list(staff.iter_rows())},
            blank_rows=len(sheet.lines) + SPARE_LINES,
            meta=sheet.meta,
        )
        yield sheet, path


def write_results(session: Session, path: Path, school: str, language: str, books: Books) -> int:
    """Write the results of a session that are still to be explained, and return how many lines there are.

    Raises:
        TargetLockedError: the file is open in a spreadsheet program, or may not be written.
    """
    from workbooks.template import write_template  # noqa: PLC0415

    rows = result_rows(session)
    staff = books.rows("staff_roster").select("staff_no", "name")
    write_template(
        [all_registers()[RESULT]],
        path,
        school=school,
        language=language,
        rows={RESULT: rows},
        lists={"staff_roster": list(staff.iter_rows())},
        blank_rows=len(rows),
    )
    return len(rows)
