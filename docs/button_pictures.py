"""Press the buttons on workbooks of the sample school, in LibreOffice, and keep what they make of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from addin import buttons
from addin.calc import connect
from addin.calc.office import Office

CHECKED, RECONCILED = "addin-check.xlsx", "addin-reconcile.xlsx"
"""Workbooks as they are after a button was pressed, below the shared folder."""


def press_buttons(share: Path) -> None:
    """Check one workbook of the store, reconcile its count sheet, and save both below the shared folder."""
    os.environ["HOUQIN_SHARE"] = str(share)
    departments = share / "departments" / "ZW"
    with Office() as office:
        app = connect(pipe=office.pipe)
        book = app.books.open(str(departments / "总务库房台账11月.xlsx"))
        buttons.check(book)
        book.sheets["校验结果"].delete()
        book.save(str(share / CHECKED))
        book.close()
        book = app.books.open(str(next(departments.glob("*盘点*.xlsx"))))
        book.sheets[next(sheet.name for sheet in book.sheets if "盘点表" in sheet.name)].activate()
        buttons.reconcile(book)
        book.save(str(share / RECONCILED))
        book.close()
