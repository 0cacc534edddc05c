"""``houqin registers``: what registers there are and what their columns hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from schemas.register import Register, all_registers
from sync.commands.common import output_options, print_json, share_option, show_table
from sync.config import load_config


@click.command("registers")
@share_option
@output_options
def command(*, share_path: Path | None, as_json: bool, language: str) -> None:
    """List the registers with their keys and columns: all, or those in use in a share.

    Example: houqin registers --json
    """
    known = (all_registers() if share_path is None else load_config(share_path).registers_in_use).values()
    if as_json:
        print_json([described(register) for register in known])
        return
    headers = ("编号 id", "名称", "title", "组 group", "部门 department", "键 key", "列 columns")
    rows = [
        (
            register.id,
            register.title,
            register.title_en,
            register.group,
            " ".join(filter(None, (register.owner, *register.writers))),
            ", ".join(register.key),
            len(register.columns),
        )
        for register in known
    ]
    show_table("登记表 registers" if language == "zh" else "registers", headers, rows, numbers=1)


def described(register: type[Register]) -> dict[str, Any]:
    """Return a register as the command line lists it (DESIGN 13)."""
    return {
        "id": register.id,
        "title": register.title,
        "title_en": register.title_en,
        "group": register.group,
        "department": register.owner,
        "writers": list(register.writers),
        "key": list(register.key),
        "columns": [
            {
                "name": column.name,
                "title": column.title,
                "title_en": column.title_en,
                "type": column.type_name,
                "required": str(column.need),
            }
            for column in register.columns
        ],
        "rules": [
            {"code": rule.code, "severity": str(rule.severity), "message": rule.text.zh, "message_en": rule.text.en}
            for rule in register.rules()
        ],
    }
