"""The first sheet of a department workbook: how to fill it in, what the colours mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from schemas.columns import Need
from workbooks import template_style as style

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from schemas.register import Register
    from workbooks.template_style import Styles

GUIDE_SHEET = {"zh": "说明", "en": "Guide"}
GUIDE_NAME = "hq_guide"

_WIDTHS = (4, 40, 34, 72)
_STEPS = {
    "zh": (
        "每张登记表一个工作表，从第4行起逐行填写；行不够时直接在表格下一行继续填，表格会自动延伸。",
        "表头、工作表名称请不要改动；列的顺序可以调整，也可以在后面自己加列。",
        "点到单元格会显示填写要求，有下拉箭头的请从列表中选择。",
        "作废的行不要删除：在备注栏写“作废”。冲销用红字单据（负数）。",
        "保存到共享文件夹中本部门的文件夹即可，不必另外报送。",
        "校验结果在共享文件夹的 feedback（反馈）文件夹内：“文件名.校验.xlsx”标出错处和改法，请在原工作簿中改正。",
    ),
    "en": (
        "One sheet per register, one row per entry from row 4 down; type on below the last row, the table grows.",
        "Leave headers and sheet names as they are; columns may change places, own columns may follow.",
        "Every cell shows its rule when you select it; choose from the list where there is one.",
        "Never delete a void row: write 作废 in the remark. Reverse with a red-letter document (negative).",
        "Save the workbook in your department's folder on the share; nothing else is needed.",
        "Findings appear in the folder feedback: “name.校验.xlsx” marks each cell. Correct your own workbook.",
    ),
}
_WORDS = {
    "zh": ("填写说明", "登记表", "编号栏（合起来不能重复）", "必填栏", "表头颜色", "怎么填"),
    "en": ("How to fill in", "Register", "Key (together unique)", "Required", "Header colours", "Steps"),
}
_COLOURS = (
    (style.REQUIRED_FILL, True, "必填", "required"),
    (style.OPTIONAL_FILL, False, "选填或有条件必填（见单元格提示）", "optional, or required under a condition"),
    (style.FORMULA_FILL, False, "自动计算，可以改写", "computed, may be overwritten"),
    (style.SYSTEM_FILL, False, "系统计算，请留空", "computed by the system, leave empty"),
)


def write_guide(
    workbook: Workbook,
    sheets: Mapping[str, type[Register]],
    styles: Styles,
    heading: str,
    language: str,
) -> None:
    """Write the guide with links to the sheets; its defined name keeps it from being read as input."""
    sheet = workbook.add_worksheet(GUIDE_SHEET[language])
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    title, register, key, required, colours, how = _WORDS[language]
    sheet.set_row(0, style.TITLE_HEIGHT)
    large = styles.format(bold=True, font_size=style.TITLE_SIZE, align="center")
    sheet.merge_range(0, 0, 0, 3, f"{heading} {title}" if language == "en" else f"{heading}{title}", large)
    row = _write_steps(sheet, 2, how, styles, language)
    row = _write_colours(sheet, row + 1, colours, styles, language)
    for column, text in enumerate((register, key, required), start=1):
        sheet.write_string(row + 1, column, text, styles.boxed(bold=True, bg_color=style.OPTIONAL_FILL))
    for offset, (name, entry) in enumerate(sheets.items(), start=row + 2):
        _write_register_line(sheet, offset, name, entry, styles, language)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    workbook.define_name(GUIDE_NAME, f"='{GUIDE_SHEET[language]}'!$A$1")


def _write_register_line(
    sheet: Worksheet, row: int, name: str, register: type[Register], styles: Styles, language: str
) -> None:
    """Write the link to a sheet, the columns of its key and those to be filled in every row."""
    is_english = language == "en"
    titles = {column.name: column.title_en if is_english else column.title for column in register.columns}
    required = [titles[column.name] for column in register.columns if column.need is Need.REQUIRED]
    listed = (", " if is_english else "、").join(required)
    link = styles.boxed(font_color="#0563C1", underline=1)
    sheet.write_url(
        row, 1, f"internal:'{name}'!A4", link, f"{register.title} {register.title_en}" if is_english else register.title
    )
    sheet.write_string(row, 2, " + ".join(titles[key] for key in register.key), styles.boxed())
    sheet.write_string(row, 3, listed, styles.boxed())
    lines = 2 if is_english else style.shown_width(listed) // (_WIDTHS[3] - 2) + 1
    sheet.set_row(row, 13.5 * lines + 5)


def _write_steps(sheet: Worksheet, row: int, heading: str, styles: Styles, language: str) -> int:
    sheet.write_string(row, 0, heading, styles.format(bold=True, font_size=12))
    plain = styles.format(text_wrap=True, valign="top", font_size=11)
    for number, text in enumerate(_STEPS[language], start=1):
        sheet.write_number(row + number, 0, number, styles.format(align="center", valign="top", font_size=11))
        sheet.merge_range(row + number, 1, row + number, 3, text, plain)
        sheet.set_row(row + number, 34 if style.shown_width(text) > 120 else 19)
    return row + len(_STEPS[language]) + 1


def _write_colours(sheet: Worksheet, row: int, heading: str, styles: Styles, language: str) -> int:
    sheet.write_string(row, 0, heading, styles.format(bold=True, font_size=12))
    for number, (fill, bold, zh, en) in enumerate(_COLOURS, start=1):
        sheet.write_string(row + number, 1, en if language == "en" else zh, styles.boxed(bg_color=fill, bold=bold))
        sheet.set_row(row + number, 21)
    return row + len(_COLOURS) + 1
