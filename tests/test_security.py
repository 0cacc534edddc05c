"""What a hostile hand may do, one attack after the other, and the sentence it gets (DESIGN 14, docs/security.md)."""

from __future__ import annotations

import csv
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from schemas.masking import shown_text
from schemas.register import all_registers
from sync.commands.verify import problems_as_json
from sync.export import extract, write_csv
from sync.ledger_books import books_as_of
from sync.proof import prove
from sync.scan import scan
from tests.hostile_names import NAMES
from tests.sync.school import MASTER, School, receipt
from tests.workbooks.hostile import HOSTILE
from tests.workbooks.makers import cell, good, package, relations, sheet
from workbooks.mark import write_marked

FORMULA = '=HYPERLINK("http://x.invalid","y")'
PHONE = "13912345678"
SCRIPT = "<script>alert(1)</script>"
Put = Callable[[Path], object]


@dataclass(frozen=True)
class Attack:
    """How something is put into a department's folder, and what is said of it."""

    put: Put
    name: str
    """Part of the name under which it is told."""
    code: str
    """Code of the finding, empty where it is not even looked at."""
    sentence: str = ""
    """Part of what it says."""


def _file(name: str, content: Callable[[], bytes]) -> Put:
    return lambda folder: (folder / name).write_bytes(content())


def _hostile(name: str, kind: str, code: str, sentence: str) -> Attack:
    return Attack(_file(name, HOSTILE[kind][0]), name, code, sentence)


def _macros() -> bytes:
    return package(sheet(cell("A1")), changes={"xl/vbaProject.bin": b'Sub Auto_Open()\r\nShell "calc"\r\nEnd Sub'})


def _linked() -> bytes:
    links: dict[str, str | bytes] = {
        "xl/externalLinks/externalLink1.xml": "<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": relations(
            ("rId1", "externalLinkPath", "file:///etc/passwd"), mode=' TargetMode="External"'
        ),
    }
    return package(sheet(cell("A1", "<f>[1]Sheet1!A1</f><v>7</v>")), changes=links)


def _named(key: str, shown: str, code: str, sentence: str = "") -> Attack:
    return Attack(NAMES[key], shown, code, sentence)


ATTACKS = {
    "archive bomb": _hostile("a01.xlsx", "zip bomb", "FILE-HOSTILE", ""),
    "entity bomb": _hostile("a02.xlsx", "laughs in the workbook", "FILE-HOSTILE", ""),
    "entity from a file of the server": _hostile("a03.xlsx", "outside entity", "FILE-HOSTILE", ""),
    "elements nested without end": _hostile("a04.xlsx", "deep workbook part", "FILE-HOSTILE", ""),
    "a cell in the farthest corner": _hostile("a05.xlsx", "corner to corner", "FILE-TOO-LARGE", ""),
    "a part that lies above the package": _hostile("a06.xlsx", "sheet above the package", "FILE-STRUCTURE", ""),
    "macros": Attack(_file("a07.xlsm", _macros), "a07.xlsm", "FILE-NO-REGISTER"),
    "a link to another file": Attack(_file("a08.xlsx", _linked), "a08.xlsx", "FILE-NO-REGISTER"),
    "no workbook at all": _hostile("a09.xlsx", "random bytes", "FILE-TYPE", ""),
    "a file of 300 MB": Attack(_file("a10.xlsx", lambda: b""), "a10.xlsx", "FILE-TOO-LARGE", "超过200 MB"),
    "a link out of the folder": _named("a link out", "外.xlsx", "FILE-OUTSIDE", "请放入文件本身"),
    "a link to a device": _named("a link to a device", "零.xlsx", "FILE-OUTSIDE", "是指向文件夹之外的链接"),
    "a link to itself": _named("a link to itself", "自己.xlsx", "FILE-LOCKED", "文件无法读取"),
    "a pipe that never answers": _named("a pipe behind a link", "管道.xlsx", "FILE-LOCKED", "不是普通文件"),
    "folders in folders without end": _named("folders without end", "深/深", "FILE-LOCKED", "层数太多"),
    "a name of control characters": _named(
        repr("\x1bx.xlsx"), "\N{REPLACEMENT CHARACTER}x.xlsx", "FILE-NAME", "文件名"
    ),
    "a name that turns its direction": _named(repr("\u202excod.xlsx"), "xcod.xlsx", "FILE-NAME", "请改成简短的文件名"),
    "a name that is no UTF-8": _named(repr(b"\xff\xfe.xlsx"), "\N{REPLACEMENT CHARACTER}" * 2, "FILE-NAME", "不能显示"),
    "a name of 255 bytes": _named("255 bytes", "长长长a.xlsx", "FILE-NAME", "文件名太长"),
    "a name of a device": _named(repr("NUL.xlsx"), "NUL.xlsx", "FILE-NAME"),
    "a name with two dots": _named(repr("..\\..\\windows.xlsx"), "windows", ""),
    "another department's register": Attack(
        lambda folder: _receipts(folder, "a20.xlsx", [receipt(66)]), "a20.xlsx", "RIGHT-DENIED"
    ),
    "a copy that names another department's workbook": Attack(
        lambda folder: _forged(folder / "a21.xlsx"), "a21.xlsx", "RIGHT-DENIED"
    ),
}


def _receipts(folder: Path, name: str, rows: list[dict[str, object]]) -> Path:
    from workbooks.template import write_template

    write_template([all_registers()["stock_receipt"]], folder / name, school="", rows={"stock_receipt": rows})
    return folder / name


def _forged(path: Path) -> None:
    """Save a marked copy that says that its original is the store's workbook, with another quantity."""
    source = _receipts(path.parent.parent, "~$source.xlsx", [receipt(1, qty=99, amount="841.50")])
    write_marked(source, path, [], language="zh", origin_path="departments/ZW/库房.xlsx", origin_sha256="0" * 64)
    source.unlink()


@dataclass(frozen=True)
class Attacked:
    """A school after all attacks at once, and what its run told."""

    school: School
    state: Path
    findings: list[tuple[str, str, str]]
    """Name, code and words of every finding."""
    rows: list[dict[str, Any]]
    extract: Path


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    """Merge a school while everything lies in the folder of a department that may write nothing of it."""
    folder = tmp_path_factory.mktemp("security")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        school = School(folder / "school")
        school.save("ZW/基础资料.xlsx", MASTER)
        school.save(
            "ZW/库房.xlsx",
            {
                "stock_receipt": [
                    receipt(1, remark=FORMULA),
                    receipt(2, remark=SCRIPT, amount="1"),
                    receipt(3, remark=f"送货人{PHONE}\x1b[31m"),
                    receipt(4, buyer=f"赵强{PHONE}\x1b[31m"),
                ]
            },
        )
        guards = school.folder / "departments" / "MW"
        guards.mkdir(parents=True, exist_ok=True)
        for attack in ATTACKS.values():
            attack.put(guards)
        with (guards / "a10.xlsx").open("wb") as large:
            large.truncate(300 << 20)
        told = school.sync()
        found = [
            (book["path"], each["code"], each["message"] + (each["hint"] or ""))
            for book in told["workbooks"]
            for each in book["findings"]
        ]
        scanned = scan(school.share.config.folders).findings
        found += [(each.workbook, each.code, each.message("zh") + (each.hint("zh") or "")) for each in scanned]
        with school.share.open_ledger() as ledger:
            head, books = ledger.head().number, books_as_of(school.share, ledger)
            one = extract(ledger, all_registers()["stock_receipt"], "accepted", head, books)
        write_csv(folder / "receipts.csv", one, "zh")
        yield Attacked(school, folder / "state", found, school.rows("stock_receipt"), folder / "receipts.csv")


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_are_told_by_name(attacked: Attacked, name: str) -> None:
    """Everything that is put into a folder to do harm gets its own finding with what to do, or is not looked at."""
    attack = ATTACKS[name]
    said = [(code, words) for place, code, words in attacked.findings if attack.name in place]
    if attack.code:
        assert any(code == attack.code and attack.sentence in words for code, words in said), said
    else:
        assert said == []


def test_the_others_are_taken(attacked: Attacked) -> None:
    """Rows of an honest workbook are taken beside all attacks, as their department stated them, and no others."""
    assert [(row["doc_no"], row["qty"]) for row in attacked.rows] == [
        ("RK-202611-0001", "25.000"),
        ("RK-202611-0003", "25.000"),
    ]


def test_text_that_begins_like_a_formula_stays_text(attacked: Attacked) -> None:
    """A remark that is a formula for a spreadsheet program is text in the published volume and in the export."""
    (volume,) = (attacked.school.folder / "published" / "明细" / "入库单").glob("*.xlsx")
    shown = [cell for row in openpyxl.load_workbook(volume).active for cell in row if cell.value == FORMULA]  # type: ignore[union-attr]
    assert [cell.data_type for cell in shown] == ["s"]
    with attacked.extract.open(encoding="utf-8-sig", newline="") as file:
        values = [value for row in csv.reader(file) for value in row]
    assert not [value for value in values if value.startswith(("=", "@", "+"))]
    assert any(FORMULA in value for value in values)


def test_personal_numbers_in_free_text_are_masked(attacked: Attacked) -> None:
    """A telephone number that somebody wrote where none belongs is masked in volumes, export, pages and findings."""
    assert any(PHONE in str(row["remark"]) for row in attacked.rows)
    folder = attacked.school.folder
    (volume,) = (folder / "published" / "明细" / "入库单").glob("*.xlsx")
    shown = [str(cell.value) for row in openpyxl.load_workbook(volume).active for cell in row]
    shown += [attacked.extract.read_text("utf-8-sig")]
    shown += [path.read_text("utf-8") for path in (folder / "feedback").rglob("*.html")]
    listed = openpyxl.load_workbook(folder / "feedback" / "ZW" / "库房.校验.xlsx")["校验结果"]
    shown += [str(cell.value) for row in listed for cell in row]
    shown += [words for _, _, words in attacked.findings]
    assert any("139****5678" in text for text in shown)
    assert not [text for text in shown if PHONE in text]


def test_characters_that_control_a_terminal_are_told_as_marks(attacked: Attacked) -> None:
    """What a terminal would obey is kept in no row, and stands in no finding."""
    assert not [row for row in attacked.rows if "\x1b" in str(row)]
    assert not [words for _, _, words in attacked.findings if "\x1b" in words]
    assert shown_text("赵强\x1b[31m\n\u202e") == "赵强\N{REPLACEMENT CHARACTER}[31m \N{REPLACEMENT CHARACTER}"


def test_pages_run_nothing(attacked: Attacked) -> None:
    """What staff typed never becomes part of a page, and no page has a script or loads anything."""
    pages = [path.read_text("utf-8") for path in (attacked.school.folder / "feedback").rglob("*.html")]
    assert pages
    assert not [page for page in pages if "<script" in page or re.search(r"\b(?:src|href)=\"(?:https?:|//)", page)]


def test_nothing_is_written_into_the_department(attacked: Attacked) -> None:
    """The folder of the department holds what was put there and nothing else."""
    made = {path.name for path in (attacked.school.folder / "departments").rglob("*") if "校验" in path.name}
    assert made == set()
    assert not (attacked.school.folder / "departments" / "MW" / "a10.xlsx").stat().st_blocks


@pytest.mark.parametrize("what", ["the ledger", "the archive", "a published workbook"])
def test_tampering_is_found(attacked: Attacked, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody alters behind the program's back is named by ``houqin verify``, or made anew by the next run."""
    monkeypatch.setenv("HOUQIN_STATE", str(attacked.state))
    school = attacked.school
    if what == "a published workbook":
        (volume,) = (school.folder / "published" / "明细" / "入库单").glob("*.xlsx")
        before = volume.read_bytes()
        volume.write_bytes(good())
        school.sync()
        assert volume.read_bytes() == before
        return
    undo = _altered_row(attacked.state) if what == "the ledger" else _altered_file(attacked.state)
    try:
        problems = problems_as_json(prove(school.share, {}).problems, "zh")
    finally:
        undo()
    assert problems
    assert all(problem["message"] for problem in problems)
    assert not prove(school.share, {}).problems


def _altered_row(state: Path) -> Callable[[], None]:
    """Alter a quantity in the ledger; return what takes it back."""

    def add(thousandths: int) -> None:
        with closing(sqlite3.connect(state / "ledger.db")) as connection, connection:
            connection.execute("UPDATE reg_stock_receipt SET qty = qty + ?", (thousandths,))

    add(1)
    return lambda: add(-1)


def _altered_file(state: Path) -> Callable[[], None]:
    """Alter an archived workbook; return what takes it back."""
    kept = next(iter(sorted((state / "archive").glob("??/*.xlsx"))))
    content = kept.read_bytes()
    kept.chmod(0o600)
    kept.write_bytes(content + b"x")
    return lambda: bool(kept.write_bytes(content)) and None


def test_every_attack_is_in_the_documentation() -> None:
    """docs/security.md lists the attacks that are tried here, each with the code that it gets."""
    page = (Path(__file__).parents[1] / "docs" / "security.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| ([^|`]+) \| (?:`([A-Z-]+)`|not looked at) \|$", page, re.MULTILINE)
    assert listed == [(name, attack.code) for name, attack in ATTACKS.items()]
