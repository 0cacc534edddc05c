"""Where a workbook stands: the share it lies in or that is set, and the department that it belongs to."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from addin.where import (
    DepartmentUnclearError,
    ShareUnreachableError,
    department_by_content,
    language_of,
    share_of,
)

if TYPE_CHECKING:
    from addin.school import School


def department(name: str, folder: str, *registers: str) -> SimpleNamespace:
    """A department as the published settings describe it."""
    return SimpleNamespace(name=name, folder=folder, registers=registers)


SCHOOL = cast(
    "School",
    SimpleNamespace(
        departments={
            "ZW": department("总务处", "ZW", "stock_receipt", "stock_requisition", "item_catalogue"),
            "ST": department("食堂", "ST", "stock_receipt", "stock_requisition", "food_sample"),
            "WX": department("维修水电", "WX", "stock_requisition"),
        }
    ),
)


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A shared folder with one workbook."""
    folder = tmp_path / "后勤"
    (folder / "departments" / "ST" / "11月").mkdir(parents=True)
    (folder / "houqin.toml").write_text("", "utf-8")
    (folder / "departments" / "ST" / "11月" / "台账.xlsx").write_bytes(b"")
    return folder


def test_the_share_is_the_folder_above_the_workbook(share: Path) -> None:
    """A workbook in the share knows it without any setting, and before every setting."""
    inside = share / "departments" / "ST" / "11月" / "台账.xlsx"
    assert share_of(inside, {"HOUQIN_SHARE": "/elsewhere"}, {}) == share


def test_the_share_is_set_for_workbooks_from_elsewhere(share: Path, tmp_path: Path) -> None:
    """HOUQIN_SHARE comes before SHARE in houqin.conf; without both there is none."""
    outside = tmp_path / "桌面" / "台账.xlsx"
    assert share_of(outside, {"HOUQIN_SHARE": str(share)}, {"SHARE": "/elsewhere"}) == share
    assert share_of(outside, {}, {"SHARE": str(share)}) == share
    assert share_of(None, {}, {}) is None


def test_a_share_that_is_offline_is_told(tmp_path: Path) -> None:
    """A share that is set and cannot be opened is no reason to check without it."""
    with pytest.raises(ShareUnreachableError, match="打不开共享文件夹"):
        share_of(None, {"HOUQIN_SHARE": str(tmp_path / "Z")}, {})


@pytest.mark.parametrize(
    ("environment", "conf", "expected"),
    [({}, {}, "zh"), ({}, {"LANGUAGE": "en"}, "en"), ({"HOUQIN_LANG": "zh"}, {"LANGUAGE": "en"}, "zh")],
)
def test_the_language_of_a_user(environment: dict[str, str], conf: dict[str, str], expected: str) -> None:
    """The environment comes before houqin.conf, and Chinese is the language of a school."""
    assert language_of(environment, conf) == expected


@pytest.mark.parametrize(
    ("registers", "lines", "expected"),
    [
        (["food_sample"], [], "ST"),
        (["stock_receipt"], ["填报部门：食堂　　　　填表日期：2026年11月2日"], "ST"),
        (["stock_receipt"], ["青山小学入库单", "部门: ZW"], "ZW"),
        (["stock_receipt", "item_catalogue"], ["填报部门：　　　　　　"], "ZW"),
    ],
    ids=["only one may write it", "the line above says it", "by its code", "nothing said"],
)
def test_the_department_of_a_workbook(registers: list[str], lines: list[str], expected: str) -> None:
    """What the sheet says decides among the departments that may write its registers; else the only one of them."""
    assert department_by_content(SCHOOL, "台账.xlsx", registers, lines) == expected


@pytest.mark.parametrize(
    ("registers", "lines"),
    [
        (["stock_requisition"], []),
        (["item_catalogue"], ["填报部门：食堂"]),
        (["stock_receipt"], ["填报部门：食堂", "填报部门：总务处"]),
    ],
    ids=["several may", "the one named may not", "two are named"],
)
def test_a_department_that_is_not_certain_is_asked_for(registers: list[str], lines: list[str]) -> None:
    """Nothing is guessed: the message names the departments that come into question."""
    with pytest.raises(DepartmentUnclearError, match="看不出“台账"):
        department_by_content(SCHOOL, "台账.xlsx", registers, lines)
