"""Words that the add-in says without Python, for VBA text is ASCII: they lie on its only sheet, and in the tips."""

from __future__ import annotations

WORDS = {
    "no_workbook": (
        "请先打开要处理的工作簿。",
        "Open the workbook to work on first.",
    ),
    "no_interpreter": (
        "找不到后勤账的 Python 程序：它可能被移动或卸载了。请管理员在后勤账的环境中重新运行 houqin addin install。",
        "Houqin's Python program is not where it was. Ask the administrator to run: houqin addin install",
    ),
    "no_package": (
        "Python 环境中没有后勤账的程序。请管理员在后勤账的环境中重新运行 houqin addin install。",
        "The Python environment has no Houqin in it. Ask the administrator to run there: houqin addin install",
    ),
    "other_version": (
        "xlwings 的版本与加载项不一致。请管理员重新运行 houqin addin install。",
        "xlwings is of another version than the add-in. Ask the administrator to run: houqin addin install",
    ),
    "unsafe_name": (
        '工作簿的文件名或文件夹名中有 $ ` | " \\ 之一，请改名后再用。',
        'The name of the workbook or of its folder holds one of $ ` | " \\: please rename it.',
    ),
    "failed": (
        "没有完成，工作簿没有改动。请把下面这行告诉管理员：",
        "That did not work, and the workbook was not changed. Tell the administrator this line:",
    ),
    "HQ_BOOKQTY": ("账面数量；不写仓库为全校合计。", "Quantity by the books; of all stores without one."),
    "HQ_ITEM": ("物品名称，或物品目录的另一栏。", "Name of an item, or another column of the catalogue."),
    "HQ_AVGPRICE": ("账面平均单价。", "What one unit is worth by the books."),
    "HQ_ASSET": ("资产名称，或卡片的另一栏。", "Name of an asset, or another column of its card."),
    "HQ_WHY": ("这一行是否已入账；没有则说明原因。", "Whether a row was taken, and why not."),
    "HQ.category": ("后勤账", "Houqin"),
    "HQ.item": ("物品编码或名称", "item code or name"),
    "HQ.warehouse": ("仓库编码或名称，可不写", "warehouse code or name, may be left out"),
    "HQ.field": ("栏目名称，可不写", "header of a column, may be left out"),
    "HQ.asset_no": ("资产编号", "asset number"),
    "HQ.row": ("要问的行的任一单元格", "any cell of the row"),
}
"""Word to its Chinese and English; those of the worksheet functions are what the function wizard shows."""

NO_ADDIN = (
    "后勤账的加载项没有安装或没有启动。请管理员运行 houqin addin install，然后重新打开本程序。",
    "The Houqin add-in is not installed or not running. Ask the administrator to run: houqin addin install",
)
"""What the buttons in a workbook say where nothing answers them."""
