"""The last step of a marked copy: stored results of formulas, and the same bytes every time."""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_CREATED = re.compile(rb"(<dcterms:created[^>]*>)[^<]*(</dcterms:created>)")
_UNCOMPUTED = re.compile(
    rb'<c r="(?P<place>[A-Z]+[0-9]+)"(?P<rest>[^>]*)>(?P<formula><f[^>]*?(?:/>|>[^<]*</f>))<v\s*/?>(?:</v>)?</c>'
)
_TYPE = re.compile(rb' t="[a-z]+"')

Stored = Mapping[str, tuple[str, str]]
"""Cell name to the type and text of a formula's stored result."""


def finished_package(packed: io.BytesIO, original: Path | None, written: datetime) -> bytes:
    """Return the package with the results that ``original`` stores for its formulas, and fixed times.

    openpyxl writes formulas without their results; a reader without a calculation engine (ours, a
    phone) would see nothing. ``written`` stands in for the time of saving, so that a copy is as old
    as its original and the same bytes come out every time.
    """
    results = {} if original is None else _stored_results(original)
    stamp = written.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    finished = io.BytesIO()
    with ZipFile(packed) as before, ZipFile(finished, "w", ZIP_DEFLATED) as after:
        titles = {part: title for title, part in _sheet_parts(before).items()} if results else {}
        for name in before.namelist():
            content = before.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
                content = content if original else _CREATED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            elif stored := results.get(titles.get(name, "")):
                content = _with_results(content, stored)
            entry = ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = ZIP_DEFLATED
            after.writestr(entry, content)
    return finished.getvalue()


def _sheet_parts(package: ZipFile) -> dict[str, str]:
    """Return sheet title to the name of its part."""
    relations = {}
    for relation in _parsed(package, "xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        relations[relation.get("Id")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    sheets = _parsed(package, "xl/workbook.xml").iter(f"{_MAIN}sheet")
    return {sheet.get("name", ""): relations.get(sheet.get(_RELATION), "") for sheet in sheets}


def _parsed(package: ZipFile, name: str) -> etree._Element:
    safe = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(package.read(name), safe)


def _stored_results(original: Path) -> dict[str, Stored]:
    """Return sheet title to the stored results of its formulas."""
    found: dict[str, Stored] = {}
    with ZipFile(original) as package:
        for title, part in _sheet_parts(package).items():
            if part in package.namelist() and b"<f" in (content := package.read(part)):
                found[title] = _results_of(content)
    return found


def _results_of(content: bytes) -> Stored:
    results = {}
    cells = etree.iterparse(io.BytesIO(content), tag=f"{_MAIN}c", resolve_entities=False, no_network=True)
    for _, cell in cells:
        value = cell.findtext(f"{_MAIN}v")
        if value is not None and cell.find(f"{_MAIN}f") is not None:
            results[cell.get("r", "")] = (cell.get("t", "n"), value)
        cell.clear()
    return results


def _with_results(content: bytes, stored: Stored) -> bytes:
    def filled(found: re.Match[bytes]) -> bytes:
        kind, value = stored.get(found["place"].decode(), ("", ""))
        if not kind:
            return found[0]
        rest = _TYPE.sub(b"", found["rest"]) + (b"" if kind == "n" else f' t="{kind}"'.encode())
        text = value.replace("&", "&amp;").replace("<", "&lt;").encode()
        return b'<c r="%s"%s>%s<v>%s</v></c>' % (found["place"], rest, found["formula"], text)

    return _UNCOMPUTED.sub(filled, content)
