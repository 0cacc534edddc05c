"""The rows of registers as files for other programs: csv, parquet, xlsx."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.columns import Kind
from schemas.masking import PERSONAL_NUMBER, mask, masked_numbers
from sync.completed import completed
from sync.derived import derived_rows
from sync.held import rows_of
from sync.ledger import IN_THE_BOOKS
from sync.publish.words import status_title
from sync.standing import decoded
from workbooks.write import replace_file

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping
    from sync.ledger import Ledger

IN_LEDGER = (*IN_THE_BOOKS, "withdrawn")

_SOURCE: dict[str, tuple[pl.DataType, str, str]] = {
    "_status": (pl.String(), "入账状态", "Ledger status"),
    "_workbook": (pl.String(), "来源工作簿", "Source workbook"),
    "_sheet": (pl.String(), "来源工作表", "Source sheet"),
    "_row": (pl.Int64(), "来源行", "Source row"),
    "_sha256": (pl.String(), "文件SHA-256", "File SHA-256"),
    "_revision": (pl.Int64(), "版次", "Revision"),
    "_findings": (pl.String(), "问题代码", "Findings"),
}
"""What is told of every row besides its columns: type, header in Chinese and English."""

_FORMULA = r"^'*\s*[=+\-@＝＋－＠]\s*\S"
"""Text that a spreadsheet may run when it opens a csv file, the full-width signs of Chinese Excel included."""
_FORBIDDEN_IN_SHEET = re.compile(r"[\[\]:*?/\\']")
_SHEET_ROWS = 1_048_575
_DIGITS_OF_EXCEL = 15
_FIRST_EXCEL_DAY = date(1900, 3, 1)
_LONGEST_TEXT = 32_767


@dataclass(frozen=True)
class Extract:
    """The rows of one register as of one revision, personal numbers masked."""

    register: type[Register]
    frame: pl.DataFrame
    """The declared columns, then those of ``_SOURCE``, typed; in the order of the key."""

    def told(self, language: str) -> pl.DataFrame:
        """Return the rows for people: the status in words."""
        known = self.frame["_status"].drop_nulls().unique().to_list()
        return self.frame.with_columns(
            pl.col("_status").replace({status: status_title(status, language) for status in known})
        )

    def headers(self, language: str) -> list[str]:
        """Return a header for every column, no two alike."""
        english = language == "en"
        own = [column.title_en if english else column.title for column in self.register.columns]
        source = [title_en if english else title for _, title, title_en in _SOURCE.values()]
        return [*own, *(f"{header} 2" if header in own else header for header in source)]


def extract_made(books: Bookkeeping, register: type[Register], status: str | None) -> Extract:
    """Return the rows of a register that the program makes: those in the books, of one status, or all."""
    rows = derived_rows(books, register)
    kept = rows if status in (None, "all") else rows.filter(pl.col("_status") == status)
    told = kept.with_columns(pl.col("_from").alias("_revision"), pl.lit(None, pl.String).alias("_findings"))
    return Extract(register, _masked(told.select(*register.names(), *_SOURCE), register))


def extract(ledger: Ledger, register: type[Register], status: str | None, revision: int, books: Bookkeeping) -> Extract:
    """Return the rows of a register as of a revision: those in the books, of one status, or all.

    ``books`` are those of the same revision.
    """
    titles = {row["path"]: row["title"] for row in ledger.table("workbook", as_of=revision).to_dicts()}
    pieces: list[pl.DataFrame] = []
    wanted = {None: IN_THE_BOOKS, "all": IN_LEDGER}.get(status, (status,) if status in IN_LEDGER else ())
    if wanted:
        stored = ledger.rows(register, as_of=revision, statuses=[each for each in wanted if each])
        rows = completed(stored, register, books)
        pieces.append(rows.with_columns(pl.col("_from").alias("_revision"), pl.lit(None, pl.String).alias("_findings")))
    if status in ("held", "conflict", "all"):
        pieces.append(_held(ledger, register, status, revision))
    names = [*register.names(), *_SOURCE]
    frame = pl.concat([piece.select(names) for piece in pieces])
    known = pl.col("_workbook").replace_strict(titles, default=pl.col("_workbook"), return_dtype=pl.String)
    return Extract(register, _masked(frame.with_columns(known), register))


def _held(ledger: Ledger, register: type[Register], status: str, revision: int) -> pl.DataFrame:
    table = ledger.table("held", as_of=revision, register=register.id)
    stored = [decoded(row, "payload", "findings") for row in table.to_dicts()]
    kept = [row for row in stored if status in ("all", row["reason"])]
    told = pl.DataFrame(
        {
            "_status": [row["reason"] for row in kept],
            "_sha256": [row["sha256"] for row in kept],
            "_revision": [row["revision_from"] for row in kept],
            "_findings": [_codes(row) for row in kept],
        },
        schema={name: _SOURCE[name][0] for name in ("_status", "_sha256", "_revision", "_findings")},
    )
    return pl.concat([rows_of(register, kept, 0), told], how="horizontal")


def _codes(row: Mapping[str, Any]) -> str:
    return " ".join(dict.fromkeys(each["code"] for each in (*row["payload"]["reading"], *row["findings"])))


def _masked(frame: pl.DataFrame, register: type[Register]) -> pl.DataFrame:
    hidden = {column.name: mask for column in register.columns if column.masked}
    free = (column.name for column in register.columns if column.kind is Kind.TEXT and column.name not in hidden)
    told = {name: masked_numbers for name in free if frame[name].str.contains(PERSONAL_NUMBER).any()}
    return frame.with_columns(
        pl.col(name).map_elements(masked, return_dtype=pl.String) for name, masked in (hidden | told).items()
    )


def write_csv(path: Path, one: Extract, language: str) -> None:
    """Write one register as csv for Excel: UTF-8 with a mark, CRLF, exact decimals, no text that runs.

    A text that begins like a formula gets an apostrophe before it, as does one that begins with an
    apostrophe followed by such a sign: taking one away gives the text back.
    """
    shown = one.told(language).select(_as_text(name, dtype, language) for name, dtype in one.frame.schema.items())
    guarded = shown.with_columns(
        pl.when(pl.col(name).str.contains(_FORMULA)).then(pl.lit("'") + pl.col(name)).otherwise(name).alias(name)
        for name, dtype in one.frame.schema.items()
        if dtype == pl.String
    )
    titled = guarded.rename(dict(zip(guarded.columns, one.headers(language), strict=True)))
    replace_file(path, lambda beside: titled.write_csv(beside, include_bom=True, line_terminator="\r\n"))


def _as_text(name: str, dtype: pl.DataType, language: str) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit(_yes(language))).when(~column).then(pl.lit(_no(language))).alias(name)
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("%Y-%m-%d %H:%M:%S")
    return column.cast(pl.String)


def _yes(language: str) -> str:
    return "yes" if language == "en" else "是"


def _no(language: str) -> str:
    return "no" if language == "en" else "否"


def write_parquet(path: Path, one: Extract) -> None:
    """Write one register as parquet: field names, decimals and dates with their types."""
    replace_file(path, lambda beside: one.frame.write_parquet(beside, compression="zstd"))


def write_xlsx(path: Path, extracts: Sequence[Extract], language: str) -> None:
    """Write registers as a workbook, a sheet each; text is never a formula, long numbers keep all digits."""
    from workbooks.xlsx_write import written  # noqa: PLC0415 - only this format needs it

    def write(beside: Path) -> None:
        made = io.BytesIO()
        as_they_are = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with written(made, constant_memory=True, **as_they_are) as workbook:
            formats = _formats(workbook)
            taken: set[str] = set()
            for one in extracts:
                for piece in _sheets_of(one.told(language)):
                    sheet = workbook.add_worksheet(_sheet_name(one.register, taken))
                    _write_sheet(sheet, one.headers(language), piece, formats, language)
        beside.write_bytes(made.getvalue())

    replace_file(path, write)


def _sheets_of(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a frame in pieces that a sheet can hold, an empty one where there is no row."""
    for start in range(0, max(1, frame.height), _SHEET_ROWS):
        yield frame.slice(start, _SHEET_ROWS)


def _sheet_name(register: type[Register], taken: set[str]) -> str:
    title = _FORBIDDEN_IN_SHEET.sub("", register.title)
    names = (title[:31], *(f"{title[:27]} {number}" for number in range(2, 1000)))
    name = next(each for each in names if each not in taken)
    taken.add(name)
    return name


def _formats(workbook: Workbook) -> dict[str, Format]:
    looks = {"head": {"bold": True}, "text": {"num_format": "@"}, "date": {"num_format": "yyyy-mm-dd"}}
    looks |= {"datetime": {"num_format": "yyyy-mm-dd hh:mm:ss"}, "time": {"num_format": "hh:mm"}}
    looks |= {f"decimal{places}": {"num_format": "0." + "0" * places} for places in range(1, 8)}
    return {name: workbook.add_format(look) for name, look in looks.items()}


def _write_sheet(
    sheet: Worksheet, headers: Sequence[str], frame: pl.DataFrame, formats: Mapping[str, Format], language: str
) -> None:
    sheet.freeze_panes(1, 0)
    for column, header in enumerate(headers):
        sheet.write_string(0, column, header, formats["head"])
    for number, row in enumerate(frame.iter_rows(), 1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, formats, language)
    sheet.autofilter(0, 0, max(1, frame.height), len(headers) - 1)


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: object, formats: Mapping[str, Format], language: str
) -> None:
    match value:
        case None:
            return
        case bool():
            sheet.write_string(row, column, _yes(language) if value else _no(language))
        case Decimal() if len(value.as_tuple().digits) <= _DIGITS_OF_EXCEL:
            places = -int(value.as_tuple().exponent)
            sheet.write_number(row, column, value, formats[f"decimal{places}"] if places > 0 else None)
        case int() if abs(value) < 10**_DIGITS_OF_EXCEL:
            sheet.write_number(row, column, value)
        case datetime() if value.date() >= _FIRST_EXCEL_DAY:
            sheet.write_datetime(row, column, value, formats["datetime"])
        case date() if not isinstance(value, datetime) and value >= _FIRST_EXCEL_DAY:
            sheet.write_datetime(row, column, value, formats["date"])
        case time():
            sheet.write_datetime(row, column, value, formats["time"])
        case _:
            sheet.write_string(row, column, str(value)[:_LONGEST_TEXT], formats["text"])
