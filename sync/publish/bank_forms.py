"""The bank reconciliation as a form to print and sign (银行存款余额调节表): A4, a sheet for each account."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.periods import last_day_of
from sync.books.bank import KINDS, Item, Reconciliation
from workbooks.template_style import FONT, LINE
from workbooks.write import replace_file
from workbooks.xlsx_write import written

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sync.money import BankMonth

_WIDTHS = (11.0, 20.0, 14.5, 11.0, 20.0, 14.5)
_SIDES = 3
"""Columns of each side: day, what it is, amount."""
_MONEY = "#,##0.00;[Red]-#,##0.00"
_SIGNED = "编制人（会计）：　　　　　　　审核人：　　　　　　　校长（园长）：　　　　　　　日期：　　　年　　月　　日"
_LONGEST_LINE = 24
_LINE_POINTS = 14.0


def write_bank_forms(path: Path, months: Sequence[BankMonth], school: str) -> None:
    """Write the reconciliations of a month to a workbook; without any it says so.

    Raises:
        TargetLockedError: the workbook is open in a spreadsheet program.
    """
    replace_file(path, lambda beside: _write(beside, months, school))


def _write(path: Path, months: Sequence[BankMonth], school: str) -> None:
    with written(path, strings_to_formulas=False, strings_to_urls=False, strings_to_numbers=False) as workbook:
        forms = [_Form(workbook, month.found.account_no) for month in months] or [_Form(workbook, "无账户")]
        for number, (form, month) in enumerate(zip_longest(forms, months), 1):
            workbook.define_name(f"hq_bank_form_{number}", f"='{form.name}'!$A$1")
            if month is None:
                form.sheet.write_string(0, 0, "没有银行账户", form.plain)
            else:
                form.fill(month, school)


class _Form:
    """One sheet; rows and columns are 0-based."""

    def __init__(self, workbook: Workbook, name: str) -> None:
        self.name = name
        self.sheet: Worksheet = workbook.add_worksheet(name)
        base: dict[str, object] = {"font_name": FONT, "font_size": 10.5, "valign": "vcenter"}
        boxed = {**base, "border": 1, "border_color": LINE}

        def style(**properties: object) -> Format:
            return workbook.add_format({**boxed, **properties})

        self.plain: Format = workbook.add_format(base)
        self.title: Format = workbook.add_format({**base, "font_size": 18, "bold": True, "align": "center"})
        self.right: Format = workbook.add_format({**base, "align": "right"})
        self.head = style(bold=True, align="center")
        self.day = style(align="center", num_format="yyyy-mm-dd")
        self.text = style(text_wrap=True, num_format="@")
        self.section = style(bold=True)
        self.amount = style(num_format=_MONEY, align="right")
        self.total = style(num_format=_MONEY, align="right", bold=True)
        self.row = 0
        self._set_up()

    def _set_up(self) -> None:
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.hide_gridlines(2)
        self.sheet.set_portrait()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self.sheet.center_horizontally()
        self.sheet.set_footer("&C第 &P 页，共 &N 页")
        self.sheet.repeat_rows(0, 3)

    def fill(self, month: BankMonth, school: str) -> None:
        """Write the whole form."""
        found, last = month.found, 2 * _SIDES - 1
        self.sheet.set_row(0, 36)
        self.sheet.merge_range(0, 0, 0, last, "银行存款余额调节表", self.title)
        kind = f"（{month.account_kind}）" if month.account_kind else ""
        self.sheet.write_string(1, 0, f"单位：{school}　　账号：{found.account_no}{kind}", self.plain)
        day = last_day_of(found.period)
        self.sheet.write_string(1, last, f"{day.year}年{day.month}月{day.day}日　　单位：元", self.right)
        for left, side in ((0, "单位银行存款日记账"), (_SIDES, "银行对账单")):
            self.sheet.merge_range(2, left, 2, left + _SIDES - 1, side, self.head)
            for place, header in enumerate(("日期", "摘要及结算号", "金额")):
                self.sheet.write_string(3, left + place, header, self.head)
        self.row = 4
        self._both(("账面余额", found.book), ("对账单余额", found.bank))
        self._section(found, ("加：", KINDS[0]), ("加：", KINDS[2]))
        self._section(found, ("减：", KINDS[1]), ("减：", KINDS[3]))
        self._both(("调节后余额", found.adj_book), ("调节后余额", found.adj_bank))
        for note in _notes(found):
            self.sheet.merge_range(self.row, 0, self.row, last, note, self.text)
            self.row += 1
        self.sheet.set_row(self.row, 42)
        self.sheet.write_string(self.row, 0, _SIGNED, self.plain)

    def _both(self, *sides: tuple[str, int | None]) -> None:
        """Write one line of titles and totals on both sides."""
        self.sheet.set_row(self.row, 21)
        for left, (title, fen) in zip((0, _SIDES), sides, strict=True):
            self.sheet.merge_range(self.row, left, self.row, left + 1, title, self.section)
            self._money(left + 2, fen, self.total)
        self.row += 1

    def _money(self, column: int, fen: int | None, shape: Format) -> None:
        if fen is None:
            self.sheet.write_string(self.row, column, "无", shape)
        else:
            self.sheet.write_number(self.row, column, Decimal(fen).scaleb(-2), shape)

    def _section(self, found: Reconciliation, *sides: tuple[str, str]) -> None:
        """Write the items of a kind on each side below their sum."""
        self._both(*((f"{sign}{kind}", found.sum_of(kind)) for sign, kind in sides))
        items = [[item for item in found.items if item.kind == kind] for _, kind in sides]
        for pair in zip_longest(*items):
            words = [_words(item) for item in pair]
            longest = max(map(len, words))
            self.sheet.set_row(self.row, 4 + _LINE_POINTS * max(1, -(-longest * 2 // _LONGEST_LINE)))
            for left, item, text in zip((0, _SIDES), pair, words, strict=True):
                self._item(left, item, text)
            self.row += 1

    def _item(self, left: int, item: Item | None, text: str) -> None:
        if item is None:
            for place in range(_SIDES):
                self.sheet.write_blank(self.row, left + place, None, self.text)
            return
        self.sheet.write_datetime(self.row, left, item.line.day, self.day)
        self.sheet.write_string(self.row, left + 1, text, self.text)
        self._money(left + 2, item.fen, self.amount)


def _words(item: Item | None) -> str:
    return "" if item is None else " ".join(filter(None, (item.line.words, item.line.number)))


def _notes(found: Reconciliation) -> list[str]:
    """Return what keeps the two sides from being equal, in words."""
    notes = []
    if found.bank is None:
        notes.append("本月没有银行对账单，也没有登记的调节表。")
    if found.difference:
        notes.append(f"调节后余额不相等，差额 {_yuan(found.difference)} 元。")
    if found.opening_difference:
        notes.append(f"对账单开始前单位与银行已相差 {_yuan(found.opening_difference)} 元，请先查明。")
    notes += [
        f"对账单在 {gap.day} 之前不连续：上一日余额 {_yuan(gap.expected)}，当日期初 {_yuan(gap.found)}。"
        for gap in found.gaps
    ]
    return notes


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}"
