"""Quantities in the base unit of their item, with the factor valid on the day of the document."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.cells_numbers import LARGEST
from schemas.columns import MEASURED_UNITS, Kind
from schemas.exact import QTY_PLACES, decimal
from schemas.findings import Severity, Text
from schemas.flaws import Flaw, reader_flaw, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.books import OpenBooks
    from schemas.columns import Column
    from schemas.register import Register

PACKING_UNITS = frozenset({"包", "盒", "箱", "桶", "袋", "套", "件", "卷", "打", "令", "刀", "吨"})
"""Counted units that often stand for many base units: half of one may be whole pieces."""

FACTOR_PLACES = 6

_MIXED = re.compile(r"(\d+(?:\.\d+)?)\s*([^\d\s.]+)\s*(\d+(?:\.\d+)?)\s*([^\d\s.]*)")

UOM_01 = Text(
    "物品 {item} 无“{unit}”换算率",
    "item {item} has no conversion from the unit “{unit}”",
    "请核对单位，或先在计量单位换算表中登记换算率",
    "check the unit, or register its conversion first",
)


QTY_INT_CONVERTED = Text(
    "{title}“{value}”：{value}{unit}合 {base}{base_unit}，{base_unit}为整数单位，不得有小数",
    "{title_en} “{value}”: {value} {unit} are {base} {base_unit}, which is counted in whole numbers",
    "请核对数量、单位和换算率",
    "check quantity, unit and conversion",
)


def measured_columns(register: type[Register]) -> list[Column]:
    """Return the quantity columns that are measured in a unit of an item."""
    return [column for column in register.columns if column.kind is Kind.QTY and column.unit and column.item]


def measure(
    register: type[Register],
    frame: pl.DataFrame,
    deferred: Sequence[tuple[int, str, str]],
    books: OpenBooks,
) -> tuple[pl.DataFrame, list[Flaw]]:
    """Return the frame with ``<qty>_base`` and ``<qty>_factor`` for every measured quantity.

    ``deferred`` are the cells (row id, column, text) such as ``5箱3盒`` that only the conversions
    can read. Without the catalogue at hand the base quantity is null and the unit alone decides
    whether decimals are allowed.
    """
    flaws: list[Flaw] = []
    for column in measured_columns(register):
        cells = [(row_id, text) for row_id, name, text in deferred if name == column.name]
        known = "item_catalogue" in books.facts.known
        if not known:
            frame, found = _without_catalogue(column, frame, cells)
        else:
            frame = _with_factor(register, column, frame, books)
            frame, read = _read_mixed(column, frame, cells, books)
            frame, beyond = _without_beyond(column, _with_base(column, frame))
            known = "unit_conversion" in books.facts.known
            found = read + beyond + (_unit_flaws(column, frame) if known else []) + _broken_pieces(column, frame)
        flaws.extend(found)
    return frame, flaws


def _without_catalogue(
    column: Column, frame: pl.DataFrame, cells: Sequence[tuple[int, str]]
) -> tuple[pl.DataFrame, list[Flaw]]:
    flaws = _broken_singles(column, frame)
    by_id = {row["_id"]: row for row in frame.filter(pl.col("_id").is_in([i for i, _ in cells])).iter_rows(named=True)}
    flaws += [
        _no_conversion(by_id[row_id], column, column.name, text, _units_in(text))
        for row_id, text in cells
        if row_id in by_id
    ]
    blank = pl.lit(None, decimal(QTY_PLACES))
    factor = pl.lit(None, decimal(FACTOR_PLACES))
    return frame.with_columns(blank.alias(f"{column.name}_base"), factor.alias(f"{column.name}_factor")), flaws


def _with_factor(register: type[Register], column: Column, frame: pl.DataFrame, books: OpenBooks) -> pl.DataFrame:
    """Add the factor of the row's unit, null where there is none, and what is known of the item.

    Where a register lets the unit be blank, that is the base unit.
    """
    item, unit = str(column.item), str(column.unit)
    catalogue = books.rows("item_catalogue").select(
        pl.col("item_code").alias(item), pl.col("base_unit").alias("_base"), pl.col("unit_is_integer").alias("_whole")
    )
    frame = frame.drop("_base", "_whole", strict=False).join(catalogue, on=item, how="left", maintain_order="left")
    day = pl.col(register.date_column).cast(pl.Date) if register.date_column else pl.lit(books.facts.today)
    conversions = books.rows("unit_conversion").select("item_code", "alt_unit", "factor", "valid_from")
    in_base = pl.coalesce(unit, "_base") == pl.col("_base")
    valid = (
        frame.filter(~in_base.fill_null(value=False))
        .select("_id", pl.col(item).alias("item_code"), pl.col(unit).alias("alt_unit"), day.alias("_day"))
        .join(conversions, on=["item_code", "alt_unit"], how="inner")
        .filter(pl.col("valid_from") <= pl.col("_day"))
        .sort("_id", "valid_from")
        .group_by("_id", maintain_order=True)
        .last()
        .select("_id", pl.col("factor").alias("_factor"))
    )
    one = pl.lit(Decimal(1), decimal(FACTOR_PLACES))
    name = f"{column.name}_factor"
    return (
        frame.join(valid, on="_id", how="left", maintain_order="left")
        .with_columns(pl.when(in_base).then(one).otherwise(pl.col("_factor")).alias(name))
        .drop("_factor")
    )


def _with_base(column: Column, frame: pl.DataFrame) -> pl.DataFrame:
    wide = decimal(QTY_PLACES + FACTOR_PLACES)
    base = pl.col(column.name).cast(wide) * pl.col(f"{column.name}_factor").cast(wide)
    rounded = base.round(QTY_PLACES, mode="half_away_from_zero").cast(decimal(QTY_PLACES))
    return frame.with_columns(rounded.alias(f"{column.name}_base"))


def _without_beyond(column: Column, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Flaw]]:
    """Refuse quantities that are larger in the base unit than any quantity may be."""
    name, most = f"{column.name}_base", LARGEST // 10**QTY_PLACES
    beyond = (pl.col(name).abs() > most).fill_null(value=False)
    flaws = []
    for row in frame.filter(beyond).iter_rows(named=True):
        limits = {"range": f"换算成{row['_base']}后≤{most}", "range_en": f"≤{most} {row['_base']}"}
        flaws.append(reader_flaw(row["_id"], "NUM-RANGE", column, row[column.name], **limits))
    return frame.with_columns(pl.when(~beyond).then(pl.col(name)).alias(name)), flaws


def _unit_flaws(column: Column, frame: pl.DataFrame) -> list[Flaw]:
    unit, item = str(column.unit), str(column.item)
    name = f"{column.name}_factor"
    known = pl.col("_base").is_not_null() & pl.col(unit).is_not_null()
    unconverted = frame.filter(known & pl.col(name).is_null()).iter_rows(named=True)
    return [_no_conversion(row, column, unit, row[unit], (row[unit],), item=row[item]) for row in unconverted]


def _broken_pieces(column: Column, frame: pl.DataFrame) -> list[Flaw]:
    """Return the flaws of quantities that are no whole number of an item counted in whole units."""
    broken = frame.filter(pl.col("_whole") & (pl.col(f"{column.name}_base") % 1 != 0))
    flaws = [_broken_piece(row, column) for row in broken.iter_rows(named=True)]
    return flaws + _broken_singles(column, frame.filter(pl.col(str(column.item)).is_null()))


def _broken_piece(row: Mapping[str, Any], column: Column) -> Flaw:
    unit, base_unit = row[str(column.unit)], row["_base"]
    if unit in (None, base_unit):
        return reader_flaw(row["_id"], "QTY-INT", column, row[column.name], unit=base_unit)
    titles = {"title": column.title, "title_en": column.title_en}
    args = {**titles, "unit": unit, "base": row[f"{column.name}_base"], "base_unit": base_unit}
    return Flaw(row["_id"], "QTY-INT", Severity.ERROR, column.name, shown(row[column.name]), QTY_INT_CONVERTED, args)


def _broken_singles(column: Column, frame: pl.DataFrame) -> list[Flaw]:
    """Return the flaws of decimals where no item is known and the unit alone decides."""
    single = ~pl.col(str(column.unit)).is_in([*MEASURED_UNITS, *PACKING_UNITS])
    return [
        reader_flaw(row["_id"], "QTY-INT", column, row[column.name], unit=row[str(column.unit)])
        for row in frame.filter(single & (pl.col(column.name) % 1 != 0)).iter_rows(named=True)
    ]


def _no_conversion(
    row: Mapping[str, Any], column: Column, at: str, value: object, units: Sequence[str], item: str | None = None
) -> Flaw:
    args = {"item": item or row.get(str(column.item)) or "", "unit": "、".join(units)}
    return Flaw(row["_id"], "UOM-01", Severity.ERROR, at, shown(value), UOM_01, args)


def _units_in(text: str) -> tuple[str, ...]:
    match = _MIXED.fullmatch(text)
    return tuple(unit for unit in (match[2], match[4]) if unit) if match else (text,)


def _read_mixed(
    column: Column, frame: pl.DataFrame, cells: Sequence[tuple[int, str]], books: OpenBooks
) -> tuple[pl.DataFrame, list[Flaw]]:
    """Read cells like ``5箱3盒`` as a quantity in the row's own unit (DOMAIN.md 6.6 N11)."""
    if not cells:
        return frame, []
    flaws: list[Flaw] = []
    read: dict[int, Decimal] = {}
    rows = {row["_id"]: row for row in frame.filter(pl.col("_id").is_in([i for i, _ in cells])).iter_rows(named=True)}
    for row_id, text in cells:
        row = rows.get(row_id)
        if row is None:
            continue
        qty = _mixed_quantity(text, row, column, books)
        if qty is None:
            flaws.append(_no_conversion(row, column, column.name, text, _units_in(text)))
        else:
            read[row_id] = qty
            told = f"{shown(qty)} {row[str(column.unit)]}"
            flaws.append(reader_flaw(row_id, "QTY-MIXED", column, text, read=told))
    values = pl.Series([read.get(row_id) for row_id in frame["_id"]], dtype=decimal(QTY_PLACES))
    return frame.with_columns(pl.coalesce(pl.col(column.name), values).alias(column.name)), flaws


def _mixed_quantity(text: str, row: Mapping[str, Any], column: Column, books: OpenBooks) -> Decimal | None:
    match = _MIXED.fullmatch(text)
    own = row[f"{column.name}_factor"]
    if match is None or own is None or row["_base"] is None:
        return None
    total = Decimal(0)
    for number, unit in ((match[1], match[2]), (match[3], match[4] or row["_base"])):
        factor = _factor(row[str(column.item)], unit, row, books)
        if factor is None:
            return None
        total += Decimal(number) * factor
    try:
        qty = (total / own).quantize(Decimal(1).scaleb(-QTY_PLACES))
    except InvalidOperation:
        return None
    return qty if qty * own == total else None


def _factor(item: str, unit: str, row: Mapping[str, Any], books: OpenBooks) -> Decimal | None:
    if unit == row["_base"]:
        return Decimal(1)
    day = row.get("doc_date") or books.facts.today
    found = (
        books.rows("unit_conversion")
        .filter((pl.col("item_code") == item) & (pl.col("alt_unit") == unit) & (pl.col("valid_from") <= day))
        .sort("valid_from")["factor"]
        .to_list()
    )
    return found[-1] if found else None
