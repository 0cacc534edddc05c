"""``houqin export``: write the rows of registers for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sync.commands.common import Output, console, open_share, output_options, print_json, share_option

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.export import Extract

_FORMATS = ("csv", "parquet", "xlsx")
_STATUSES = ("accepted", "missing", "withdrawn", "held", "conflict", "all")


@click.command("export")
@click.argument("register_ids", metavar="[REGISTER]...", nargs=-1)
@click.option("-o", "--output", required=True, type=Output(), help="A folder, or one file.")
@click.option("--format", "kind", type=click.Choice(_FORMATS), help="[default: what the file's name says, else csv]")
@click.option("--as-of", "as_of", metavar="REVISION|TIME", help="A revision number or a moment (2026-11-22T18:00).")
@click.option("--status", type=click.Choice(_STATUSES), help="Only these rows.  [default: those in the books]")
@share_option
@output_options
def command(
    *,
    register_ids: tuple[str, ...],
    output: Path,
    kind: str | None,
    as_of: str | None,
    status: str | None,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> None:
    """Write the rows of registers, of all in use where none is named, with status, source and revision.

    Into a folder each register goes as a file of its own; one file holds one register, a workbook (.xlsx)
    any number of them. Personal numbers are masked.

    Example: houqin export stock_receipt stock_issue -o 出入库.xlsx --share school
    """
    from sync.commands.rows import register_named, revision_named  # noqa: PLC0415 - loads the ledger
    from sync.derived import is_derived  # noqa: PLC0415
    from sync.export import extract, extract_made  # noqa: PLC0415
    from sync.ledger_books import books_as_of  # noqa: PLC0415

    share = open_share(share_path)
    registers = [register_named(share, each) for each in dict.fromkeys(register_ids)] or [*share.registers.values()]
    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in ("", *_FORMATS) and not output.is_dir():
        message = (
            f"不能写成 .{suffix} 文件，只能是 {'、'.join(_FORMATS)}；要放进文件夹，请先建好它。"
            f" Not a file of {', '.join(_FORMATS)} ({output.name}); a folder of such a name has to be there."
        )
        raise click.UsageError(message)
    chosen = kind or (suffix if suffix in _FORMATS else "csv")
    into_file = suffix == chosen and not output.is_dir()
    if into_file and len(registers) > 1 and chosen != "xlsx":
        message = f"一个 {chosen} 文件只放一张登记表，请给出文件夹。 One file holds one register; name a folder."
        raise click.UsageError(message)
    told: list[dict[str, object]] = []
    with share.open_ledger() as ledger:
        revision = ledger.head().number if as_of is None else revision_named(share, ledger, as_of)
        books = books_as_of(share, ledger, revision)
        for path, group in _files(output, chosen, registers, into_file=into_file):
            extracts = [
                extract_made(books, register, status)
                if is_derived(register)
                else extract(ledger, register, status, revision, books)
                for register in group
            ]
            _write(path, chosen, extracts, language)
            told += [{"path": str(path), "register": one.register.id, "rows": one.frame.height} for one in extracts]
    if as_json:
        print_json({"revision": revision, "files": told})
        return
    for each in told:
        count = f"{each['rows']} 行" if language == "zh" else f"{each['rows']} rows"
        console().print(f"{each['path']}  {each['register']}  {count}", markup=False, soft_wrap=True)


def _files(
    output: Path, kind: str, registers: list[type[Register]], *, into_file: bool
) -> list[tuple[Path, list[type[Register]]]]:
    """Return which registers go into which file."""
    if into_file:
        return [(output, registers)]
    return [(output / f"{register.id}.{kind}", [register]) for register in registers]


def _write(path: Path, kind: str, extracts: list[Extract], language: str) -> None:
    from sync.export import write_csv, write_parquet, write_xlsx  # noqa: PLC0415

    if kind == "xlsx":
        write_xlsx(path, extracts, language)
    elif kind == "parquet":
        write_parquet(path, extracts[0])
    else:
        write_csv(path, extracts[0], language)
