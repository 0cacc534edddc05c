"""The sheet 帮助: what each button does, what the colours mean, where things lie and whom to ask."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from addin.book import add_own_sheet, undisturbed
from addin.labels import BUTTONS
from addin.listing import Listing, write_listing
from schemas.findings import Severity
from workbooks.marks import FILLS, SEVERITY_WORDS

if TYPE_CHECKING:
    import xlwings as xw

    from addin.labels import Language
    from addin.where import Place

HELP_NAME = "hq_help"
_TITLES = {"zh": "帮助", "en": "Help"}
_HEADERS = {"zh": ("序号", "项目", "说明"), "en": ("No.", "What", "What it means")}
_WIDTHS = (6, 17, 96)
_HEADLINES = {
    "zh": "照常填表；填完按“校验”，改到没有错误，再按“提交”。",
    "en": "Fill in your sheets as always; press “Check”, correct what is marked, then “Submit”.",
}
_HOW = {
    "zh": "这一页可以随时删除，再按“帮助”又会有。它和“校验结果”“状态”一样，都不会被当作数据读入。",
    "en": "Delete this page at any time. It is never read as data, nor are “Findings” and “Status”.",
}
_COLOURS = {
    "zh": {
        Severity.ERROR: "这一行改正以前不入账；批注里写着错在哪里、怎么改",
        Severity.WARNING: "已接受，请核对；不用改也能入账",
        Severity.INFO: "只是告诉您系统怎样理解这一格",
    },
    "en": {
        Severity.ERROR: "The row is not taken until it is corrected; the note says what is wrong and what to type",
        Severity.WARNING: "Accepted, but please look at it",
        Severity.INFO: "Only tells how the cell was understood",
    },
}
_OTHERS = {
    "zh": (
        ("您的颜色和批注", "校验只加自己的标记（批注以 ⟦HQ⟧ 开头）。改好后再校验，原来的底色和批注都会还给您。"),
        ("撤销", "校验会清掉 Excel 的撤销记录；没有要标、要改的，就什么也不动。"),
        ("作废一行", "在备注或状态栏写“作废”，不要删掉整行；删掉的行会被当作疑似误删。"),
        ("问谁", "先看批注和“校验结果”；还不清楚，请把文件名和单元格告诉总务处的系统管理员。"),
    ),
    "en": (
        (
            "Your own marks",
            "Your fills and notes come back when a marked cell is corrected and checked again.",
        ),
        ("Undo", "Checking empties Excel's list of undo steps; where nothing has to be marked nothing is touched."),
        ("Void a row", "Write 作废 into its remark or state; do not delete it: that looks like an accident."),
        ("Whom to ask", "The administrator at the general affairs office: tell the file name and the cell."),
    ),
}
_SHARE = {
    "zh": ("共享文件夹", "{share}；账簿发布于 {when}"),
    "en": ("Shared folder", "{share}; books published {when}"),
}
_TOLD = {
    "zh": "说明写在“{title}”表中，看完可以删除。",
    "en": "See the sheet “{title}”; delete it when you have read it.",
}


def show_help(book: xw.Book, place: Place) -> str:
    """Write the sheet of help, bring it to the front, and return the sentence that says so."""
    language: Language = "en" if place.language == "en" else "zh"
    lines = list(_lines(place, language))
    listing = Listing(
        title=_TITLES[language],
        headline=_HEADLINES[language],
        how=_HOW[language],
        headers=_HEADERS[language],
        widths=_WIDTHS,
        lines=[[number, what, words] for number, (what, words, _) in enumerate(lines, start=1)],
        links=(),
        link_place=0,
        fills=[fill for *_, fill in lines],
        fill_place=2,
        left_places=frozenset({3}),
    )
    with undisturbed(book):
        sheet = add_own_sheet(book, HELP_NAME, _TITLES[language])
        write_listing(sheet, listing)
    sheet.activate()
    return _TOLD[language].format(title=sheet.name)


def _lines(place: Place, language: Language) -> Iterator[tuple[str, str, str]]:
    """Yield what, its explanation and its fill."""
    for button in BUTTONS:
        yield button.label(language), button.tip(language), ""
    for severity, words in _COLOURS[language].items():
        yield SEVERITY_WORDS[language][severity], words, FILLS[severity]
    for what, words in _OTHERS[language]:
        yield what, words, ""
    if place.published is not None:
        zone = place.published.school.zone
        when = place.published.published_at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        what, words = _SHARE[language]
        yield what, words.format(share=place.share, when=when), ""
