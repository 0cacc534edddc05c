from __future__ import annotations

import pytest

from schemas.cells import Context
from schemas.cells_read import read_cell
from schemas.values import Cell, ImageCell
from tests.samples.kinds import SampleKinds
from tests.samples.sheets import PERIOD, TODAY, read

CONTEXT = Context(TODAY, PERIOD)


@pytest.mark.parametrize("cell", ["ＹＬ－２０２６１１－０００１", "yl-202611-0001", " YL-2026 11-0001 "])
def test_codes_are_normalised(cell: Cell) -> None:
    """C01: full width, lower case and spaces are mended in codes."""
    assert read("doc_no", cell) == ("YL-202611-0001", "")


@pytest.mark.parametrize(
    ("name", "cell", "value", "code"),
    [
        ("doc_no", "YL-2026-1", None, "E CODE-PATTERN"),
        ("doc_no", 12, None, "E CODE-PATTERN"),
        ("phone", 13800138000.0, "13800138000", ""),
        ("student_no", 123.0, "123", ""),
        ("id_number", "11010119900307001x", "11010119900307001X", ""),
        ("id_number", "１１０１０１ １９９００３０７ ００１ｘ", "11010119900307001X", ""),
        ("id_number", 3.30102e17, None, "E ID-PRECISION"),
        ("id_number", 26332000000012300000, None, "E ID-PRECISION"),
        ("id_number", "3.30102E+17", None, "E ID-PRECISION"),
        ("student_no", 3.30102e17, None, "E ID-PRECISION"),
    ],
)
def test_codes_of_digits(name: str, cell: Cell, value: object, code: str) -> None:
    """C03-C05: numbers become their digits, those that lost digits are refused, nothing is padded."""
    assert read(name, cell) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("张三", "张三", ""),
        ("张　三", "张三", "W NAME-TRIM"),
        ("阿依古丽·买买提", "阿依古丽·买买提", ""),
        ("Mary Ann Lee", "Mary Ann Lee", ""),
        ("张", None, "E NAME-INVALID"),
        ("张三1", None, "E NAME-INVALID"),
    ],
)
def test_names(cell: Cell, value: object, code: str) -> None:
    """C06: names lose the spaces that align them and have 2 to 20 characters."""
    assert read("keeper_name", cell) == (value, code)


def test_a_person_is_kept_as_typed() -> None:
    """C06: what a reference stands for is decided later; the cell keeps its tidy text."""
    assert read("person", " 张三老师 ") == ("张三老师", "")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("三（1）班", "G3C1"),
        ("三(1)班", "G3C1"),
        ("3.1班", "G3C1"),
        ("三年级1班", "G3C1"),
        ("三年级(1)班", "G3C1"),
        ("3年级（12）班", "G3C12"),
        ("初一(2)班", "G7C2"),
        ("大一班", "DB1"),
        ("大1班", "DB1"),
        ("中二班", "ZB2"),
        ("小三班", "XB3"),
    ],
)
def test_classes_in_words(cell: Cell, value: object) -> None:
    """C07: the usual spellings of a class are understood with a warning."""
    assert read("class_code", cell) == (value, "W CLASS-ALIAS")


def test_class_codes_and_the_schools_own_aliases() -> None:
    """C07: codes need no word, 301 counts only where the school's table has it."""
    school = Context(TODAY, PERIOD, class_aliases={"301": "G3C1"})
    assert read("class_code", "g3c1") == ("G3C1", "")
    assert read("class_code", "301", school) == ("G3C1", "W CLASS-ALIAS")
    assert read("class_code", 301.0, school) == ("G3C1", "W CLASS-ALIAS")
    assert read("class_code", "301") == (None, "E CLASS-UNKNOWN")
    assert read("class_code", "31班") == (None, "E CLASS-UNKNOWN")


@pytest.mark.parametrize("cell", ["√", "✓", "✔", "对", "是", "有", "Y", "1", 1.0, True])
def test_yes(cell: Cell) -> None:
    """C08: ticks and words for yes."""
    assert read("accepted", cell) == (True, "")


@pytest.mark.parametrize("cell", ["×", "✗", "否", "无", "N", "0", 0.0, False])
def test_no(cell: Cell) -> None:
    """C08: crosses and words for no."""
    assert read("accepted", cell) == (False, "")


def test_a_v_is_a_tick_with_a_warning() -> None:
    """C08: V stands for √ with a warning; other words are refused."""
    assert read("accepted", "v") == (True, "W BOOL-V")
    assert read("accepted", "也许") == (None, "E BOOL-INVALID")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("领 用", "领用"),
        ("领用出库", "领用"),
        ("领用(个人)", "领用"),
        ("领用（个人）", "领用"),
        ("调拨（无偿调入）", "调拨(无偿调入)"),
        ("无", "无"),
    ],
)
def test_listed_values(cell: Cell, value: object) -> None:
    """C09: inner spaces, synonyms and bracketed additions lead to the value of the list."""
    assert read("way", cell) == (value, "")


def test_other_values_are_refused_with_the_list() -> None:
    """C09: the message of an unknown value names the allowed ones."""
    outcome = read_cell("赠送", SampleKinds.column("way"), CONTEXT)
    assert (outcome.value, outcome.code) == (None, "ENUM")
    assert outcome.args["allowed"] == "领用、借用、调拨(无偿调入)、无"


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("個", "个", ""),
        ("KG", "千克", ""),
        ("Kg", "千克", ""),
        ("㎏", "千克", ""),
        ("公斤", "千克", "W UNIT-ALIAS"),
        ("㎡", "平方米", ""),
        ("公升", "升", ""),
        ("人", None, "E ENUM"),
    ],
)
def test_units(cell: Cell, value: object, code: str) -> None:
    """C10: other spellings of a unit; 公斤 is another word and warned about."""
    assert read("unit", cell) == (value, code)


@pytest.mark.parametrize(
    ("name", "cell", "value", "code"),
    [
        ("place", "东\u200b楼\ufeff\r\n二层\t", "东楼 二层", ""),
        ("place", "东楼　　二层", "东楼 二层", ""),
        ("remark", "第一行\r\n第二行（㎡）", "第一行\n第二行（㎡）", ""),
        ("place", "一" * 21, None, "E TEXT-LONG"),
        ("place", 3.5, "3.5", ""),
        ("place", 12.0, "12", ""),
        ("place", "无", None, ""),
        ("model", "无", "无", ""),
        ("place", "—", None, ""),
        ("place", ImageCell("ID_1"), None, "E CELL-IMAGE"),
        ("photo", ImageCell("ID_1"), "ID_1", ""),
    ],
)
def test_texts(name: str, cell: Cell, value: object, code: str) -> None:
    """C11, N17, S15: texts are tidied, remarks keep their lines, 无 is kept where the column lists it."""
    assert read(name, cell) == (value, code)


@pytest.mark.parametrize(
    ("name", "cell", "value", "code"),
    [
        ("certificates", "许可证、营业执照", "营业执照、许可证", ""),
        ("certificates", "许可证,营业执照；许可证", "营业执照、许可证", ""),
        ("certificates", "许可证\n检验报告", "检验报告、许可证", ""),
        ("certificates", "无", "无", ""),
        ("certificates", "许可证、身份证", None, "E ENUM"),
        ("people", "张 三，李四", "张 三、李四", ""),
        ("asset_nos", "zc0002 ; ZC0001", "ZC0001、ZC0002", ""),
        ("asset_nos", "ZC1、ZC0001", None, "E CODE-PATTERN"),
        ("asset_nos", " 、 ", None, ""),
    ],
)
def test_several_values_in_one_cell(name: str, cell: Cell, value: object, code: str) -> None:
    """2.0.1: lists are split at 、 , ; and line breaks, each value is checked, the order has no meaning."""
    assert read(name, cell) == (value, code)
