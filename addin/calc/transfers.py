"""A sheet copied into another workbook, with the names, tables and frozen rows that belong to it."""

from __future__ import annotations

from collections.abc import Iterator

from addin.calc.bridge import UnoObject
from addin.calc.page_styles import bring_page_style


def transfer(source: UnoObject, name: str, target: UnoObject, position: int) -> UnoObject:
    """Copy a sheet of one document into another and return the new sheet.

    LibreOffice copies the cells alone. A name that the target has already keeps its meaning there; a table
    whose name is taken gets a number. A sheet of the same name is no obstacle: the new one gets a number.
    """
    taken = {each.casefold() for each in target.Sheets.ElementNames}
    target.Sheets.importSheet(source, name, position)
    made = target.Sheets.getByIndex(position)
    if name.casefold() in taken:
        made.Name = next(_numbered(f"{name[:25]} ({{}})", taken))
    old = source.Sheets.getByName(name)
    _take_names(source.NamedRanges, old, target.NamedRanges, made)
    _take_names(old.NamedRanges, old, made.NamedRanges, made)
    _take_tables(source, old, target, made)
    _take_frozen(source, old, target, made)
    if source != target:
        bring_page_style(source, old, target, made)
    return made


def _numbered(pattern: str, taken: set[str]) -> Iterator[str]:
    names = (pattern.format(number) for number in range(2, len(taken) + 3))
    return (name for name in names if name.casefold() not in taken)


def _take_names(source: UnoObject, old: UnoObject, target: UnoObject, made: UnoObject) -> None:
    sheet = made.Name.replace("'", "''")
    at = made.getCellByPosition(0, 0).getCellAddress()
    for name in source.ElementNames:
        means = source.getByName(name).getReferredCells()
        if means is None or target.hasByName(name) or means.RangeAddress.Sheet != old.RangeAddress.Sheet:
            continue
        target.addNewByName(name, f"$'{sheet}'.{means.AbsoluteName.rpartition('.')[2]}", at, 0)


def _take_tables(source: UnoObject, old: UnoObject, target: UnoObject, made: UnoObject) -> None:
    for name in source.DatabaseRanges.ElementNames:
        table = source.DatabaseRanges.getByName(name)
        area = table.DataArea
        if area.Sheet != old.RangeAddress.Sheet:
            continue
        area.Sheet = made.RangeAddress.Sheet
        ranges = target.DatabaseRanges
        taken = {each.casefold() for each in ranges.ElementNames}
        new = name if name.casefold() not in taken else next(_numbered(f"{name}_{{}}", taken))
        ranges.addNewByName(new, area)
        copied = ranges.getByName(new)
        for each in ("ContainsHeader", "AutoFilter", "TotalsRow"):
            copied.setPropertyValue(each, table.getPropertyValue(each))


def _take_frozen(source: UnoObject, old: UnoObject, target: UnoObject, made: UnoObject) -> None:
    """Freeze what is frozen; LibreOffice tells and does it for the sheet in front alone."""
    view = source.CurrentController
    view.setActiveSheet(old)
    if view.hasFrozenPanes():
        freeze(target, made, view.SplitColumn, view.SplitRow)


def freeze(document: UnoObject, sheet: UnoObject, columns: int, rows: int) -> None:
    """Freeze the first columns and rows of a sheet, 0 and 0 for none, and leave in front what is there."""
    view = document.CurrentController
    front = view.ActiveSheet
    view.setActiveSheet(sheet)
    view.freezeAtPosition(columns, rows)
    view.setActiveSheet(front)
