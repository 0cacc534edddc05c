"""Write ``vbaProject.bin``: modules of VBA text as the project that Excel loads (MS-OVBA)."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from addin.building.compound import compound_file
from addin.building.compression import compress

_NO_CACHE = bytes.fromhex("CC61FFFF000000")
"""``_VBA_PROJECT`` of a project without compiled code: every version of Excel compiles the text."""
_SEED = 0x5A
"""First byte of the scrambled properties; Excel takes a random one, we always the same."""
_SYSTEM_WIN32, _LOCALE, _CODE_PAGE = 1, 0x0409, 1252
_COOKIE = 0xFFFF
_REFERENCES = (
    ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    (
        "Office",
        (
            r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
            r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
        ),
    ),
)
"""What every project of Excel refers to; the identifiers count, the paths are where Excel looks first."""


class ModuleKind(StrEnum):
    """What a module belongs to; the value is its word in the PROJECT stream."""

    PROCEDURES = "Module"
    DOCUMENT = "Document"


class SourceNotAsciiError(ValueError):
    """VBA text is stored in a code page: anything but ASCII would read differently on another machine."""

    def __init__(self, module: str, line: int) -> None:
        super().__init__(f"module {module}, line {line}: VBA text must be ASCII")


@dataclass(frozen=True)
class Module:
    """One module: its name, the text behind its attributes, and what it belongs to."""

    name: str
    text: str
    kind: ModuleKind = ModuleKind.PROCEDURES

    def stored(self) -> bytes:
        """Return the text with its attributes as the project stores it.

        Raises:
            SourceNotAsciiError: it holds another letter.
        """
        for number, line in enumerate(self.text.splitlines(), start=1):
            if not line.isascii():
                raise SourceNotAsciiError(self.name, number)
        lines = [f'Attribute VB_Name = "{self.name}"', *_ATTRIBUTES[self.name == "ThisWorkbook"]]
        if self.kind is ModuleKind.PROCEDURES:
            lines = lines[:1]
        return "".join(f"{line}\r\n" for line in [*lines, *self.text.splitlines()]).encode("ascii")


def _document_attributes(base: str) -> tuple[str, ...]:
    flags = {"GlobalNameSpace": 0, "Creatable": 0, "PredeclaredId": 1, "Exposed": 1, "TemplateDerived": 0}
    shown = (f"Attribute VB_{name} = {bool(on)}" for name, on in {**flags, "Customizable": 1}.items())
    return (f'Attribute VB_Base = "0{{{base}}}"', *shown)


_ATTRIBUTES = (
    _document_attributes("00020820-0000-0000-C000-000000000046"),
    _document_attributes("00020819-0000-0000-C000-000000000046"),
)
"""Attributes of the module of a sheet, and of the workbook's."""


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """Return the bytes of ``vbaProject.bin``; equal modules give equal bytes.

    Args:
        name: the project's name in VBA.
        modules: in the order in which the editor lists them; the workbook and each of its sheets have one.

    Raises:
        SourceNotAsciiError: a text holds a letter outside ASCII.
    """
    streams = {module.name: compress(module.stored()) for module in modules}
    return compound_file(
        {
            "VBA": {"_VBA_PROJECT": _NO_CACHE, "dir": compress(b"".join(_directory(name, modules))), **streams},
            "PROJECT": _project_text(name, modules).encode("ascii"),
            "PROJECTwm": b"".join(_both(module.name, b"\0") for module in modules) + b"\0\0",
        }
    )


def _both(name: str, end: bytes = b"") -> bytes:
    """Return a name in the code page and in UTF-16."""
    return name.encode("ascii") + end + name.encode("utf-16-le") + end * 2


def _record(number: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _twice(number: int, unicode_number: int, text: str) -> bytes:
    """Return a text as two records, in the code page and in UTF-16."""
    return _record(number, text.encode("ascii")) + _record(unicode_number, text.encode("utf-16-le"))


def _directory(name: str, modules: Sequence[Module]) -> Iterator[bytes]:
    """Yield the records of the ``dir`` stream (MS-OVBA 2.3.4.2)."""
    yield _record(0x01, struct.pack("<I", _SYSTEM_WIN32))
    yield _record(0x02, struct.pack("<I", _LOCALE))
    yield _record(0x14, struct.pack("<I", _LOCALE))
    yield _record(0x03, struct.pack("<H", _CODE_PAGE))
    yield _record(0x04, name.encode("ascii"))
    yield _twice(0x05, 0x40, "")  # description
    yield _record(0x06) + _record(0x3D)  # help files
    yield _record(0x07, bytes(4)) + _record(0x08, bytes(4))  # help context, flags of the library
    yield struct.pack("<HIIH", 0x09, 4, 1, 0)  # version 1.0: its size leaves out the minor number
    yield _twice(0x0C, 0x3C, "")  # constants
    for referred, library in _REFERENCES:
        yield _twice(0x16, 0x3E, referred)
        yield _record(0x0D, struct.pack("<I", len(library)) + library.encode("ascii") + bytes(6))
    yield _record(0x0F, struct.pack("<H", len(modules)))
    yield _record(0x13, struct.pack("<H", _COOKIE))
    for module in modules:
        yield from _module_records(module)
    yield _record(0x10)


def _module_records(module: Module) -> Iterator[bytes]:
    yield _twice(0x19, 0x47, module.name)
    yield _twice(0x1A, 0x32, module.name)  # the stream has the module's name
    yield _twice(0x1C, 0x48, "")  # description
    yield _record(0x31, bytes(4))  # the text begins at once: no compiled code stands before it
    yield _record(0x1E, bytes(4))  # help context
    yield _record(0x2C, struct.pack("<H", _COOKIE))
    yield _record(0x21 if module.kind is ModuleKind.PROCEDURES else 0x22)
    yield _record(0x2B)


def _project_text(name: str, modules: Iterable[Module]) -> str:
    """Return the PROJECT stream (MS-OVBA 2.3.1)."""
    project_id = f"{{{uuid.uuid5(uuid.NAMESPACE_OID, f'houqin/{name}')}}}".upper()
    listed = [f"{module.kind}={module.name}{'/&H00000000' * (module.kind == 'Document')}" for module in modules]
    lines = [
        f'ID="{project_id}"', *listed, f'Name="{name}"', 'HelpContextID="0"', 'VersionCompatible32="393222000"',
        f'CMG="{_scrambled(bytes(4), project_id)}"',  # not protected
        f'DPB="{_scrambled(bytes(1), project_id)}"',  # no password
        f'GC="{_scrambled(bytes([0xFF]), project_id)}"',  # shown in the editor
        "", "[Host Extender Info]", "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
    ]  # fmt: skip
    return "".join(f"{line}\r\n" for line in lines)


def _scrambled(content: bytes, project_id: str) -> str:
    """Return a property as the PROJECT stream writes it.

    Source: MS-OVBA 2.4.3.2; the bytes that are ignored are zero here.
    """
    key = sum(project_id.encode("ascii")) & 0xFF
    scrambled = [_SEED, _SEED ^ 2, _SEED ^ key]
    plain_before = key
    for plain in bytes((_SEED & 6) // 2) + struct.pack("<I", len(content)) + content:
        scrambled.append(plain ^ (scrambled[-2] + plain_before) & 0xFF)
        plain_before = plain
    return bytes(scrambled).hex().upper()
