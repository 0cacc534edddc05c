"""The register of parameters: no workbook changes a threshold."""

from __future__ import annotations

from pathlib import Path

from schemas.register import all_registers
from tests.sync.school import MASTER, School, codes, counted, receipt


def test_a_workbook_cannot_change_a_parameter(tmp_path: Path) -> None:
    """A sheet of parameters is refused whatever department sends it, and the rules go on as configured."""
    school = School(tmp_path / "share")
    row = {"param": "allow_inspector_is_keeper", "value": "是", "valid_from": "2026-01-01", "basis": "校务会"}
    school.save("ZW/基础资料.xlsx", {**MASTER, "config_param": [row]})
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(inspector="王芳")]})
    told = school.merge()
    assert codes(school.book(told, "ZW/基础资料.xlsx")) == ["RIGHT-DENIED"]
    assert counted(school.book(told, "ZW/基础资料.xlsx"))["held"] == 1
    assert codes(school.book(told, "ZW/入库.xlsx")) == ["RCP-02"]
    assert school.rows("config_param") == []


def test_no_department_writes_what_the_program_keeps(tmp_path: Path) -> None:
    """Registers without an owner stand in no department's workbook, not even where everybody may write."""
    config = School(tmp_path / "share").share.config
    kept = {register.id for register in all_registers().values() if register.owner is None}
    assert "config_param" in kept
    assert not {register for department in config.departments for register in config.registers_of(department)} & kept
