"""The VBA project is written as Excel writes it: readers that others wrote agree, and so do equal builds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.building.compound import CompoundTooLargeError, compound_file
from addin.building.compression import compress
from addin.building.project import Module, ModuleKind, SourceNotAsciiError, vba_project

olefile = pytest.importorskip("olefile")
olevba = pytest.importorskip("oletools.olevba")

TEXT = 'Public Sub check()\r\n    Press "check"\r\nEnd Sub\r\n'
LETTERS = st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.just("\n"), max_size=200)


def decompressed(content: bytes) -> bytes:
    """Return what oletools decompresses."""
    return bytes(olevba.decompress_stream(bytearray(content)))


@settings(max_examples=40, deadline=None)
@given(st.lists(LETTERS, max_size=20), st.integers(1, 60))
def test_text_comes_back_as_it_was(parts: list[str], times: int) -> None:
    """Whatever text is compressed, an independent reader gets it back to the letter."""
    text = ("".join(parts) * times).encode("ascii")
    if text:
        assert decompressed(compress(text)) == text


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=9000))
def test_content_that_cannot_be_made_smaller_keeps_its_bytes(content: bytes) -> None:
    """Bytes without any repetition come back too, at most with zero bytes behind the last chunk."""
    back = decompressed(compress(content))
    assert back[: len(content)] == content
    assert not any(back[len(content) :])


NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=31)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(NAMES.map(str.upper), st.binary(max_size=9000), max_size=40), st.randoms())
def test_streams_come_back_as_they_were(streams: dict[str, bytes], chance: object) -> None:
    """Every stream of a compound file is found by its name and has its bytes, whatever the order of the names."""
    shuffled = list(streams)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    built = compound_file({"INSIDE": {name: streams[name] for name in shuffled}, "EMPTY": b""})
    assert built == compound_file({"EMPTY": b"", "INSIDE": streams})
    assert len(built) % 512 == 0
    with olefile.OleFileIO(io.BytesIO(built), raise_defects=olefile.DEFECT_INCORRECT) as file:
        assert {name: file.openstream(["INSIDE", name]).read() for name in streams} == streams
        assert file.openstream("EMPTY").read() == b""
        assert len(file.listdir()) == len(streams) + 1


@pytest.mark.parametrize("count", [1, 2, 3, 6, 7, 8, 20, 31, 32])
def test_names_form_a_red_black_tree(count: int) -> None:
    """The names of a storage are a red-black tree: a black top, no red below red, as many black on every way down."""
    built = compound_file({f"N{number}": b"x" for number in range(count)})
    with olefile.OleFileIO(io.BytesIO(built)) as file:
        entries = file.direntries

    def blacks(place: int, above_is_red: bool = True) -> Iterator[int]:  # noqa: FBT001, FBT002 - of a nested walk
        if place == olefile.NOSTREAM:
            yield 0
            return
        entry = file._load_direntry(place)  # noqa: SLF001 - olefile shows colours nowhere else
        red = entry.color == 0
        assert not (red and above_is_red)
        for below in (entry.sid_left, entry.sid_right):
            yield from (number + (not red) for number in blacks(below, red))

    assert len(set(blacks(entries[0].sid_child))) == 1


def test_more_than_the_header_can_list_is_refused() -> None:
    """A file too large for its header is refused, not written wrongly."""
    with pytest.raises(CompoundTooLargeError):
        compound_file({"LARGE": bytes(7_200_000)})


def unscrambled(text: str) -> tuple[int, bytes]:
    """Return key and content of a property of the PROJECT stream (MS-OVBA 2.4.3.3)."""
    code = bytes.fromhex(text)
    seed, plain = code[0], code[0] ^ code[2]
    key, before = plain, plain
    out = []
    for place in range(3, len(code)):
        before = code[place] ^ (code[place - 2] + before) & 0xFF
        out.append(before)
    behind = out[(seed & 6) // 2 :]
    assert int.from_bytes(bytes(behind[:4]), "little") == len(behind) - 4
    assert code[1] ^ seed == 2
    return key, bytes(behind[4:])


def project_stream(content: bytes) -> str:
    """Return the PROJECT stream of a project."""
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        return str(file.openstream("PROJECT").read().decode("ascii"))


def by_excel() -> bytes:
    """Return a project that Excel saved: the one that xlwings brings for its own quick start."""
    spec = find_spec("xlwings")
    assert spec is not None
    assert spec.origin is not None
    with ZipFile(Path(spec.origin).parent / "quickstart_addin_ribbon.xlam") as archive:
        return archive.read("xl/vbaProject.bin")


def built() -> bytes:
    """Return a small project of ours."""
    modules = [Module("ThisWorkbook", "", ModuleKind.DOCUMENT), Module("Buttons", TEXT)]
    return vba_project("Houqin", modules)


@pytest.mark.parametrize("content", [by_excel(), built()], ids=["saved by Excel", "ours"])
def test_scrambled_properties_say_open_and_unprotected(content: bytes) -> None:
    """Protection, password and visibility are scrambled with the key of the project's id, as Excel does."""
    text = project_stream(content)
    found = dict(re.findall(r'^(ID|CMG|DPB|GC)="(.*)"', text, re.MULTILINE))
    key = sum(found["ID"].encode("ascii")) & 0xFF
    values = [unscrambled(found[name]) for name in ("CMG", "DPB", "GC")]
    assert values == [(key, bytes(4)), (key, bytes(1)), (key, b"\xff")]


def record_numbers(content: bytes) -> list[int]:
    """Return the numbers of the records of the dir stream, in their order."""
    with olefile.OleFileIO(io.BytesIO(content)) as file:
        records = decompressed(file.openstream("VBA/dir").read())
    place, numbers = 0, []
    while place < len(records):
        number = int.from_bytes(records[place : place + 2], "little")
        size = 6 if number == 0x09 else int.from_bytes(records[place + 2 : place + 6], "little")
        numbers.append(number)
        place += 6 + size
    return numbers


def test_directory_has_the_records_of_excel() -> None:
    """Records before the references, and those of a module, come in the order in which Excel writes them."""
    ours, excels = record_numbers(built()), record_numbers(by_excel())
    assert ours[: ours.index(0x16)] == excels[: excels.index(0x16)]
    assert ours[ours.index(0x0F) : ours.index(0x0F) + 13] == excels[excels.index(0x0F) : excels.index(0x0F) + 13]
    assert ours[-1] == excels[-1] == 0x10


def test_letters_outside_ascii_are_refused() -> None:
    """VBA text that another code page would read differently is refused with its line."""
    with pytest.raises(SourceNotAsciiError, match="Buttons, line 2"):
        vba_project("Houqin", [Module("Buttons", "Sub a()\n' 校验\nEnd Sub\n")])
