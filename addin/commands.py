"""``houqin addin``: make Excel's add-in and the button workbook, put them in place, take them away, look at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sync.commands.common import console, output_options, print_json, share_option


@click.group("addin")
def command() -> None:
    """Make and install the buttons in Excel (后勤 tab) and LibreOffice.

    Example: houqin addin install --share school
    """


@command.command("build")
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder.",
)  # fmt: skip
@click.option("--department", "code", default="ZW", help="Whose registers the button workbook holds.  [default: ZW]")
@share_option
@output_options
def build(*, folder: Path, code: str, share_path: Path | None, as_json: bool, language: str) -> None:
    """Write houqin.xlam and houqin-buttons.xlsm into a folder; the same input gives the same bytes.

    With a share, the button workbook holds its school, its departments and its lists to choose from.

    Example: houqin addin build -o dist --department CW
    """
    from addin.building.files import build_files  # noqa: PLC0415 - loads the declarations

    told = build_files(folder, code, share_path, language)
    if as_json:
        print_json({"files": told})
        return
    for file in told:
        console().print(f"{file['sha256'][:12]}  {file['path']}", markup=False, soft_wrap=True)


_Told = dict[str, Any]
