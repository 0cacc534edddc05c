"""Make a shared folder: configuration, department folders, templates."""

from __future__ import annotations

from pathlib import Path

from sync.commands.template import department_registers, start_rows
from sync.config import CONFIG_NAME, load_config, school_today
from sync.config_default import write_default_config
from workbooks.template import write_template
from workbooks.write import remove_abandoned

TEMPLATES = "templates"
FOLDERS = ("feedback", "published")


def init_share(folder: Path, school: str, language: str = "zh") -> list[Path]:
    """Make what is missing in a shared folder and return it, relative to the folder.

    Templates lie in ``templates/``; staff copy them into their department's folder and fill them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for place in (folder, folder / TEMPLATES):
        remove_abandoned(place)
    if not (folder / CONFIG_NAME).exists():
        write_default_config(folder, school)
        made.append(Path(CONFIG_NAME))
    config = load_config(folder)
    wanted = [path.relative_to(config.share) for path in config.folders.values()]
    for path in (*wanted, *(Path(name) for name in FOLDERS), Path(TEMPLATES)):
        if not (folder / path).is_dir():
            (folder / path).mkdir(parents=True)
            made.append(path)
    for code, department in config.departments.items():
        registers = department_registers(config, code)
        path = Path(TEMPLATES) / f"{department.name or code}台账.xlsx"
        if registers and not (folder / path).exists():
            write_template(
                registers,
                folder / path,
                school=config.school,
                department=department.name,
                language=language,
                rows=start_rows(registers, code, school_today(config)),
            )
            made.append(path)
    return made
