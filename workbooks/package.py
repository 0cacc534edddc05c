"""The zip package of an .xlsx file: its parts and relations, within limits that are checked before opening."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from workbooks.refusals import RefusedError, corrupt, hostile, too_large
from workbooks.xml_parts import parse_part

MAX_PARTS = 5_000
MAX_UNPACKED = 700 << 20
"""Bytes of all parts together; a sheet of 1,048,576 formatted blank rows in 12 columns has 300 MB."""
MAX_RATIO = 300
"""Unpacked to packed; formatted blank rows reach 12 to 40, a bomb of one repeated byte 1,000."""
RATIO_COUNTS_FROM = 10 << 20
MAX_SMALL_PART = 64 << 20
"""Bytes of a part that is held as a tree: styles, comments, relations, workbook."""
MAX_DIRECTORY = 4 << 20
"""Bytes of the directory of a zip file; 5,000 parts with long names have 1 MB."""
MAX_KEPT = 32 << 20
"""Bytes of unpacked parts that are kept, all together, for the second time they are asked for."""
CHUNK = 1 << 22
_END, _END_64, _IN_ZIP64 = b"PK\x05\x06", b"PK\x06\x06", b"\xff" * 4
_XML_ENDINGS = (".xml", ".rels", ".vml")


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a relation of a part leads: the last word of its type, the part (or the outside address)."""

    kind: str
    target: str
    external: bool


def open_zip(content: bytes) -> zipfile.ZipFile:
    """Return the zip file in some bytes.

    Raises:
        RefusedError: ``FILE-CORRUPT``, or ``FILE-TOO-LARGE`` where its directory alone would take too much memory.
    """
    if directory_size(content) > MAX_DIRECTORY:
        raise too_large("压缩包目录过大", "the directory of the package is too large")
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error) as error:
        raise corrupt("压缩包不完整", "the package is cut off or broken") from error


def directory_size(content: bytes) -> int:
    """Return the bytes of the directory as the end of a zip file states them (APPNOTE 4.3.14, 4.3.16)."""
    end = content.rfind(_END)
    stated = content[end + 12 : end + 16]
    if end < 0 or len(stated) < 4:
        return 0
    if stated != _IN_ZIP64:
        return int.from_bytes(stated, "little")
    end = content.rfind(_END_64, 0, end)
    return int.from_bytes(content[end + 40 : end + 48], "little") if end >= 0 else 0


class Package:
    """The parts of an OOXML file by lower-case name without leading slash.

    Raises:
        RefusedError: ``FILE-CORRUPT``, ``FILE-ENCRYPTED``, ``FILE-TOO-LARGE`` or ``FILE-HOSTILE``.
    """

    def __init__(self, content: bytes) -> None:
        self._zip = open_zip(content)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._kept: dict[str, list[bytes]] = {}
        self._room = MAX_KEPT
        for info in self._zip.infolist():
            name = info.filename.replace("\\", "/").lstrip("/").lower()
            if name in self._parts and name.endswith(_XML_ENDINGS):
                raise hostile(f"压缩包中有两个“{name}”", f"the package has two parts “{name}”")
            self._parts[name] = info
        self._check_limits()

    def _check_limits(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_PARTS:
            raise too_large(f"含{len(infos)}个部件", f"it has {len(infos)} parts")
        unpacked = sum(info.file_size for info in infos)
        if unpacked > MAX_UNPACKED:
            raise too_large(f"解压后有{unpacked >> 20} MB", f"it has {unpacked >> 20} MB when unpacked")
        for name, info in self._parts.items():
            if info.flag_bits & 1:
                raise RefusedError("FILE-ENCRYPTED")
            bomb = info.file_size > max(RATIO_COUNTS_FROM, info.compress_size * MAX_RATIO)
            if bomb and name.endswith(_XML_ENDINGS):
                raise hostile(f"“{name}”是压缩炸弹", f"“{name}” unpacks to far more than it should")

    def has(self, part: str) -> bool:
        """Tell whether the package has a part."""
        return part.lower() in self._parts

    def names(self) -> list[str]:
        """Return the names of all parts as the package spells them."""
        return [info.filename for info in self._parts.values()]

    def size(self, part: str) -> int:
        """Return the bytes of a part, 0 where the package has none of that name."""
        info = self._parts.get(part.lower())
        return info.file_size if info else 0

    def read(self, part: str) -> bytes:
        """Return a small part, empty where the package has none of that name."""
        info = self._parts.get(part.lower())
        if info is None:
            return b""
        if info.file_size > MAX_SMALL_PART:
            raise too_large(f"“{part}”过大", f"the part “{part}” is too large")
        return b"".join(self.chunks(part))

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield a part in pieces of 4 MB; sizes and checksums that lie end in ``FILE-CORRUPT``."""
        name = part.lower()
        info = self._parts.get(name)
        if info is None:
            raise corrupt(f"缺少部件“{part}”", f"the part “{part}” is missing")
        if name in self._kept:
            yield from self._kept[name]
        elif info.file_size <= self._room:
            self._room -= info.file_size
            self._kept[name] = list(self._unpacked(part, info))
            yield from self._kept[name]
        else:
            yield from self._unpacked(part, info)

    def _unpacked(self, part: str, info: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise corrupt(f"部件“{part}”有误", f"the part “{part}” is damaged") from error

    def relations(self, part: str) -> dict[str, Relation]:
        """Return the relations of a part by id, those of the package for the empty name."""
        folder, _, name = part.rpartition("/")
        content = self.read(posixpath.join(folder, "_rels", f"{name}.rels"))
        if not content:
            return {}
        found = {}
        for node in parse_part(content).named("Relationship"):
            external = node.attributes.get("TargetMode") == "External"
            target = unquote(node.attributes.get("Target", ""))
            where = target if external else _resolved(folder, target)
            kind = node.attributes.get("Type", "").rpartition("/")[2]
            found[node.attributes.get("Id", "")] = Relation(kind, where, external)
        return found

    def related(self, part: str, kind: str) -> list[str]:
        """Return the parts that a part leads to by relations of one kind and that exist, each once."""
        leads = self.relations(part).values()
        return list(
            dict.fromkeys(
                lead.target for lead in leads if lead.kind == kind and not lead.external and self.has(lead.target)
            )
        )


def _resolved(folder: str, target: str) -> str:
    joined = target if target.startswith("/") else posixpath.join("/", folder, target)
    return posixpath.normpath(joined.replace("\\", "/")).lstrip("/")
