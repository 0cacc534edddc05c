"""``houqin registers``: what registers there are and what their columns hold."""

from __future__ import annotations

from typing import Any

import click

from schemas.register import Register, all_registers
from sync.commands.common import output_options, print_json, show_table


@click.command("registers")
@output_options
def command(*, as_json: bool, language: str) -> None:
    """List the registers with their keys and columns.

    Example: houqin registers --json
    """
    known = all_registers().values()
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
