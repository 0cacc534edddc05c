"""Tell rows of data from subtotals, footers, repeated headers and notes (DOMAIN.md 6.6 S09–S13, S29, S33)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import is_ditto
from schemas.columns import NUMERIC, Kind
from schemas.headers import ENOUGH, SERIAL, heading, names_of, needed_columns
from schemas.layout_meta import is_meta, row_text
from schemas.normal import is_void as is_void_remark
from schemas.normal import matching
from schemas.sheet_cells import SheetCells
from schemas.values import NoValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.headers import HeaderMatch
    from schemas.register import Register
    from schemas.values import Cell, Grid

BLANK_ROWS = 50
"""More consecutive blank rows than this end the sheet (S12)."""
TITLE_ROWS = 3
"""A page begins with at most so many rows of title and meta line above its header."""

_TOTAL = "小计|合计|总计|累计|共计|(?i:(?:sub|grand)?total)"
_CARRIED = "过次页|承前页|接下页|转下页|接上页|转次页|承上页|上页结转|结转下页|转后页|接前页"
_BALANCE = "(?:期初|期末|年初|年末|月初|月末|上[日期月年]|本[日期月年])(?:余额|结余|结存)|上[期月年]结转|结转下[期月年]"
_COUNTS = "总?(?:收入|支出|借方|贷方|存入|支取|交易)?(?:总?笔数|总金额|总额)"
_SUBTOTAL = re.compile(
    rf"(?:本[页日周旬月季年学期]*|\(|\d{{1,2}}月份?)?(?:{_TOTAL}).*|.{{0,8}}(?:{_TOTAL})(?:金额|人民币|\([^)]*\))*:?|(?:{_CARRIED}|{_BALANCE}|{_COUNTS}).*"
)
_SIGNATURE = re.compile(
    r"(制表|制单|填表|填报|编制|审核|复核|审批|经办|经手|报送|打印)(人|者|员|单位|部门|日期|时间)?(\([^)]*\))?:"
    r"|(负责人|主管|单位负责人|部门负责人|财务负责人|分管领导|分管校长|校长|园长|会计|出纳|保管员|监盘人)(\([^)]*\))?(签[字名章])?:"
    r"|(填表|填报|填写|制表)说明|.{0,12}(签[字名章]|盖章|公章)\)?:"
)
_CLOSING_NOTE = re.compile(r"(备注|说明|注|附注|日期|时间|附件|注意事项?)\d?:")
_LABELLED = re.compile(r"[^:]{1,10}:")
_CHINESE = re.compile("[一-龥]")
_EXACT_KINDS = NUMERIC | {Kind.CODE, Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.MONTH}
"""What a column holds in which words are no value: 二、食品类 below 入库单号 is a heading."""
_NUMBER = re.compile(r"[¥￥(+\-−]?[\d,.]+[元)]?")
_SUSPECT = re.compile(r"^\W*$|[计页转:：说注同笔余]")
"""What an ordinary key never has: everything else of a row with all its keys needs no second look."""


_ORDINARY = "^[0-9A-Za-z]([0-9A-Za-z._/-]*[0-9A-Za-z])?$"
"""Keys in which nothing can be suspect, as the other engine of patterns sees them."""


@dataclass(frozen=True)
class Rows:
    """The rows below a header by what they are; all are worksheet rows, in order."""

    data: tuple[int, ...]
    subtotals: tuple[tuple[int, str], ...]
    notes: tuple[int, ...]
    """Rows with nothing but a remark, or a heading between the rows."""
    idle: tuple[int, ...]
    """Rows with content only outside the entry columns: numbering, template formulas, unknown columns."""
    after_end: tuple[int, ...]
    """Rows that look like data below the footer or below 50 blank rows: not read, to be reported."""
    footer: tuple[str, ...]
    """Lines of the footer."""


class _End(Enum):
    """Why reading stopped, until a repeated header opens the next page."""

    NOT_YET = "not yet"
    FOOTER = "footer"
    BLANK = "blank rows"
    OTHER_HEADER = "a header with the columns in other places"


@dataclass
class _Found:
    data: list[int] = field(default_factory=list)
    subtotals: list[tuple[int, str]] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    idle: list[int] = field(default_factory=list)
    after_end: list[int] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)


def find_rows(grid: Grid, match: HeaderMatch) -> Rows:
    """Return what every row below the header is."""
    return _Scan(grid, match).run()


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell has no content that people can see."""
    return cell is None or (isinstance(cell, str) and not cell[:1].isalnum() and not matching(cell))


def is_void(cell: Cell) -> bool:
    """Tell whether a remark declares its row void (S33)."""
    return isinstance(cell, str) and is_void_remark(cell)


class _Places:
    """Positions in a row, counted from 0, of the columns that decide what the row is."""

    def __init__(self, register: type[Register], columns: Mapping[str, int], first_column: int) -> None:
        entry = [column for column in register.entry_columns() if column.name in columns]
        place = {column.name: columns[column.name] - first_column for column in entry}
        numbering = {column.name for column in entry if column.is_serial or heading(column.title) == SERIAL}
        serial = numbering | {register.line_column}
        self.all_keys = [place[name] for name in register.key if name in place]
        self.keys = [place[name] for name in register.key if name in place and name not in numbering]
        self.content = [place[column.name] for column in entry if column.name not in serial and column.name != "remark"]
        self.formulas = {place[column.name] for column in entry if column.formula}
        self.needed = [place[column.name] for column in needed_columns(register) if column.name in place]
        self.exact = {place[column.name] for column in entry if column.kind in _EXACT_KINDS}
        self.remark = place.get("remark")
        self.quick = bool(self.keys) and not self.formulas.intersection(self.keys)


class _Scan:
    """One pass over the rows below a header."""

    def __init__(self, grid: Grid, match: HeaderMatch) -> None:
        window = match.window
        first, last = window.first_row - grid.first_row, window.last_row - grid.first_row
        self.grid, self.register, self.start = grid, match.register, last + 1
        self.places = _Places(match.register, match.columns, grid.first_column)
        self.headers = [_header_texts(row) for row in grid.cells[first : last + 1]]
        self.header_words = {text for row in self.headers for text in row.values()}
        self.title_lines = {matching(row_text(row)) for row in grid.cells[:first]}
        self.lead = min(window.texts) - grid.first_column
        self.found = _Found()
        self.end = _End.NOT_YET
        self.blank_rows = 0

    def run(self) -> Rows:
        cells, first_row = self.grid.cells, self.grid.first_row
        begun, plain = self._plain_rows()
        self.found.data.extend(range(first_row + self.start, first_row + begun))
        for offset in range(begun, len(cells)):
            if (offset in plain and self.end is _End.NOT_YET) or self._is_plain(cells[offset]):
                self.blank_rows = 0
                self.found.data.append(first_row + offset)
            else:
                self._look_closer(cells[offset], first_row + offset)
        found = self.found
        return Rows(
            tuple(found.data),
            tuple(found.subtotals),
            tuple(found.notes),
            tuple(found.idle),
            tuple(found.after_end),
            tuple(found.footer),
        )

    def _plain_rows(self) -> tuple[int, frozenset[int]]:
        """Return where the first run of rows ends that ``_is_plain`` says are data, and the rows of later ones.

        Only those of a sheet read by columns are found so, most of them at once.
        """
        cells, first = self.grid.cells, self.places.keys[:1]
        if not isinstance(cells, SheetCells) or not self.places.quick:
            return self.start, frozenset()
        plain = [pl.nth(key).is_not_null() for key in self.places.keys]
        for place in {self.lead, *first}:
            if cells.body.dtypes[place] == pl.String:
                words = pl.nth(place).is_in(list(self.header_words))
                plain.append(pl.nth(place).is_null() | (pl.nth(place).str.contains(_ORDINARY) & ~words))
        met = cells.body.select(pl.all_horizontal(plain).fill_null(value=False)).to_series()
        above = len(cells.head)
        run = met.slice(self.start - above) if self.start >= above else met.clear()
        odd = (~run).arg_true()
        begun = self.start + (len(run) if odd.is_empty() else int(odd[0]))
        return begun, frozenset((met.arg_true() + above).to_list()) if begun < len(cells) else frozenset()

    def _is_plain(self, row: Sequence[Cell]) -> bool:
        """Tell cheaply that a row is data: its keys are filled and nothing about them is odd."""
        if self.end is not _End.NOT_YET or not self.places.quick:
            return False
        for key in self.places.keys:
            if row[key] is None:
                return False
        for place in (self.lead, self.places.keys[0]):
            cell = row[place]
            if isinstance(cell, str) and (cell in self.header_words or _SUSPECT.search(cell)):
                return False
        return True

    def _look_closer(self, row: Sequence[Cell], number: int) -> None:
        filled = [place for place, cell in enumerate(row) if not is_blank(cell)]
        if not filled:
            self.blank_rows += 1
            if self.blank_rows > BLANK_ROWS and self.end is _End.NOT_YET:
                self.end = _End.BLANK
            return
        self.blank_rows = 0
        if row[filled[0]] in self.header_words and self._is_header(row, number):
            return
        label = self._label(row, filled)
        if self.end is not _End.NOT_YET:
            self._take_ending(row, number, filled, label)
        elif label:
            self.found.subtotals.append((number, label))
        elif self._is_footer(row, filled[0]):
            self.end = _End.FOOTER
            self.found.footer.append(row_text(row))
        else:
            self._take(row, number, filled)

    def _take(self, row: Sequence[Cell], number: int, filled: Sequence[int]) -> None:
        if self._is_heading(row, filled):
            self.found.notes.append(number)
        elif self._has_content(row, number):
            self.found.data.append(number)
        elif self.places.remark in filled:
            self.found.notes.append(number)
        else:
            self.found.idle.append(number)

    def _is_heading(self, row: Sequence[Cell], filled: Sequence[int]) -> bool:
        """Tell whether a row is one line of words where the columns want numbers, codes or days."""
        cell = row[filled[0]]
        alone = len(filled) == 1 and filled[0] in self.places.exact and isinstance(cell, str)
        return alone and not is_ditto(cell) and _CHINESE.search(str(cell)) is not None

    def _take_ending(self, row: Sequence[Cell], number: int, filled: Sequence[int], label: str) -> None:
        """Keep the lines of the footer, and remember rows of data that nobody will read."""
        keys_filled = bool(self.places.keys) and not any(is_blank(row[key]) for key in self.places.keys)
        count = sum(place in filled for place in self.places.content)
        if self.end is _End.FOOTER:
            stray = keys_filled and count >= len(self.places.keys) + 2
        else:
            stray = self._has_content(row, number)
        if stray and not label and not self._is_footer(row, filled[0]):
            self.found.after_end.append(number)
        elif row_text(row):
            self.found.footer.append(row_text(row))

    def _has_content(self, row: Sequence[Cell], number: int) -> bool:
        """Tell whether people filled the row: numbering, template formulas and lone dittos do not count."""
        if any(self._is_filled(row, number, place) for place in self.places.content):
            return True
        remark = self.places.remark
        return (
            remark is not None and is_void(row[remark]) and not all(is_blank(row[key]) for key in self.places.all_keys)
        )

    def _is_filled(self, row: Sequence[Cell], number: int, place: int) -> bool:
        cell = row[place]
        if is_blank(cell) or is_ditto(cell):
            return False
        if place not in self.places.formulas:
            return True
        if cell == 0 and not self.grid.details.tells_formulas:  # what a formula comes to in a row that is prepared
            return False
        column = self.grid.first_column + place
        return not isinstance(cell, NoValue) and (number, column) not in self.grid.details.formulas

    def _label(self, row: Sequence[Cell], filled: Sequence[int]) -> str:
        """Return the words of a 小计 … 承前页 row, empty for any other row.

        The label stands in one of the first three texts, the keys are blank, and what else the row
        has are numbers: an item called 合计器 is not a total.
        """
        texts = [place for place in filled if isinstance(row[place], str)]
        for place in texts[:3]:
            word = matching(str(row[place]))
            if _SUBTOTAL.fullmatch(word) and self._keys_blank(row, place):
                others = [other for other in self.places.content if other in texts and other != place]
                words = [other for other in others if not _NUMBER.fullmatch(matching(str(row[other])))]
                return word if len(words) < 2 or _is_amount_in_words(row, words) else ""
        return ""

    def _keys_blank(self, row: Sequence[Cell], beside: int) -> bool:
        """Tell whether no key is filled, apart from the cell ``beside`` and labels such as 审核人：."""
        keys = [row[key] for key in self.places.keys if key != beside]
        return all(is_blank(key) or (isinstance(key, str) and _LABELLED.match(matching(key))) for key in keys)

    def _is_footer(self, row: Sequence[Cell], place: int) -> bool:
        cell = row[place]
        if not isinstance(cell, str) or place == self.places.remark:
            return False
        word = matching(cell)
        if _SIGNATURE.match(word):
            return True
        return _CLOSING_NOTE.match(word) is not None and self._keys_blank(row, place)

    def _is_header(self, row: Sequence[Cell], number: int) -> bool:
        """Recognise the header of a further page, and open or close reading accordingly."""
        for texts in self.headers:
            same = sum(row[place] == text for place, text in texts.items())
            if texts and same >= ENOUGH * len(texts):
                self.end = _End.NOT_YET
                self._forget_page_title(number)
                return True
        names = names_of(self.register)
        known = {names.get(heading(cell)) for cell in row if isinstance(cell, str)} - {None}
        if len(known) >= max(2, ENOUGH * len(self.places.needed)):
            self.end = _End.OTHER_HEADER
            self._forget_page_title(number)
            return True
        return False

    def _forget_page_title(self, header_row: int) -> None:
        """Take title and meta line of a further page out of the rows found above its header."""
        for rows in (self.found.notes, self.found.data, self.found.after_end):
            while rows and header_row - rows[-1] <= TITLE_ROWS and self._is_title(rows[-1]):
                rows.pop()

    def _is_title(self, number: int) -> bool:
        row = self.grid.cells[number - self.grid.first_row]
        needed = [row[place] for place in self.places.needed]
        if sum(not is_blank(cell) for cell in needed) > len(needed) / 2:
            return False
        line = row_text(row)
        if matching(line) in self.title_lines or is_meta(line):
            return True
        filled = [place for place, cell in enumerate(row) if not is_blank(cell)]
        if len(filled) != 1 or filled[0] == self.places.remark:
            return False
        return isinstance(row[filled[0]], str) and _CHINESE.search(str(row[filled[0]])) is not None


def _header_texts(row: Sequence[Cell]) -> dict[int, str]:
    return {place: cell for place, cell in enumerate(row) if isinstance(cell, str)}


def _is_amount_in_words(row: Sequence[Cell], places: Sequence[int]) -> bool:
    """Tell whether the texts beside a label only spell the amount out (大写：壹仟元整)."""
    return all(re.search(r"大写|元|[零壹贰叁肆伍陆柒捌玖拾佰仟]", matching(str(row[place]))) for place in places)
