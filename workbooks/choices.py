"""The workbook in which a department decides what waits for it (conflicts, missing rows, stops): written, read back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.values import Grid, cell_name
from workbooks.marks import CHOICES_NAME
from workbooks.template_style import Styles, shown_width

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LAYOUT = 2
"""Raised when these workbooks look different, so that they are all written again."""

CHOICES: dict[str, tuple[str, str]] = {
    "ours": ("采用总账", "Keep the ledger's row"),
    "theirs": ("采用本工作簿", "Take this workbook's row"),
    "base": ("恢复原值", "Go back to the base"),
    "withdraw": ("确认删除", "Confirm the deletion"),
    "proceed": ("确认无误，继续", "It is right, go on"),
    "later": ("暂不处理", "Not now"),
}
"""What can be chosen, in Chinese and English; a workbook is read in either."""

SHEETS = {"conflicts": ("冲突", "Conflicts"), "confirm": ("待确认", "To confirm")}
_ID, _CHOICE = ("编号", "Id"), ("怎么处理", "What to do")
_CONFLICT_HEADERS = (
    *(_ID, ("登记表", "Register"), ("关键字", "Key"), ("栏目", "Column"), ("原值", "As before")),
    *(("总账现值", "In the ledger"), ("本工作簿", "This workbook"), ("总账来源", "Ledger from")),
    *(_CHOICE, ("说明", "Note")),
)
_CONFIRM_HEADERS = (
    *(_ID, ("事项", "What waits"), ("登记表", "Register"), ("关键字", "Key"), ("内容", "Content")),
    *(_CHOICE, ("说明", "Note")),
)
_CONFLICT_WIDTHS = (15, 13, 20, 13, 17, 17, 17, 19, 15, 24)
_CONFIRM_WIDTHS = (25, 14, 13, 20, 52, 15, 30)
_WORDS = {
    "title": ("“{name}”待决事项", "To decide in “{name}”"),
    "how": (
        "在黄色的“怎么处理”一栏选择，另存到本部门的文件夹（文件名不限），系统下次合并时照办。差异用橙色标出。",
        (
            "Choose in the yellow column and save this workbook into the folder of your department, under any name;"
            " the next merge follows it. What differs is orange."
        ),
    ),
    "prompt": ("点右侧箭头选择；留空则以后再定。", "Click the arrow to choose; leave it blank to decide later."),
    "stop": ("请从列表中选择，或留空。", "Choose from the list, or leave it blank."),
}
MADE_AT = datetime(2026, 9, 1, tzinfo=UTC)
"""Stands in every such file, so that equal content gives equal bytes."""
_HEADER_ROW = 2
"""0-based; title and note stand above."""
_LONGEST_TEXT = 32_767
_LINE_POINTS, _TALLEST = 14, 400


@dataclass(frozen=True)
class Sides:
    """One column in question, with what each side says as text."""

    title: str
    base: str | None
    """None where there is no common base."""
    ours: str
    theirs: str


@dataclass(frozen=True)
class ConflictLines:
    """One conflict: its columns beside each other, and what may be chosen."""

    mark: str
    register: str
    key: str
    other: str
    sides: tuple[Sides, ...]
    choices: tuple[str, ...]
    """Keys of ``CHOICES``."""
    note: str = ""


@dataclass(frozen=True)
class ConfirmLine:
    """One thing that waits for confirmation; without choices it is only shown."""

    mark: str
    kind: str
    register: str
    key: str
    content: str
    choices: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class ChoiceBook:
    """Everything of one workbook that waits for somebody to decide."""

    name: str
    """File name of the workbook concerned."""
    language: str
    conflicts: tuple[ConflictLines, ...]
    confirms: tuple[ConfirmLine, ...]

    def content_hash(self) -> str:
        """Return the SHA-256 of exactly what the workbook shows."""
        return hashlib.sha256(json.dumps([LAYOUT, asdict(self)], ensure_ascii=False).encode()).hexdigest()

    def write(self, path: Path) -> None:
        """Write the workbook; every text stays a text.

        Raises:
            OSError: it cannot be written.
        """
        from workbooks.xlsx_write import written  # noqa: PLC0415 - reading needs none of it

        with written(path, strings_to_formulas=False, strings_to_urls=False) as book:
            book.set_properties({"created": MADE_AT})
            styles = Styles(book)
            for name, lines, write in (
                ("conflicts", self.conflicts, _write_conflicts),
                ("confirm", self.confirms, _write_confirms),
            ):
                if lines:
                    title = SHEETS[name][self.language == "en"]
                    last = write(_Page(book.add_worksheet(title), styles, self.language), self)
                    book.define_name(f"{CHOICES_NAME}_{name}", f"='{title}'!$A${_HEADER_ROW + 1}:$J${last + 1}")


@dataclass(frozen=True)
class Chosen:
    """One line of such a workbook that somebody saved: its mark and what stands in the column of choices."""

    sheet: str
    row: int
    """1-based worksheet row."""
    cell: str
    mark: str
    choice: str
    """A key of ``CHOICES``, empty where it is none of them."""
    value: str
    """What stands there."""


def chosen_in(grids: Sequence[Grid]) -> tuple[Chosen, ...]:
    """Return the lines of the sheets of choices in which somebody filled in something."""
    return tuple(line for grid in grids for line in _chosen(grid))


def _chosen(grid: Grid) -> Iterator[Chosen]:
    place: int | None = None
    for number, cells in enumerate(grid.cells, start=grid.first_row):
        texts = [str(cell).strip() if cell is not None else "" for cell in cells]
        heads = [column for column, text in enumerate(texts) if text in _CHOICE]
        if place is None:
            place = heads[0] if heads and texts[0] in _ID else None
            continue
        value = texts[place] if place < len(texts) else ""
        if value:
            choice = next((key for key, words in CHOICES.items() if value in words), "")
            cell = cell_name(number, grid.first_column + place)
            yield Chosen(grid.sheet, number, cell, texts[0], choice, value)


class _Page:
    """A sheet of choices being written; rows and columns are 0-based."""

    def __init__(self, sheet: Worksheet, styles: Styles, language: str) -> None:
        self.sheet = sheet
        self.english = language == "en"
        ink = {"font_color": "#1F2D3D", "num_format": "@"}
        self._styles = styles
        self.plain = styles.boxed(align="left", **ink)
        self.differs = styles.boxed(align="left", bg_color="#FCE4D6", bold=True, **ink)
        self.small = styles.boxed(align="left", font_size=8, **(ink | {"font_color": "#6B7785"}))
        self.choice = styles.boxed(align="center", bg_color="#FFF2CC", bold=True, locked=False, **ink)

    def word(self, pair: tuple[str, str], **values: object) -> str:
        """Return a word in the language of the workbook."""
        text = pair[self.english]
        return text.format(**values) if values else text

    def head(self, name: str, headers: Sequence[tuple[str, str]], widths: Sequence[int]) -> None:
        """Write title, note and headers, and set up view, print and protection."""
        sheet = self.sheet
        sheet.hide_gridlines(2)
        title = self._styles.format(bold=True, font_size=16, font_color="#1F4E79")
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, self.word(_WORDS["title"], name=name), title)
        sheet.set_row(1, 20)
        sheet.write_string(1, 0, self.word(_WORDS["how"]), self._styles.format(font_color="#6B7785"))
        shape = self._styles.boxed(bold=True, bg_color="#1F4E79", font_color="#FFFFFF", align="center")
        sheet.set_row(_HEADER_ROW, 24)
        for column, (header, width) in enumerate(zip(headers, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(_HEADER_ROW, column, self.word(header), shape)
        sheet.freeze_panes(_HEADER_ROW + 1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEADER_ROW)
        # Without a password: it keeps marks and values from being overwritten by mistake, nothing more.
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def span(self, first: int, last: int, column: int, text: str, shape: Format) -> None:
        """Write a text into one cell, or into several below each other as one."""
        if last > first:
            self.sheet.merge_range(first, column, last, column, "", shape)
        self.put(first, column, text, shape)

    def put(self, row: int, column: int, text: str, shape: Format) -> None:
        """Write a text, or a blank cell."""
        if text:
            self.sheet.write_string(row, column, text[:_LONGEST_TEXT], shape)
        else:
            self.sheet.write_blank(row, column, None, shape)

    def offer(self, first: int, last: int, column: int, choices: Sequence[str]) -> None:
        """Make the cell in which somebody chooses; without choices there is nothing to fill in."""
        if not choices:
            self.span(first, last, column, "", self.plain)
            return
        self.span(first, last, column, "", self.choice)
        options = {
            "validate": "list",
            "source": [self.word(CHOICES[key]) for key in choices],
            "input_message": self.word(_WORDS["prompt"]),
            "error_message": self.word(_WORDS["stop"]),
        }
        self.sheet.data_validation(first, column, first, column, options)


def _write_conflicts(page: _Page, book: ChoiceBook) -> int:
    """Write the conflicts and return the last row."""
    page.head(book.name, _CONFLICT_HEADERS, _CONFLICT_WIDTHS)
    row = _HEADER_ROW + 1
    for line in book.conflicts:
        last = row + len(line.sides) - 1
        for column, text, shape in (
            (0, line.mark, page.small),
            (1, line.register, page.plain),
            (2, line.key, page.plain),
            (7, line.other, page.plain),
            (9, line.note, page.small),
        ):
            page.span(row, last, column, text, shape)
        page.offer(row, last, 8, line.choices)
        for place, side in enumerate(line.sides, row):
            _write_sides(page, place, side)
        if last == row:
            page.sheet.set_row(row, 30)
        row = last + 1
    return row - 1


def _write_sides(page: _Page, row: int, side: Sides) -> None:
    base = side.ours if side.base is None else side.base
    page.put(row, 3, side.title, page.plain)
    page.put(row, 4, "—" if side.base is None else side.base, page.plain)
    page.put(row, 5, side.ours, page.plain if side.ours == base else page.differs)
    page.put(row, 6, side.theirs, page.plain if side.theirs == base else page.differs)


def _write_confirms(page: _Page, book: ChoiceBook) -> int:
    """Write what waits for confirmation and return the last row."""
    page.head(book.name, _CONFIRM_HEADERS, _CONFIRM_WIDTHS)
    for row, line in enumerate(book.confirms, _HEADER_ROW + 1):
        lines = -(-shown_width(line.content) // _CONFIRM_WIDTHS[4])
        page.sheet.set_row(row, min(_TALLEST, max(30, _LINE_POINTS * lines + 4)))
        texts = (line.mark, line.kind, line.register, line.key, line.content)
        for column, text in enumerate(texts):
            page.put(row, column, text, page.small if column == 0 else page.plain)
        page.offer(row, row, 5, line.choices)
        page.put(row, 6, line.note, page.small)
    return _HEADER_ROW + len(book.confirms)
