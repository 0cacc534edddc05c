"""Strict OOXML as the transitional form: the same parts under other namespace names (ISO/IEC 29500)."""

from __future__ import annotations

import io
import zipfile

from workbooks.package import Package

_PAIRS = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
)
_SIGN = b"http://purl.oclc.org/ooxml/"


def transitional(package: Package) -> bytes | None:
    """Return the bytes of a Strict package in the transitional form, None where it is no Strict package.

    The readers know only the transitional names: they see no sheet in a Strict file.
    """
    if _SIGN not in package.read("_rels/.rels"):
        return None
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as target:
        for name in package.names():
            content = b"".join(package.chunks(name.replace("\\", "/").lstrip("/")))
            for strict, usual in _PAIRS:
                content = content.replace(strict, usual)
            target.writestr(name, content)
    return made.getvalue()
