"""A small button workbook."""

from __future__ import annotations

from pathlib import Path

from addin.building.xlsm import write_button_workbook
from schemas.register import all_registers

WRITTEN = ("stock_receipt", "item_catalogue")
ROWS = {"item_catalogue": [{"item_code": "BG-001", "item_name": "A4纸", "category": "办公用品", "base_unit": "包"}]}


def button_workbook(path: Path) -> bytes:
    """Write the button workbook of two registers and return its bytes."""
    registers = [all_registers()[name] for name in WRITTEN]
    write_button_workbook(registers, path, school="示范学校", department="总务处", language="zh", rows=ROWS, lists={})
    return path.read_bytes()
