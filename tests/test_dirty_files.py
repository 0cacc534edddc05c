"""S13, S14, S16-S23 of DOMAIN.md 6.6: files as they come; and a dozen cells through the command line."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
import xlwt

from sync.copies import original_of
from sync.scan import scan
from tests import test_dirty_codes, test_dirty_dates, test_dirty_numbers, test_dirty_sheets
from tests.command_line import houqin
from tests.dirty import (
    IDS,
    Case,
    Raw,
    Sheet,
    clerk_sheet,
    line,
    master_sheets,
    requisition,
    titles,
    validate,
    write_book,
)
from tests.sync import school
from tests.sync.school import School, codes, counted, receipt
from tests.workbooks.makers import compound_file
from workbooks.pool import ReaderPool

IN = "stock_receipt"


@pytest.fixture(scope="module")
def pool() -> Iterator[ReaderPool]:
    """Return readers that know the registers of the product only."""
    with ReaderPool(1) as pool:
        yield pool


def receipts(count: int) -> list[dict[str, object]]:
    """Return some receipts."""
    return [receipt(number) for number in range(1, count + 1)]


def repacked(path: Path, change: Callable[[str], str]) -> Path:
    """Change the XML of the first sheet of a workbook."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    parts[name] = change(parts[name].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return path


def flat_rows() -> list[list[object]]:
    """Return the lines of a requisition as a website would export them."""
    rows = [line("requisition", requisition(number)) for number in (1, 2)]
    return [titles("requisition"), *rows]


def as_text(separator: str) -> str:
    """Return the same lines as text."""
    return "\r\n".join(separator.join("" if cell is None else str(cell) for cell in row) for row in flat_rows())


def as_html() -> str:
    """Return the same lines as a web page."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in flat_rows()]
    rows = "".join(f"<tr><td>{'</td><td>'.join(cells)}</td></tr>" for cells in texts)
    return f"<html><head><title>导出</title></head><body><table border=1>{rows}</table></body></html>"


def test_a_million_formatted_rows(tmp_path: Path, pool: ReaderPool) -> None:
    """S13: formatted rows without content, down to the last one, cost neither rows nor the reader."""
    path = write_book(tmp_path / "库房.xlsx", [clerk_sheet(IN, receipts(3))])
    empty = "".join(f'<row r="{row}" spans="1:19" ht="20" customHeight="1"/>' for row in range(7, 1_048_576))
    last = '<row r="1048576"><c r="A1048576" s="1"/><c r="S1048576" s="1"/></row>'
    repacked(path, lambda xml: xml.replace("</sheetData>", f"{empty}{last}</sheetData>"))
    done = validate(path, pool)
    assert len(done.rows(IN)) == 3
    assert done.plan.outcomes[0].counts["read"] == 3
    assert not done.codes("error")


@pytest.mark.parametrize("dimension", ['<dimension ref="A1:A1"/>', '<dimension ref="A1"/>', ""])
def test_a_wrong_dimension(dimension: str, tmp_path: Path, pool: ReaderPool) -> None:
    """S14: what the file says about its size is not believed."""
    path = write_book(tmp_path / "库房.xlsx", [clerk_sheet(IN, receipts(3))])
    repacked(path, lambda xml: re.sub(r"<dimension [^>]*/>", dimension, xml))
    done = validate(path, pool)
    assert len(done.rows(IN)) == 3
    assert not done.codes("error")


def test_an_old_workbook(tmp_path: Path, pool: ReaderPool) -> None:
    """S16: the old .xls format is read like the new one, with a word, and stays as it is.

    Below the rows stand what the formulas of a template come to in rows that nobody has filled.
    """
    book = xlwt.Workbook()
    page = book.add_sheet("入库单")
    prepared = [0.0 if title.startswith("金额") else None for title in titles(IN)]
    rows = [line(IN, receipt(1, doc_date=date(2026, 11, 5), qty=25.0)), prepared, prepared]
    for place, cells in enumerate([["青山小学2026年11月入库单"], titles(IN), *rows]):
        for column, cell in enumerate(cells):
            style = xlwt.easyxf(num_format_str="yyyy-mm-dd") if isinstance(cell, date) else xlwt.Style.default_style
            if cell is not None:
                page.write(place, column, cell, style)
    path = tmp_path / "库房.xls"
    book.save(path)
    before = path.read_bytes()
    done = validate(path, pool)
    assert done.column(IN, "doc_date") == [date(2026, 11, 5)]
    assert done.column(IN, "qty") == [Decimal(25)]
    assert "W FILE-XLS" in done.codes()
    assert not done.codes("error")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("导出.xls", as_html().encode("gb18030")),
        ("导出.xls", as_html().encode()),
        ("导出.xls", as_text("\t").encode("gb18030")),
        ("导出.xls", as_text(",").encode("utf-8-sig")),
        ("导出.xls", as_text("\t").encode("utf-16")),
        ("导出.xlsx", as_text(",").encode("gbk")),
        ("导出.xlsx", as_html().encode("utf-8-sig")),
    ],
)
def test_a_web_export_under_another_name(name: str, content: bytes, tmp_path: Path, pool: ReaderPool) -> None:
    """S17: HTML and CSV that only call themselves .xls are read by what they are, in GBK and UTF-8."""
    path = tmp_path / name
    path.write_bytes(content)
    done = validate(path, pool)
    assert done.column("requisition", "purpose") == ["大扫除", "大扫除"]
    assert "W FILE-DISGUISED" in done.codes()
    assert not done.codes("error")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("食堂台账.et", compound_file({"Workbook": b"x"})),
        ("食堂台账.numbers", b"PK\x03\x04"),
        ("食堂台账.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("食堂台账.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("食堂台账.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("食堂台账.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
        ("食堂台账.xls", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("食堂台账.doc", compound_file({"WordDocument": b"x"})),
        ("食堂台账.txt", "今天入库扫把25把".encode()),
        ("食堂台账.rar", b"Rar!\x1a\x07\x00"),
    ],
)
def test_other_kinds_of_files(name: str, content: bytes, tmp_path: Path, pool: ReaderPool) -> None:
    """S18: what is no workbook is refused, whatever it is called, with what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    found = validate(path, pool).only_error()
    assert found.code == "FILE-TYPE"
    assert ".xlsx" in found.hint()


@pytest.mark.parametrize("name", ["食堂台账.xlsx", "食堂台账.xls"])
def test_a_protected_file(name: str, tmp_path: Path, pool: ReaderPool) -> None:
    """S19: a file with a password is refused, with what to do."""
    path = tmp_path / name
    path.write_bytes(compound_file({"EncryptedPackage": b"x" * 5000, "EncryptionInfo": b"y"}))
    found = validate(path, pool).only_error()
    assert found.code == "FILE-ENCRYPTED"
    assert "密码" in found.hint()


LOCKS = (
    *("~$食堂台账.xlsx", ".~食堂台账.xlsx", "食堂台账.xlsx.tmp", ".~lock.食堂台账.xlsx#", "~WRD0001.tmp"),
    *("食堂台账.xlsx.crdownload", "食堂台账.xlsx.part", "desktop.ini", "Thumbs.db", ".DS_Store", "~食堂台账.tmp"),
    *("食堂台账.xlsx~", "~$食堂台账.xls", "食堂台账.xlsx.baiduyun.downloading", "食堂台账.xlsx.download"),
)


def test_lock_files_are_ignored(tmp_path: Path) -> None:
    """S20: what programs leave beside a workbook is no workbook and not a word is lost on it."""
    share = School(tmp_path / "共享")
    share.save("ZW/基础.xlsx", school.MASTER)
    share.save("ZW/库房.xlsx", {IN: receipts(1)})
    for name in LOCKS:
        share.path(f"ZW/{name}").write_bytes(b"\x06" + b"W" * 164)
    told = share.sync()
    assert [book["path"] for book in told["workbooks"]] == ["departments/ZW/基础.xlsx", "departments/ZW/库房.xlsx"]
    assert told["exit_code"] == 0


@pytest.mark.parametrize("name", LOCKS[:3])
def test_lock_files_hold_nothing(name: str, tmp_path: Path, pool: ReaderPool) -> None:
    """S20: asked about one, validate has nothing to say."""
    path = tmp_path / name
    path.write_bytes(b"\x06" + b"W" * 164)
    done = validate(path, pool)
    assert done.findings == ()
    assert done.told["ok"]


COPIES = (
    *("食堂台账(1).xlsx", "食堂台账 - 副本.xlsx", "食堂台账(冲突副本 2026-11-22 10-15).xlsx", "食堂台账-PCNAME.xlsx"),
    *("食堂台账 (PC's conflicted copy 2026-11-22).xlsx", "食堂台账.sync-conflict-20261122-101112-ABCDEFG.xlsx"),
    *("食堂台账（2）.xlsx", "食堂台账 - Copy.xlsx", "食堂台账_副本.xlsx", "副本食堂台账.xlsx"),
    *("食堂台账-LAPTOP-3F2.xlsx", "食堂台账 的副本.xlsx", "食堂台账 - 副本 - 副本.xlsx"),
    *("食堂台账(张三的冲突副本 2026-11-22).xlsx", "食堂台账.校验.xlsx"),
    *("食堂台账副本2.xlsx", "食堂台账 (Case Conflict).xlsx", "食堂台账_冲突文件_王芳_20261122.xlsx"),
    *("“食堂台账”的副本.xlsx", "食堂台账_DiskStation_Nov-22-1015-2026_Conflict.xlsx"),
)


@pytest.mark.parametrize("name", COPIES)
def test_names_of_copies(name: str) -> None:
    """S21: a copy is known by what programs and people append to the name of its original."""
    assert original_of(f"ST/{name}", ["ST/食堂台账.xlsx"]) == "ST/食堂台账.xlsx"


@pytest.mark.parametrize("name", COPIES[:4])
def test_copies_are_branches(name: str, tmp_path: Path) -> None:
    """S21: equal rows of a copy count once; what was changed on one side follows, what on both is a conflict."""
    share = School(tmp_path / "共享")
    share.save("ZW/基础.xlsx", school.MASTER)
    path = share.save("ST/食堂台账.xlsx", {IN: receipts(4)})
    share.sync()
    original, copy = receipts(4), receipts(4)
    copy[1] |= {"qty": 30, "amount": "255.00"}
    original[2] |= {"qty": 40, "amount": "340.00"}
    original[3] |= {"qty": 50, "amount": "425.00"}
    copy[3] |= {"qty": 60, "amount": "510.00"}
    share.save("ST/食堂台账.xlsx", {IN: original})
    share.sync()
    share.save(f"ST/{name}", {IN: copy})
    book = share.book(share.sync(), f"ST/{name}")
    assert codes(book, "warning").count("FILE-COPY") == 1
    assert counted(book)["conflicting"] == 1
    assert [int(Decimal(qty)) for qty in share.quantities(IN).values()] == [25, 30, 40, 50]
    assert path.is_file()


def test_a_workbook_that_is_open(tmp_path: Path) -> None:
    """S22: the state that was saved last is read while somebody has the workbook open."""
    share = School(tmp_path / "共享")
    share.save("ZW/基础.xlsx", school.MASTER)
    share.save("ZW/库房.xlsx", {IN: receipts(2)})
    share.path("ZW/~$库房.xlsx").write_bytes(b"\x04" + b"W" * 164)
    told = share.sync()
    assert counted(share.book(told, "ZW/库房.xlsx")) == {"read": 2, "accepted": 2}


def test_a_workbook_that_may_not_be_opened() -> None:
    """S22: a workbook that the system does not let us read is put off with a word."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = write_book(Path(folder) / "库房.xlsx", [clerk_sheet(IN, receipts(1))])
        path.chmod(0)
        privileged = os.geteuid() == 0
        try:
            if privileged:
                os.seteuid(65534)
            found = scan({"ZW": Path(folder)})
        finally:
            if privileged:
                os.seteuid(0)
    assert found.files == ()
    assert [finding.code for finding in found.findings] == ["IMP-03"]


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_partly_written_file(part: float, tmp_path: Path, pool: ReaderPool) -> None:
    """S23: a package that was cut off is refused whole, with what to do."""
    path = write_book(tmp_path / "库房.xlsx", [*master_sheets(), clerk_sheet(IN, receipts(50))])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    found = validate(path, pool).only_error()
    assert found.code == "FILE-CORRUPT"
    assert found.hint()


def test_a_file_that_is_cut_off_loses_nothing(tmp_path: Path) -> None:
    """S23: rows that were accepted stay while their workbook is damaged."""
    share = School(tmp_path / "共享")
    share.save("ZW/基础.xlsx", school.MASTER)
    path = share.save("ZW/库房.xlsx", {IN: receipts(2)})
    share.sync()
    path.write_bytes(path.read_bytes()[:3000])
    told = share.sync()
    assert codes(share.book(told, "ZW/库房.xlsx")) == ["FILE-CORRUPT"]
    assert len(share.rows(IN, "accepted")) == 2


# ---------------------------------------------------------------- the command itself


CLERKS: tuple[Case, ...] = (
    Case("D03", "requisition", "doc_date", "2026 年 11 月 2 日", "", ""),
    Case("D05", "requisition", "doc_date", 46328, "", "W DATE-SERIAL"),
    Case("D11", "requisition", "doc_date", 11.2, "", "E DATE-AMBIG"),
    Case("D12", "requisition", "doc_date", "2026-11-31", "", "E DATE-INVALID"),
    Case("D16", "requisition", "doc_date", date(2026, 12, 25), "", "E DATE-FUTURE"),
    Case("N01", "requisition", "qty", "１２", "", ""),
    Case("N10", "requisition", "qty", "12个", "", "E UOM-MISMATCH"),
    Case("N12", "requisition", "qty", "约20", "", "E QTY-VAGUE"),
    Case("N16", "requisition", "qty", Raw(5, formula="3+2"), "", ""),
    Case("N17", "requisition", "purpose", "/", "", "E REQ-EMPTY"),
    Case("N18", "requisition", "qty", Raw("#REF!", formula="A1"), "", "E CELL-ERROR"),
    Case("C01", "requisition", "item_code", "ｑｊ０００１", "", ""),
    Case("C02", "requisition", "item_code", "QJ000l", "", "E CODE-UNKNOWN"),
    Case("C06", "requisition", "applicant", "孙　丽", "", "W NAME-TRIM"),
    Case("C09", "requisition", "status", "等等", "", "E ENUM"),
    Case("C12", "requisition", "dept", "食堂（后勤）", "", ""),
)


def run(*arguments: str, **environment: str) -> tuple[int, dict[str, object]]:
    """Run ``houqin`` and return its exit code and its JSON document."""
    told = houqin(*arguments, "--json", HOUQIN_TODAY="2026-11-22", **environment)
    return told.code, told.json()


def test_many_files_through_the_command(tmp_path: Path) -> None:
    """The command says the same about files as the functions: one finding at one cell, exit code 1."""
    base = write_book(tmp_path / "基础.xlsx", master_sheets())
    paths = []
    for number, case in enumerate(CLERKS, 1):
        rows = [requisition(number, **{case.column: case.raw})]
        paths.append(write_book(tmp_path / f"{case.id}.xlsx", [clerk_sheet("requisition", rows)]))
    code, told = run("validate", str(base), *map(str, paths))
    assert code == 1
    assert told["ok"] is False
    books = {Path(book["path"]).stem: book for book in told["workbooks"]}  # type: ignore[attr-defined]
    for case in CLERKS:
        place = f"{'ABCDEFGHIJKLMN'[titles('requisition').index(_title(case))]}4"
        found = [(one["severity"][0].upper(), one["code"], one["cell"]) for one in books[case.id]["findings"]]
        assert found == ([(case.code[0], case.code[2:], place)] if case.code else []), case


def _title(case: Case) -> str:
    from schemas.register import all_registers

    return all_registers()[case.register].column(case.column).title


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    """A workbook with warnings only is ok, and the command ends with 0."""
    sheets = [*master_sheets(), clerk_sheet("requisition", [requisition(1, qty="４把")], name="11月")]
    path = write_book(tmp_path / "库房.xlsx", sheets)
    code, told = run("validate", str(path))
    assert (code, told["ok"]) == (0, True)


def test_files_that_cannot_be_read_through_the_command(tmp_path: Path) -> None:
    """Unreadable files give a finding each, and the command ends with 5."""
    good = write_book(tmp_path / "好.xlsx", [*master_sheets(), clerk_sheet("requisition", [requisition(1)])])
    cut = tmp_path / "半截.xlsx"
    cut.write_bytes(good.read_bytes()[:2000])
    locked = tmp_path / "加密.xlsx"
    locked.write_bytes(compound_file({"EncryptedPackage": b"x" * 5000}))
    page = tmp_path / "说明.pdf"
    page.write_bytes(b"%PDF-1.7\n%\xe2\xe3")
    other = write_book(tmp_path / "值班.xlsx", [Sheet("值班表", [["姓名", "星期一"], ["王芳", "早"]])])
    code, told = run("validate", *map(str, (good, cut, locked, page, other)))
    assert code == 5
    found = [[one["code"] for one in book["findings"] if one["severity"] == "error"] for book in told["workbooks"]]  # type: ignore[attr-defined]
    assert found == [[], ["FILE-CORRUPT"], ["FILE-ENCRYPTED"], ["FILE-TYPE"], ["FILE-NO-REGISTER"]]


# ---------------------------------------------------------------- nothing is left out


def _tested(module: ModuleType) -> set[str]:
    """Return the cases that a module tests: those of its tables, and those that its tests name first."""
    tables = [each for each in vars(module).values() if isinstance(each, tuple)]
    found = {one.id for table in tables for one in table if isinstance(one, Case)}
    for name, value in vars(module).items():
        holders = vars(value).items() if name.startswith("Test") else [(name, value)]
        for test, function in holders:
            if test.startswith("test_"):
                found |= set(re.findall(r"[DNCS]\d\d", (function.__doc__ or "").partition(":")[0]))
    return found


def test_every_case_is_tested() -> None:
    """Each of the 90 dirty inputs of DOMAIN.md 6.6 has at least one case."""
    modules = (test_dirty_dates, test_dirty_numbers, test_dirty_codes, test_dirty_sheets, sys.modules[__name__])
    tested = set().union(*map(_tested, modules))
    assert len(IDS) == 90
    assert sorted(set(IDS) - tested) == []
    assert sorted(tested - set(IDS)) == []
