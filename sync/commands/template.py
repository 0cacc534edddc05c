"""``houqin template``: an empty workbook for a register, or for everything a department writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import click

from schemas.register import Register, all_registers
from sync.commands.common import Output, console, output_options, print_json, share_option
from sync.config import DEPARTMENT_NAMES, Config, load_config, school_today


@click.command("template")
@click.argument("what", metavar="REGISTER|DEPARTMENT")
@click.option("-o", "--output", required=True, type=Output(dir_okay=False, is_workbook=True), help="The file.")
@share_option
@output_options
def command(*, what: str, output: Path, share_path: Path | None, as_json: bool, language: str) -> None:
    """Write a workbook to fill for one register (id or title) or for a department (its code).

    With a share, the lists to choose from hold its own departments, staff, rooms and items.

    Example: houqin template stock_receipt -o 入库单.xlsx
    """
    from workbooks.template import write_template  # noqa: PLC0415 - openpyxl costs start-up time

    config = Config() if share_path is None else load_config(share_path)
    registers, code = chosen(what, config)
    lists = {} if share_path is None else reference_lists(share_path)
    write_template(
        registers,
        output,
        school=config.school,
        department=config.departments[code].name or DEPARTMENT_NAMES.get(code, code) if code else None,
        language=language,
        rows=start_rows(registers, code, school_today(config)),
        lists=lists,
    )
    if as_json:
        print_json({"path": str(output), "registers": [register.id for register in registers]})
        return
    said = "已写入" if language == "zh" else "written:"
    console().print(f"{said} {output}", markup=False, soft_wrap=True)


def chosen(what: str, config: Config) -> tuple[list[type[Register]], str | None]:
    """Return the registers that a word names, and the department's code where it names one.

    Raises:
        click.UsageError: it names neither.
    """
    known = all_registers()
    for register in known.values():
        if what in (register.id, register.title):
            if not register.is_written():
                message = f"“{register.title}”由程序生成，无须填写，请用 houqin rows {register.id} 查看。"
                raise click.UsageError(f"{message} The program makes it; nobody fills it.")
            return [register], None
    code = what.upper()
    if code in config.departments:
        own = department_registers(config, code)
        if own:
            return own, code
        message = f"部门 {code} 目前没有可填的登记表。 Department {code} writes no register yet."
        raise click.UsageError(message)
    choices = "、".join([*known, *config.departments])
    message = f"没有登记表或部门“{what}”，可用：{choices}。 No register or department {what}."
    raise click.UsageError(message)


def department_registers(config: Config, code: str) -> list[type[Register]]:
    """Return the registers that belong into the workbook of a department.

    Those of kind ``system`` begin with rows of the program: ``houqin reconcile -o`` writes the difference sheet.
    """
    own = (config.registers_in_use[register_id] for register_id in config.registers_of(code))
    return [register for register in own if register.kind != "system"]


def start_rows(
    registers: Sequence[type[Register]], department: str | None, today: date
) -> dict[str, Sequence[Mapping[str, object]]]:
    """Return what new sheets begin with, by register id: in a department's workbook only what it owns."""
    owned = [register for register in registers if department in (None, register.owner)]
    return {register.id: register.start_rows(today) for register in owned}


def reference_lists(share_path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return code and name of the rows that other registers point to, from the ledger of a share."""
    from sync.share import Share  # noqa: PLC0415

    share = Share.open(share_path)
    with share.open_ledger() as ledger:
        return {
            register.id: list(ledger.rows(register).select(register.key[0], register.label).iter_rows())
            for register in share.registers.values()
            if register.label is not None
        }
