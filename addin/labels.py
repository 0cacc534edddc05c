"""What the eight buttons are called and what they say of themselves, in Chinese and English."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Button:
    """One button: its name in Python, and label and tip by language."""

    name: str
    labels: tuple[str, str]
    tips: tuple[str, str]

    def label(self, language: Language) -> str:
        """Return the words on the button."""
        return self.labels[language == "en"]

    def tip(self, language: Language) -> str:
        """Return what the button does, in one or two sentences."""
        return self.tips[language == "en"]


TAB_LABELS = ("后勤", "Houqin")
"""The ribbon tab, in Chinese and English."""
GROUPS = (
    (("登记", "Registers"), ("check", "next_finding", "submit", "status")),
    (("盘点", "Counting"), ("book_quantities", "count_sheet", "reconcile")),
    (("帮助", "Help"), ("help_page",)),
)
"""Groups of the tab with the names of their buttons."""

BUTTONS = (
    Button(
        "check",
        ("校验", "Check"),
        (
            "检查整个工作簿，在出错的单元格上标出颜色和批注，并列出“校验结果”。没有保存的内容也一起检查。",
            "Check the workbook: wrong cells get a colour and a note, and a sheet lists them. Also what is unsaved.",
        ),
    ),
    Button(
        "next_finding",
        ("下一处", "Next"),
        ("跳到下一处有问题的单元格，并说明要改什么。", "Go to the next cell with a finding and say what to change."),
    ),
    Button(
        "book_quantities",
        ("账面数", "Book quantity"),
        (
            "把所选各行的账面数量写在表旁边，并说明是什么时候的账。盲盘的行盘完才显示。",
            "Write what the books have beside the selected rows, and as of when. Blind lines show it once counted.",
        ),
    ),
    Button(
        "count_sheet",
        ("盘点表", "Count sheet"),
        (
            "为一个库房或房间新建盘点表，列出账上应有的物品或资产。",
            "Make a count sheet for a store or room with what the books say is there.",
        ),
    ),
    Button(
        "reconcile",
        ("对账", "Reconcile"),
        (
            "在盘点表中比较账面数与实盘数，算出差异和金额。",
            "Compare book and counted quantities in the count sheet, with difference and value.",
        ),
    ),
    Button(
        "submit",
        ("提交", "Submit"),
        (
            "保存、校验，再把本工作簿送到共享文件夹中本部门的文件夹。不会覆盖别人改过的版本。",
            "Save, check and hand the workbook in to the department's folder, never over a version changed by others.",
        ),
    ),
    Button(
        "status",
        ("状态", "Status"),
        (
            "查看本工作簿的哪些行已入账、搁置或有冲突，以及原因。",
            "Show which rows of this workbook were taken, held or are in conflict, and why.",
        ),
    ),
    Button(
        "help_page",
        ("帮助", "Help"),
        ("打开使用说明。", "Open the instructions."),
    ),
)
"""The buttons in the order in which a clerk uses them; the names are the functions of ``addin.press``."""
