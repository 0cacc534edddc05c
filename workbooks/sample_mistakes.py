"""The mistakes in the sample workbooks: where, what was done, and what the program has to say about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from workbooks.sample_edit import (
    Act,
    copied_from,
    hidden,
    left,
    merged,
    noted,
    reddened,
    serial,
    struck,
    total,
    typed,
)


@dataclass(frozen=True)
class Mistake:
    """One deliberate mistake, at the cell where it is made and reported."""

    workbook: str
    """``<department>/<file name>``."""
    sheet: str
    cell: str
    """Empty for a mistake of the whole sheet."""
    code: str
    """Code of the finding; empty where the program reads what is meant without a word."""
    act: Act
    """What the clerk did to the cell; ``left`` where the rows or the form are like that from the start."""
    what: str


_STORE, _BASE, _ROSTER, _FOOD = "ZW/总务库房台账11月.xlsx", "ZW/基础资料.xlsx", "RS/教职工名册.xlsx", "ST/食堂台账.xlsx"
_HEALTH, _REPAIR, _FINANCE = "BJ/保健室申领单.xlsx", "WX/维修组申领单.xlsx", "CW/财务申领单.xlsx"
_LIBRARY, _CLASSES = "TS/图书室台账.xlsx", "DY/班级用品申领.xlsx"
_GATE, _MEDIA = "MW/门卫室申领登记.xlsx", "DJ/电教室申领单.xls"
_BANK = "CW/基本户对账单10月.csv"
_IN, _OUT, _ASK = "入库单", "出库单(领用登记)", "物品申领单"

HELD: tuple[Mistake, ...] = (
    Mistake(_STORE, _IN, "M17", "RCP-03", typed(88), "金额不等于数量×单价：10×8.00 写成 88"),
    Mistake(_STORE, _IN, "K18", "QTY-TEXT", typed("十二"), "数量用汉字"),
    Mistake(_STORE, _IN, "B20", "RCP-01", left, "单号行号与下一行重复，内容不同"),
    Mistake(_STORE, _IN, "B21", "RCP-01", typed("RK-202611-0007"), "抄错单号，与上一行重复"),
    Mistake(_STORE, _IN, "H22", "CODE-UNKNOWN", typed("BG000l"), "编码末位 1 写成字母 l"),
    Mistake(_STORE, _IN, "C23", "DATE-INVALID", typed("2026-11-31"), "11月没有31日"),
    Mistake(_STORE, _IN, "M24", "MON-SCALE", typed(36.005), "金额三位小数"),
    Mistake(_STORE, _IN, "C25", "DATE-FUTURE", typed(date(2026, 12, 5)), "日期晚于今天"),
    Mistake(_STORE, _IN, "U26", "REQ-EMPTY", typed(None), "漏填保管员"),
    Mistake(_STORE, _IN, "T27", "RCP-02", typed("李建平"), "验收人就是经手人"),
    Mistake(_STORE, _IN, "J28", "UOM-01", typed("箱"), "竹扫把没有“箱”的换算率"),
    Mistake(_STORE, _IN, "H29", "CODE-INACTIVE", left, "已停用的物品又入库"),
    Mistake(_STORE, _IN, "L30", "CELL-ERROR", typed("#REF!"), "公式引用失效"),
    Mistake(_STORE, _OUT, "H23", "PERSON-UNKNOWN", typed("田也"), "姓名写错，名册中没有"),
    Mistake(_STORE, _OUT, "S24", "ISS-02", typed("否"), "领用人没有签字"),
    Mistake(_STORE, _OUT, "H25", "PERSON-INACTIVE", typed("段玉梅"), "领用人已于10月31日离岗"),
    Mistake(_STORE, _OUT, "H26", "PER-05", typed("王芳"), "有两位王芳，不知是哪一位"),
    Mistake(_STORE, _OUT, "F27", "ENUM", typed("借走"), "没有这种出库类型"),
    Mistake(_STORE, _OUT, "M28", "ISS-05", typed(8), "批准4支，领了8支"),
    Mistake(_STORE, _OUT, "M29", "ISS-01", typed(60), "库存没有60把竹扫把"),
    Mistake(_STORE, _OUT, "M30", "QTY-VAGUE", typed("一批"), "数量不确定"),
    Mistake(_STORE, _OUT, "M31", "UOM-MISMATCH", typed("3斤"), "单位是包，数量写3斤"),
    Mistake(_STORE, _OUT, "P32", "X-02", typed("BJ-SL-202611-0099"), "没有这张申领单"),
    Mistake(_FOOD, _IN, "P34", "RCP-04", typed(date(2026, 11, 10)), "到货时已过保质期"),
    Mistake(_ROSTER, "教职工名册", "D42", "PER-02", typed("99010119760811392X"), "身份证号校验位不对"),
    Mistake(_BASE, "物品目录", "G43", "ITM-05", typed("办公用品"), "类别与编码前缀 QT 不符"),
    Mistake(_HEALTH, _ASK, "L7", "REQ-03", typed(None), "已批，但没有批准人"),
    Mistake(_REPAIR, _ASK, "N7", "REQ-02", typed(25), "批准25米，只申领20米"),
    Mistake(_FINANCE, _ASK, "L5", "REQ-01", typed("孙丽娟"), "自己批准自己"),
    Mistake(_LIBRARY, _IN, "", "RIGHT-DENIED", left, "图书室无权填入库单"),
)
"""What holds a row back."""

ACCEPTED: tuple[Mistake, ...] = (
    Mistake(_STORE, _IN, "L31", "RCP-07", left, "单价比参考价高四成多"),
    Mistake(_STORE, _IN, "K32", "QTY-MIXED", typed("2盒6支"), "2盒6支，每盒12支"),
    Mistake(_STORE, _IN, "C33", "DATE-SERIAL", serial(46346), "日期成了序列数"),
    Mistake(_STORE, _IN, "K34", "CELL-COMMENT", noted("供应商少发1盒，下次补"), "批注里另有说法"),
    Mistake(_STORE, _IN, "K35", "RED-FONT", reddened, "红字的正数"),
    Mistake(_STORE, _IN, "I36", "SPEC-MISMATCH", typed("3.0米"), "规格与物品目录不同"),
    Mistake(_STORE, _IN, "M37", "SUBTOTAL-MISMATCH", total("合计", 4583.9), "合计与明细不符"),
    Mistake(_STORE, _OUT, "H17", "NAME-TRIM", typed("张敏老师"), "姓名带称呼"),
    Mistake(_STORE, _OUT, "C18", "DITTO", typed("同上"), "日期写“同上”"),
    Mistake(_STORE, _OUT, "C19", "DATE-NOYEAR", typed("11月17日"), "日期没有年份，标题里有"),
    Mistake(_STORE, _OUT, "J20", "CLASS-ALIAS", typed("三（2）班"), "班级的习惯写法"),
    Mistake(_STORE, _OUT, "M21", "QTY-SUFFIX", typed("4条"), "数量带单位"),
    Mistake(_STORE, _OUT, "S22", "BOOL-V", typed("v"), "用字母 v 打勾"),
    Mistake(_STORE, _OUT, "", "ROW-HIDDEN", left, "有隐藏的行"),
    Mistake(_STORE, _OUT, "B39", "ROW-STRIKE", struck, "整行划掉"),
    Mistake(_STORE, _OUT, "B40", "ROW-VOID", left, "备注写明作废"),
    Mistake(_STORE, _OUT, "I41", "ISS-12", typed("年级组长"), "领用身份与角色不符"),
    Mistake(_STORE, _OUT, "B44", "KEY-DUP", copied_from(43), "同一行抄了两遍，只计一次"),
    Mistake(_FOOD, _IN, "J25", "UNIT-ALIAS", typed("公斤"), "单位写公斤"),
    Mistake(_FOOD, _IN, "P35", "RCP-05", typed(date(2026, 12, 7)), "剩余保质期不足三分之一"),
    Mistake(_FOOD, _OUT, "M34", "UOM-CONVERTED", typed("6斤"), "千克栏写6斤"),
    Mistake(_ROSTER, "教职工名册", "C16", "NAME-TRIM", typed("吴　静"), "两个字的姓名中间加空格"),
    Mistake(_BASE, "场所(房间)表", "I32", "LOC-02", typed("段玉梅"), "室长已离岗"),
    Mistake(_FINANCE, _ASK, "C6", "PERIOD-MIXED", typed(date(2026, 10, 30)), "11月的表里有10月的行"),
    Mistake(_CLASSES, _ASK, "F12", "REQ-04", left, "教师用品不是年级组长申领"),
    Mistake(_GATE, "11月", "N4", "COL-UNKNOWN", left, "自己加了“联系电话”一列"),
    Mistake(_MEDIA, "", "", "FILE-DISGUISED", left, ".xls 其实是网页表格"),
    Mistake(_MEDIA, "Sheet1", "", "SHEET-ALIAS", left, "工作表没有名称，按表头认出"),
    Mistake(_BANK, "Sheet1", "", "SHEET-ALIAS", left, "银行导出的对账单，按表头认出"),
)
"""What is taken with a warning."""

UNDERSTOOD: tuple[Mistake, ...] = (
    Mistake(_STORE, _IN, "K19", "", typed("１０"), "全角数字"),
    Mistake(_STORE, _OUT, "A38", "", hidden, "隐藏的行照常读取；上面空了5行"),
    Mistake(_STORE, _OUT, "U40", "", typed("作废"), "作废的行不入账"),
    Mistake(_FOOD, _IN, "J26", "", typed("KG"), "单位写 KG"),
    Mistake(_CLASSES, _ASK, "C12", "", typed("2026.11.13"), "日期用点隔开"),
    Mistake(_GATE, "11月", "C5", "", merged(3), "三行合并写一个日期；标题占两行，表头在第4行"),
)
"""What is read as it is meant, without a word."""

MISTAKES: tuple[Mistake, ...] = (*HELD, *ACCEPTED, *UNDERSTOOD)
