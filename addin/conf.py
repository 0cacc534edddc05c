"""``houqin.conf``: the settings that VBA and Python read, one ``"NAME","value"`` a line, as xlwings has them."""

from __future__ import annotations

import csv
import io
import locale
from collections.abc import Mapping
from pathlib import Path

FILE_NAME = "houqin.conf"


def conf_path(system: str, home: Path) -> Path:
    """Return where VBA looks for the settings of a user.

    Args:
        system: as ``sys.platform`` names it.
        home: the user's folder.
    """
    if system == "darwin":
        return home / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / FILE_NAME
    return home / ".houqin" / FILE_NAME


def encoding_of(system: str) -> str:
    """Return the encoding in which VBA reads the file: on Windows the code page of the system."""
    return locale.getencoding() if system == "win32" else "utf-8"


def conf_content(settings: Mapping[str, str], system: str) -> bytes:
    """Return the file for some settings.

    Raises:
        UnicodeEncodeError: a value holds a letter that the system's code page lacks.
    """
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(settings.items())
    return written.getvalue().encode(encoding_of(system))


def read_conf(path: Path) -> dict[str, str]:
    """Return the settings in a file by their upper-case names, none where there is no such file."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode(locale.getencoding(), errors="replace")
    return {row[0].strip().upper(): row[1].strip() for row in csv.reader(text.splitlines()) if len(row) > 1}
