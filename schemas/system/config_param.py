"""参数表: the thresholds and parameters in force, as the configuration states them."""

from __future__ import annotations

from schemas import columns as c
from schemas.register import Register


class ConfigParam(Register):
    """Thresholds and parameters (DOMAIN.md 2.2, register 8).

    A mirror of ``houqin.toml`` that the program keeps: no department writes it, and no workbook
    changes a threshold.
    """

    title = "参数表"
    title_en = "Thresholds and parameters"
    number = 8
    group = "A 主数据"
    key = ("param", "valid_from")
    kind = "system"
    period = "on change"
    sign = "the head approves; the admin enters"
    keywords = ("参数表",)

    param = c.text(
        "参数", "Parameter", 60, required=True, hint="houqin.toml 中的名称", hint_en="its name in houqin.toml"
    )
    value = c.text("值", "Value", system=True)
    valid_from = c.day("生效日期", "Valid from", required=True, future=True)
    basis = c.text("依据文件", "Basis", 120, system=True)
