"""``houqin init``: a new shared folder with its departments' folders and templates."""

from __future__ import annotations

from pathlib import Path

import click

from sync.commands.common import console, output_options, print_json
from sync.init import init_share


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--school", default="", help="Name of the school, printed on every template.")
@output_options
def command(*, folder: Path, school: str, as_json: bool, language: str) -> None:
    """Make a shared folder: houqin.toml, a folder per department, templates to fill.

    What is there already is left as it is.

    Example: houqin init school --school 实验小学
    """
    made = init_share(folder, school, language)
    if as_json:
        print_json({"share": str(folder.resolve()), "created": [path.as_posix() for path in made]})
        return
    out = console()
    out.print(
        f"共享文件夹已建好：{folder}" if language == "zh" else f"the shared folder is ready: {folder}",
        markup=False,
        soft_wrap=True,
    )
    for path in made:
        out.print(f"  {path.as_posix()}", markup=False, soft_wrap=True)
