"""The volumes of details: every row of a register, month by month, at most 20,000 in a file (``volume_cuts``).

Written by xlsxturbo, which has all that is needed and takes 0.8 s for 20,000 rows x 25 columns where
XlsxWriter in constant memory takes 2.5 s.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import xlsxturbo

from schemas.columns import Column, Kind
from schemas.masking import PERSONAL_NUMBER, mask, masked_numbers
from schemas.register import Register, all_registers
from schemas.values import cell_name
from sync.publish.package import Edit, finish, header_text, landscape, repeated_header
from sync.publish.paths import volume_path
from sync.publish.sheets import ACCENT
from sync.publish.volume_cuts import VOLUME, with_volumes
from sync.publish.words import status_title, word
from workbooks.template_style import FONT, shown_width

if TYPE_CHECKING:
    from xlsxturbo.types import CellValueOptions, ColumnFormat

    from sync.publish.model import Publication

LAYOUT = 1
"""Raised when volumes look different, so that they are all written again."""

_DIGITS_OF_EXCEL = 10**15
_FIRST_EXCEL_DAY = date(1900, 3, 1)
"""Excel believes in 1900-02-29: earlier days are written as text."""
_NANOSECONDS_OF_DAY = 86_400_000_000_000
_LONGEST_TEXT = 32_767
_WIDEST = 44
_FORMATS: dict[Kind, str] = {
    Kind.INT: "0",
    Kind.PRICE: "#,##0.00##",
    Kind.MONEY: "#,##0.00",
    Kind.PCT: "0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
    Kind.TIME: "hh:mm",
}
Part = tuple[str | None, int]
"""Month and number of a volume of a register."""
_SOURCE = ("_status", "_workbook", "_sheet", "_row")


@dataclass(frozen=True)
class Entry:
    """One volume in the list of volumes: a register, a month and one of its parts, from 1."""

    path: str
    register: type[Register]
    title: str
    month: str | None
    period: str
    part: int
    rows: int


@dataclass(frozen=True)
class Volume:
    """One file of details: rows of one register and month in the order of their key."""

    entry: Entry
    source: pl.DataFrame | None
    """Its rows; None for a volume known to be as it was."""
    publication: Publication

    def rows(self) -> pl.DataFrame:
        """Return the rows of this volume as the ledger has them, in the order of their key.

        Raises:
            ValueError: the rows of this volume were not loaded.
        """
        if self.source is None:
            message = f"the rows of {self.entry.path} were not loaded"
            raise ValueError(message)
        return self.source

    def shown(self) -> pl.DataFrame:
        """Return the rows as the file shows them: titles as headers, numbers masked, words for codes."""
        return _shown(self.rows(), self.entry.register, self.publication.language)

    def content_hash(self) -> str:
        """Return the SHA-256 of what the file shows, or of the versions of the rows where it shows nothing else."""
        entry, publication = self.entry, self.publication
        head: list[object] = [LAYOUT, publication.school, entry.title, entry.period, publication.language]
        if entry.register.id in publication.versioned:
            head.append(look_of(entry.register))
            shown = self.rows().select("_version", "_workbook")
        else:
            shown = self.shown()
        digest = hashlib.sha256(json.dumps(head, ensure_ascii=False).encode())
        digest.update(shown.write_csv(quote_style="non_numeric").encode())
        return digest.hexdigest()

    def write(self, path: Path) -> None:
        """Write the workbook to ``path``; the same content gives the same bytes."""
        made = io.BytesIO()
        shown = self.shown()
        frame, texts = _fitted(shown)
        sheet = self._sheet_name
        columns = [*self.entry.register.columns, *(None for _ in _SOURCE)]
        xlsxturbo.df_to_xlsx(
            frame,
            made,
            sheet_name=sheet,
            table_style="Medium2",
            table_name=self.entry.register.id,
            freeze_panes=True,
            column_widths=dict(enumerate(map(_width, shown))),
            column_formats={
                name: _format(column, frame[name]) for name, column in zip(frame.columns, columns, strict=True)
            },
            cells=texts | _header_cells(frame),
            defined_names={"hq_volume": f"='{sheet}'!$A$1"},
            compression_level=1,
        )
        made.seek(0)
        finish(made, path, self.publication.at, self._edits(sheet))

    @property
    def _sheet_name(self) -> str:
        """Return the title without the characters that a sheet name may not have."""
        return "".join(letter for letter in self.entry.title if letter not in "[]:*?/\\'")[:31]

    def _edits(self, sheet: str) -> Mapping[str, Edit]:
        school, language = header_text(self.publication.school), self.publication.language
        heading = f"&L{school}&C&B{header_text(self.entry.title)}　{self.entry.period}"
        return {
            "xl/worksheets/sheet1.xml": landscape(heading, f"&C{word('of pages', language)}"),
            "xl/workbook.xml": repeated_header(sheet),
        }


def look_of(register: type[Register]) -> list[object]:
    """Return everything in a declaration that a volume shows or is ordered by."""
    columns = [[c.name, c.title, c.title_en, str(c.kind), str(c.dtype), c.masked] for c in register.columns]
    return [register.id, register.title, register.title_en, register.key, columns]


def entries(publication: Publication) -> list[Entry]:
    """Return the list of volumes by register, month and part; rows are only counted."""
    known = all_registers()
    return _listed(publication, {name: _places(frame, known[name]) for name, frame in publication.details.items()})


def _listed(publication: Publication, places: Mapping[str, Mapping[Part, tuple[int, int]]]) -> list[Entry]:
    sizes: dict[str, dict[str | None, Sequence[int]]] = {}
    for register_id, of_register in places.items():
        for (month, _), (_, rows) in of_register.items():
            of_month = sizes.setdefault(register_id, {})
            of_month[month] = [*of_month.get(month, ()), rows]
    for (register_id, month), untouched in publication.untouched.items():
        sizes.setdefault(register_id, {})[month] = untouched
    return [
        entry
        for register_id, register in all_registers().items()
        for month, of_month in sorted(sizes.get(register_id, {}).items(), key=lambda known: (known[0] is None, known))
        for entry in parts_of(register, month, of_month, publication.language)
    ]


def volumes(publication: Publication) -> list[Volume]:
    """Return the volumes of a publication by register, month and part.

    Volumes of months that are ``untouched`` have no rows to write; those of the others share the memory of ``details``.
    """
    known = all_registers()
    details = {name: with_volumes(frame, known[name]) for name, frame in publication.details.items()}
    places = {name: _places(frame, known[name]) for name, frame in details.items()}

    def rows_of(entry: Entry) -> pl.DataFrame | None:
        name = entry.register.id
        if (name, entry.month) in publication.untouched:
            return None
        return details[name].slice(*places[name][entry.month, entry.part])

    return [Volume(entry, rows_of(entry), publication) for entry in _listed(publication, places)]


def _places(frame: pl.DataFrame, register: type[Register]) -> dict[Part, tuple[int, int]]:
    """Return where the volumes of a register begin among its rows and how many rows they have, by month and part."""
    numbered = with_volumes(frame, register).select("_post_period", VOLUME).with_row_index("_place")
    found = numbered.group_by("_post_period", VOLUME, maintain_order=True).agg(pl.first("_place"), pl.len())
    return {(month, part): (begin, rows) for month, part, begin, rows in found.iter_rows()}


def parts_of(register: type[Register], month: str | None, sizes: Sequence[int], language: str) -> Iterator[Entry]:
    """Yield the volumes of a month with so many rows each."""
    no_month = "no date" if register.date_column else "all periods"
    for part, rows in enumerate(sizes, 1):
        yield Entry(
            path=volume_path(register.title, month or word(no_month, "zh"), part),
            register=register,
            title=register.title_en if language == "en" else register.title,
            month=month,
            period=month or word(no_month, language),
            part=part,
            rows=rows,
        )


def _shown(frame: pl.DataFrame, register: type[Register], language: str) -> pl.DataFrame:
    headers = _headers(register, language)
    series = [_readable(frame[column.name], column, language) for column in register.columns]
    statuses = frame["_status"].unique().to_list()
    titles = {status: status_title(status, language) for status in statuses if status is not None}
    series.append(frame["_status"].replace(titles))
    series.extend(frame[name] for name in _SOURCE[1:])
    return pl.DataFrame([one.alias(header) for one, header in zip(series, headers, strict=True)])


def _headers(register: type[Register], language: str) -> list[str]:
    """Return unique headers, as an Excel table needs them: registers may have a 状态 of their own."""
    own = [column.title_en if language == "en" else column.title for column in register.columns]
    headers: list[str] = []
    for header in (*own, *(word(name, language) for name in _SOURCE)):
        candidates = (header, *(f"{header} {number}" for number in range(2, 100)))
        if header == word("_status", language):
            candidates = (header, word("_status 2", language))
        used = {known.casefold() for known in headers}
        headers.append(next(name for name in candidates if name.casefold() not in used))
    return headers


def _readable(values: pl.Series, column: Column, language: str) -> pl.Series:
    if column.kind is Kind.BOOL:
        words = {True: word("yes", language), False: word("no", language)}
        return values.replace_strict(words, return_dtype=pl.String, default=None)
    if column.masked:
        return values.cast(pl.String).map_elements(mask, return_dtype=pl.String)
    if column.kind is Kind.TEXT and values.str.contains(PERSONAL_NUMBER).any():
        values = values.map_elements(masked_numbers, return_dtype=pl.String)
    is_long = values.dtype == pl.String and (values.str.len_chars() > _LONGEST_TEXT).any()
    return values.str.slice(0, _LONGEST_TEXT) if is_long else values


def _fitted(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, CellValueOptions]]:
    """Return the frame without values that Excel cannot keep, and those as text by cell name."""
    texts: dict[str, CellValueOptions] = {}
    fitted = frame.with_columns(
        pl.when(_unkept(values)).then(None).otherwise(values).alias(values.name)
        for values in frame
        if _unkept(values).any()
    )
    clocks = (values.cast(pl.Int64) / _NANOSECONDS_OF_DAY for values in frame if values.dtype == pl.Time)
    for place, values in enumerate(frame, 1):
        for index in _unkept(values).arg_true():
            texts[cell_name(index + 2, place)] = {"value": str(values[index]), "num_format": "@"}
    return fitted.with_columns(clocks), texts


def _header_cells(frame: pl.DataFrame) -> dict[str, CellValueOptions]:
    """Return the headers with a look of their own, for programs that do not draw table styles."""
    look: ColumnFormat = {"bold": True, "font_name": FONT, "font_color": "#FFFFFF", "bg_color": ACCENT}
    return {cell_name(1, place): {"value": name, "format": look} for place, name in enumerate(frame.columns, 1)}


def _unkept(values: pl.Series) -> pl.Series:
    """Return where Excel would change a value: over 15 digits, or a day before March 1900."""
    if values.dtype == pl.Decimal or values.dtype.is_integer():
        return (values.to_physical().abs() >= _DIGITS_OF_EXCEL).fill_null(value=False)
    if values.dtype.is_temporal() and values.dtype != pl.Time:
        return (values.cast(pl.Date) < _FIRST_EXCEL_DAY).fill_null(value=False)
    return pl.repeat(False, len(values), eager=True)


def _format(column: Column | None, values: pl.Series) -> ColumnFormat:
    look: ColumnFormat = {"font_name": FONT}
    if column is None:
        return {**look, "num_format": "@" if values.dtype == pl.String else "0"}
    if values.dtype == pl.String:
        return {**look, "num_format": "@"}
    if column.kind is Kind.QTY:
        whole = (values == values.round(0)).all()
        return {**look, "num_format": "#,##0" if whole else "#,##0.0##"}
    return {**look, "num_format": _FORMATS[column.kind]}


def _width(values: pl.Series) -> float:
    """Return the width of a column in characters, from its header and a sample of its values."""
    if values.dtype.is_temporal():
        return float(max(18 if values.dtype == pl.Datetime else 12, shown_width(values.name) + 4))
    sample = values.drop_nulls().head(200).cast(pl.String).to_list()
    widest = max((shown_width(text) for text in sample), default=0)
    return float(min(_WIDEST, max(8, widest + 2, shown_width(values.name) + 4)))
