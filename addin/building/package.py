"""Change parts of an Office package and write it again, the same bytes for the same parts."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_MADE_AT = (2026, 9, 1, 0, 0, 0)


class PartChangedError(Exception):
    """A part of a package does not hold exactly once what is to be replaced in it."""

    def __init__(self, part: str, old: str) -> None:
        super().__init__(f"{part} has not exactly one {old!r}")


@dataclass(frozen=True)
class Replacement:
    """A text of a part and what is to stand in its place."""

    part: str
    old: str
    new: str


def rewritten(package: bytes, replacements: list[Replacement], added: Mapping[str, bytes]) -> bytes:
    """Return a package with texts replaced and parts added; the order of its parts stays.

    Raises:
        PartChangedError: a text is not there exactly once.
    """
    with ZipFile(io.BytesIO(package)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for change in replacements:
        text = parts[change.part].decode("utf-8")
        if text.count(change.old) != 1:
            raise PartChangedError(change.part, change.old)
        parts[change.part] = text.replace(change.old, change.new).encode("utf-8")
    return _zipped({**parts, **added})


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            entry = ZipInfo(name, _MADE_AT)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return written.getvalue()
