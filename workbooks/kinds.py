"""What kind of file lies there, told by its content and not by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from workbooks.package import open_zip
from workbooks.refusals import RefusedError, corrupt


class Kind(StrEnum):
    """The kinds of files that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    HTML = "HTML"
    DELIMITED = "CSV"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind, and whether the file's extension promised another."""

    kind: Kind
    disguised: bool = False


_FOREIGN_EXTENSIONS = {".et": "WPS .et", ".ett": "WPS .ett", ".numbers": "Apple Numbers"}
_TABLE_EXTENSIONS = {".xls", ".xlsx", ".xlsm", ".xltx", ".xlt", ".csv", ".tsv"}
_OOXML_EXTENSIONS = {".xlsx", ".xlsm", ".xltx", ".xltm"}

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"),
    (b"MIME-Version:", "MHTML"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_NAME_END = 64
_OLE_ENTRY = 128
_STREAM_TYPE = 2


def recognise(content: bytes, extension: str) -> Recognised:
    """Return the kind of a file.

    Args:
        content: The whole file.
        extension: The end of its name with the dot, in lower case.

    Raises:
        RefusedError: ``FILE-EMPTY``, ``FILE-TYPE``, ``FILE-ENCRYPTED`` or ``FILE-CORRUPT``.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise RefusedError("FILE-EMPTY")
    if extension in _FOREIGN_EXTENSIONS:
        raise _unsupported(_FOREIGN_EXTENSIONS[extension])
    if content.startswith(_ZIP):
        return _recognise_zip(content, extension)
    if content.startswith(_OLE):
        return _recognise_ole(content, extension)
    return _recognise_flat(content, extension)


def _unsupported(label: str) -> RefusedError:
    return RefusedError("FILE-TYPE", value=label)


def _recognise_zip(content: bytes, extension: str) -> Recognised:
    with open_zip(content) as package:
        names = {name.replace("\\", "/").lstrip("/").lower() for name in package.namelist()}
    if "xl/workbook.bin" in names:
        raise _unsupported(".xlsb")
    if "mimetype" in names:
        raise _unsupported("OpenDocument (.ods)")
    if not any(name.startswith("xl/") for name in names):
        _refuse_other_packages(names)
    return Recognised(Kind.XLSX, disguised=extension in _TABLE_EXTENSIONS - _OOXML_EXTENSIONS)


def _refuse_other_packages(names: set[str]) -> None:
    for folder, label in (("word/", ".docx"), ("ppt/", ".pptx"), ("index/", "Apple Numbers")):
        if any(name.startswith(folder) for name in names):
            raise _unsupported(label)
    if "[content_types].xml" not in names:
        raise _unsupported("zip")


def _recognise_ole(content: bytes, extension: str) -> Recognised:
    if _has_stream(content, "EncryptedPackage"):
        raise RefusedError("FILE-ENCRYPTED")
    if _has_stream(content, "Workbook") or _has_stream(content, "Book"):
        return Recognised(Kind.XLS, disguised=extension in _OOXML_EXTENSIONS | {".csv", ".tsv"})
    for stream, label in (("WordDocument", ".doc"), ("PowerPoint Document", ".ppt")):
        if _has_stream(content, stream):
            raise _unsupported(label)
    raise corrupt("旧格式文件中没有工作簿", "the old-format file holds no workbook")


def _has_stream(content: bytes, name: str) -> bool:
    """Tell whether a compound file has a directory entry of that name (MS-CFB 2.6.1).

    Entries are 128 bytes on 128-byte places: 64 bytes of name, its length with the final zero, the type.
    """
    wanted = name.encode("utf-16-le") + b"\0\0"
    place = content.find(wanted)
    while place >= 0:
        ending = content[place + _OLE_NAME_END : place + _OLE_NAME_END + 3]
        if place % _OLE_ENTRY == 0 and ending == bytes((len(wanted), 0, _STREAM_TYPE)):
            return True
        place = content.find(wanted, place + 1)
    return False


_HTML_HINT = re.compile(r"<\s*(?:!doctype\s+html|html|table|meta|head|body)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def _recognise_flat(content: bytes, extension: str) -> Recognised:
    for magic, label in _MAGIC:
        if content.startswith(magic):
            raise _unsupported(label)
    text = decoded(content)
    if text is None or _CONTROL.search(text):
        raise _unsupported(extension or "?")
    if extension not in _TABLE_EXTENSIONS:
        raise _unsupported(extension or "text")
    if _HTML_HINT.search(text[:8192]) and "<t" in text.lower():
        return Recognised(Kind.HTML, disguised=True)
    if text.lstrip().startswith("<"):
        raise _unsupported("XML")
    return Recognised(Kind.DELIMITED, disguised=extension not in {".csv", ".tsv"})


def decoded(content: bytes) -> str | None:
    """Return the text of a file in UTF-8, UTF-16 or GB18030 (which covers GBK), None where it is none of them."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decoded_as(content, encoding)
    sample = content[:2000]
    if sample[1::2].count(0) * 3 > len(sample) // 2:
        return _decoded_as(content, "utf-16-le")
    if sample[::2].count(0) * 3 > len(sample) // 2:
        return _decoded_as(content, "utf-16-be")
    text = _decoded_as(content, "utf-8")
    return text if text is not None else _decoded_as(content, "gb18030")


def _decoded_as(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None
