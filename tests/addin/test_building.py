"""The add-in and the button workbook are made from text: the same bytes, valid packages, the sources in them."""

from __future__ import annotations

import hashlib
import inspect
import io
import os
import posixpath
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml.etree import fromstring

import addin.functions
import addin.press
from addin.building.package import PartChangedError, Replacement, rewritten
from addin.building.ribbon import NAMESPACE
from addin.building.sources import own_module, xlwings_module
from addin.building.words import WORDS
from addin.building.xlam import add_in
from addin.labels import BUTTONS
from schemas.parse import Reading
from schemas.register import all_registers
from tests.addin.button_books import ROWS, WRITTEN, button_workbook
from workbooks.taking import take_file
from workbooks.template import write_template

olevba = pytest.importorskip("oletools.olevba")

ROOT = Path(__file__).resolve().parents[2]
NAMES = [button.name for button in BUTTONS]
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
CONTENT = "{http://schemas.openxmlformats.org/package/2006/content-types}"


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a button workbook that nobody changes."""
    path = tmp_path_factory.mktemp("buttons") / "按钮.xlsm"
    button_workbook(path)
    return path


@pytest.fixture(scope="module")
def ribbon_file() -> bytes:
    """Return the add-in."""
    return add_in()


def parts_of(content: bytes) -> dict[str, bytes]:
    """Return the parts of a package."""
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def sources_of(content: bytes) -> dict[str, str]:
    """Return the modules that olevba reads, without the lines with attributes."""
    parser = olevba.VBA_Parser("built", data=content)
    found = {name.rpartition(".")[0]: text for _, _, name, text in parser.extract_macros()}
    parser.close()
    return {name: re.sub(r"(?m)^Attribute .*\n", "", text.replace("\r\n", "\n")) for name, text in found.items()}


# the same bytes


def test_equal_sources_give_equal_bytes(tmp_path: Path) -> None:
    """Both files are the same bytes in another time zone, process and order of hashes."""
    here = [hashlib.sha256(content).hexdigest() for content in (add_in(), button_workbook(tmp_path / "a.xlsm"))]
    script = f"""
import hashlib, pathlib
from addin.building.xlam import add_in
from tests.addin.button_books import button_workbook
for content in (add_in(), button_workbook(pathlib.Path({str(tmp_path / "b.xlsm")!r}))):
    print(hashlib.sha256(content).hexdigest())
"""
    environment = {**os.environ, "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, text=True)
    assert done.stdout.split() == here


# the packages


def relations_of(parts: dict[str, bytes]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every relation of a package with the part that it leads to from where it stands."""
    for name, content in parts.items():
        if name.endswith(".rels"):
            folder = posixpath.dirname(posixpath.dirname(name))
            for relation in fromstring(content):
                assert relation.tag == RELATION
                yield (
                    posixpath.normpath(posixpath.join(folder, relation.get("Target").removeprefix("/"))),
                    dict(relation.attrib),
                )


@pytest.mark.parametrize("kind", ["ribbon_file", "workbook"])
def test_packages_hold_together(kind: str, request: pytest.FixtureRequest) -> None:
    """Every part has a type, is well-formed, and every relation leads to a part."""
    made = request.getfixturevalue(kind)
    parts = parts_of(made.read_bytes() if isinstance(made, Path) else made)
    types = fromstring(parts["[Content_Types].xml"])
    endings = {each.get("Extension") for each in types.iter(f"{CONTENT}Default")}
    named = {(each.get("PartName") or "").lstrip("/") for each in types.iter(f"{CONTENT}Override")}
    assert named <= set(parts)
    for name, content in parts.items():
        assert name in named or name.rpartition(".")[2] in endings or name == "[Content_Types].xml"
        if name.endswith((".xml", ".rels")):
            fromstring(content)
    for target, relation in relations_of(parts):
        assert target in parts or relation.get("TargetMode") == "External" or target.startswith("#"), target


def test_the_add_in_is_one(ribbon_file: bytes) -> None:
    """The workbook part has the type of an add-in, and the ribbon hangs on the package with its pictures."""
    parts = parts_of(ribbon_file)
    types = {each.get("PartName"): each.get("ContentType") for each in fromstring(parts["[Content_Types].xml"])}
    assert types["/xl/workbook.xml"] == "application/vnd.ms-excel.addin.macroEnabled.main+xml"
    related = {relation.get("Type"): target for target, relation in relations_of(parts)}
    assert related["http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"] in parts
    pictures = {relation.get("Id"): target for target, relation in relations_of(parts) if target.endswith(".png")}
    assert sorted(pictures) == sorted(NAMES)
    assert all(parts[target].startswith(b"\x89PNG\r\n\x1a\n") for target in pictures.values())


def test_the_ribbon_has_every_button_in_both_languages(ribbon_file: bytes) -> None:
    """Each tab has the eight buttons with label, tip and picture; what they call is in the module."""
    ribbon = fromstring(parts_of(ribbon_file)["customUI/customUI14.xml"])
    module = sources_of(ribbon_file)["Houqin"]
    for tab in ribbon.iter(f"{{{NAMESPACE}}}tab"):
        buttons = list(tab.iter(f"{{{NAMESPACE}}}button"))
        assert sorted(button.get("tag", "") for button in buttons) == sorted(NAMES)
        assert all(button.get("label") and button.get("supertip") for button in buttons)
        assert {button.get("image") for button in buttons} == set(NAMES)
        callbacks = {tab.get("getVisible"), *(button.get("onAction") for button in buttons)}
        assert all(f"Public Sub {str(name).removeprefix('Houqin.')}(" in module for name in callbacks)
    ids = [element.get("id") for element in ribbon.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert [tab.get("label") for tab in ribbon.iter(f"{{{NAMESPACE}}}tab")] == ["后勤", "Houqin"]


def test_a_part_that_is_not_as_expected_is_refused(ribbon_file: bytes) -> None:
    """A text to be replaced that is not there stops the build."""
    with pytest.raises(PartChangedError):
        rewritten(ribbon_file, [Replacement("xl/workbook.xml", "nothing of the kind", "")], {})


# the text in them


def test_the_add_in_holds_its_sources(ribbon_file: bytes) -> None:
    """Reading with olevba gives the text of every module back, and nothing else."""
    modules = [own_module("Houqin"), own_module("Functions"), xlwings_module()]
    wanted = {module.name: module.text.rstrip("\n") for module in modules}
    found = {name: text.rstrip("\n") for name, text in sources_of(ribbon_file).items()}
    assert found == {**wanted, "ThisWorkbook": "", "Words": ""}


def test_the_workbook_holds_its_source(workbook: Path) -> None:
    """Reading with olevba gives one module with text back; the workbook and each sheet have an empty one."""
    found = {name: text.rstrip("\n") for name, text in sources_of(workbook.read_bytes()).items()}
    assert found.pop("Buttons") == own_module("Buttons").text.rstrip("\n")
    sheets = [name for name in parts_of(workbook.read_bytes()) if name.startswith("xl/worksheets/sheet")]
    assert found == {"ThisWorkbook": "", **{f"Sheet{number}": "" for number in range(1, len(sheets) + 1)}}


def test_buttons_are_named_alike_everywhere() -> None:
    """Labels, the module of the workbook, that of LibreOffice and ``addin.press`` know the same eight buttons."""
    here = Path(addin.press.__file__).parent / "vba"
    for name in ("Buttons", "LibreOffice"):
        subs = re.findall(r"(?m)^(?:Public )?Sub (\w+)(?:\(\))?$", (here / f"{name}.bas").read_text(encoding="ascii"))
        assert subs == NAMES
    own = {
        name for name, each in inspect.getmembers(addin.press, inspect.isfunction) if each.__module__ == "addin.press"
    }
    assert sorted(name for name in own if not name.startswith("_")) == sorted(NAMES)


def test_worksheet_functions_ask_what_python_answers() -> None:
    """Each function of the add-in asks one of Python with the same arguments, and has its words for the wizard."""
    text = own_module("Functions").text
    asked = re.findall(r'Public Function (\w+)\((.*)\) As Variant\n    \1 = Answer\("(\w+)", Array\((.*)\)\)', text)
    answers = {name: each for name, each in vars(addin.functions).items() if name.startswith("hq_")}
    assert {name for _, _, name, _ in asked} == set(answers)
    for name, declared, question, handed in asked:
        assert name == question.upper()
        parameters = inspect.signature(answers[question]).parameters.values()
        wanted = [(each.name, each.default is not each.empty) for each in parameters]
        said = [(word.lower(), bool(optional)) for optional, word in re.findall(r"(Optional )?ByVal (\w+)", declared)]
        assert said == wanted
        assert handed.lower().split(", ") == [each for each, _ in wanted]
    assert set(re.findall(r'Word\("(\w+\.\w+)"\)', text)) | {name for name, *_ in asked} <= set(WORDS)


def test_no_workbook_changes_what_runs() -> None:
    """The text of xlwings reads settings and code from nothing but the user's own file."""
    text = xlwings_module().text
    assert 'PROJECT_NAME As String = "houqin"' in text
    for asked in ("GetConfigFromSheet", "GetDirectoryConfigFilePath()) =", '".py"', "LICENSE_KEY as", "import_udfs"):
        assert asked not in text
    assert text.count(" -B -P -c ") == text.count(" -c ")


def command_of(text: str, paths: str) -> str:
    """Return the Python text that the add-in hands to a new process for a press of 帮助."""
    line = next(line for line in text.splitlines() if "RunCommand = CondaCmd & PythonInterpreter" in line)
    quoted = line[line.index('-c ""') + 5 : line.rindex('"" "')]
    prelude = re.search(r'= "(import sys.*)"', own_module("Houqin").text)
    assert prelude is not None
    filled = quoted.replace('" & PYTHONPATH & "', paths).replace('" & PythonCommand & "', prelude[1])
    return filled.replace('\\""', '"') + "print(addin.press.__file__)"


def test_a_press_loads_nothing_from_the_current_folder(tmp_path: Path) -> None:
    """Modules in the current folder with the names of ours or of xlwings are not run by a press."""
    for name in ("addin", "xlwings", "sync", "platform"):
        (tmp_path / f"{name}.py").write_text(f"raise SystemExit('{name} of the folder')")
    book = tmp_path / "a.xlsx"
    code = command_of(xlwings_module().text, f"false;{book};{book};;;;")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-B", "-P", "-c", code],
        cwd=tmp_path, env=environment, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.stdout.strip() == str(ROOT / "addin" / "press.py"), done.stderr


# the buttons on the sheets


def test_every_register_sheet_has_the_bar(workbook: Path) -> None:
    """Each sheet where people write has the eight buttons, and no other sheet has one."""
    drawings = [content.decode() for name, content in parts_of(workbook.read_bytes()).items() if "vmlDrawing" in name]
    macros = [re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", drawing) for drawing in drawings]
    assert macros == [NAMES] * len(WRITTEN)


def test_the_buttons_are_no_input(workbook: Path, tmp_path: Path) -> None:
    """The button workbook reads as the registers of the plain template, in the same rows, without a finding."""
    plain = tmp_path / "plain.xlsx"
    registers = [all_registers()[name] for name in WRITTEN]
    write_template(registers, plain, school="示范学校", department="总务处", rows=ROWS)
    template, buttons = (take_file(path, path.name, Reading(date(2026, 11, 22))) for path in (plain, workbook))
    assert [table.register.id for table in buttons.tables] == list(WRITTEN)
    for one, other in zip(template.tables, buttons.tables, strict=True):
        assert one.frame.equals(other.frame)
        assert one.sheet == other.sheet
    assert buttons.findings == ()
