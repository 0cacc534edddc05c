from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from schemas.register import register_of
from tests.command_line import houqin
from tests.sync.school import ITEMS, MASTER, School, receipt

TEL = "13812345678"
FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    """A school with names that look like formulas, one receipt in the books and one held."""
    folder = tmp_path_factory.mktemp("export")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        made = School(folder / "share")
        people = [{**row, "phone": TEL} if row["name"] == "王芳" else row for row in MASTER["staff_roster"]]
        items = [{**ITEMS[0], "remark": FORMULA}, {**ITEMS[1], "remark": "＝1+1"}, {**ITEMS[2], "remark": "1=1"}]
        made.save("ZW/基础资料.xlsx", {**MASTER, "staff_roster": people, "item_catalogue": items})
        made.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2, amount="99.00")]})
        made.sync()
        made.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00"), receipt(2, amount="99.00")]})
        assert made.sync()["revision"] == 2
        patch.undo()
        yield made


def export(school: School, *arguments: object) -> dict[str, Any]:
    """Run the command and return what it says."""
    state = school.folder.parent / "state"
    done = houqin("export", *arguments, "--share", school.folder, "--json", state=state, HOUQIN_TODAY="2026-11-22")
    assert done.code == 0, done.out
    told: dict[str, Any] = done.json()
    return told


def table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a csv file as text by header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class TestCsv:
    """Tables for Excel."""

    def test_excel_reads_it(self, school: School, tmp_path: Path) -> None:
        """A csv file carries a mark for UTF-8, Chinese headers, exact decimals and where each row comes from."""
        told = export(school, "入库单", "-o", tmp_path / "入库.csv")
        assert told == {
            "revision": 2,
            "files": [{"path": str(tmp_path / "入库.csv"), "register": "stock_receipt", "rows": 1}],
        }
        assert (tmp_path / "入库.csv").read_bytes().startswith(b"\xef\xbb\xbf")
        (row,) = table(tmp_path / "入库.csv")
        known = ("入库单号", "数量", "单价", "金额", "入账状态", "来源工作簿", "来源行", "版次")
        receipt_no, *others = (row[header] for header in known)
        assert receipt_no == "RK-202611-0001"
        assert others == ["20.000", "8.5000", "170.00", "已入账", "ZW/库房.xlsx", "4", "2"]
        assert len(row["文件SHA-256"]) == 64

    def test_no_text_runs(self, school: School, tmp_path: Path) -> None:
        """Text that begins like a formula gets an apostrophe, full-width signs too; other text does not."""
        export(school, "item_catalogue", "-o", tmp_path / "items.csv")
        assert [row["备注"] for row in table(tmp_path / "items.csv")] == ["'＝1+1", "1=1", f"'{FORMULA}"]

    def test_earlier_and_held(self, school: School, tmp_path: Path) -> None:
        """A former revision and other statuses are exported as ``rows`` lists them."""
        export(school, "stock_receipt", "-o", tmp_path / "then.csv", "--as-of", "1", "--status", "all")
        then = [(row["数量"], row["入账状态"]) for row in table(tmp_path / "then.csv")]
        assert then == [("25.000", "已入账"), ("25.000", "搁置")]
        export(school, "stock_receipt", "-o", tmp_path / "held.csv", "--status", "held")
        (held,) = table(tmp_path / "held.csv")
        assert held["问题代码"]


def test_masked(school: School, tmp_path: Path) -> None:
    """Personal numbers leave the ledger masked in every format."""
    for suffix in ("csv", "parquet", "xlsx"):
        path = tmp_path / f"staff.{suffix}"
        export(school, "staff_roster", "-o", path)
    assert TEL not in (tmp_path / "staff.csv").read_text(encoding="utf-8")
    assert "138****5678" in (tmp_path / "staff.csv").read_text(encoding="utf-8")
    frame = pl.read_parquet(tmp_path / "staff.parquet")
    assert frame.filter(pl.col("name") == "王芳")["phone"].to_list() == ["138****5678"]
    sheet = openpyxl.load_workbook(tmp_path / "staff.xlsx").active
    assert sheet is not None
    values = {cell for row in sheet.iter_rows(values_only=True) for cell in row}
    assert "138****5678" in values
    assert TEL not in values


def test_parquet(school: School, tmp_path: Path) -> None:
    """Parquet has the field names and exact types; a folder gets one file per register in use."""
    told = export(school, "-o", tmp_path / "all", "--format", "parquet")
    assert len(told["files"]) == len(list((tmp_path / "all").iterdir()))
    frame = pl.read_parquet(tmp_path / "all" / "stock_receipt.parquet")
    assert frame.columns[: len(register_of("stock_receipt").columns)] == list(register_of("stock_receipt").names())
    assert frame.columns[-7:] == ["_status", "_workbook", "_sheet", "_row", "_sha256", "_revision", "_findings"]
    assert frame["amount"].dtype == pl.Decimal(38, 2)
    assert frame["amount"].to_list() == [Decimal("170.00")]


def test_xlsx(school: School, tmp_path: Path) -> None:
    """A workbook holds a sheet per register; formulas are text, numbers and dates are what they are."""
    export(school, "item_catalogue", "stock_receipt", "-o", tmp_path / "two.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "two.xlsx")
    assert workbook.sheetnames == ["物品目录", "入库单"]
    items = [{cell.value: cell for cell in row} for row in workbook["物品目录"].iter_rows(min_row=2)]
    assert any(cell.data_type == "s" for row in items for value, cell in row.items() if value == FORMULA)
    header, row = workbook["入库单"].iter_rows(values_only=True)
    known = dict(zip(header, row, strict=True))
    assert (known["金额"], known["入库单号"], known["版次"]) == (170, "RK-202611-0001", 2)
    assert known["入库日期"].date().isoformat() == "2026-11-02"


def test_another_kind_of_file_is_refused(school: School, tmp_path: Path) -> None:
    """A name that ends like a file of another kind is no folder: it is refused, and nothing is made."""
    told = houqin("export", "-o", tmp_path / "a.pdf", "--share", school.folder, "--json")
    assert (told.code, told.error(), (tmp_path / "a.pdf").exists()) == (2, "USAGE", False)
    assert "csv" in told.json()["error"]["message"]


def test_several_registers_in_one_csv(school: School, tmp_path: Path) -> None:
    """One csv file for two registers is wrong usage."""
    told = houqin("export", "stock_receipt", "stock_issue", "-o", tmp_path / "x.csv", "--share", school.folder)
    assert told.code == 2
    assert not (tmp_path / "x.csv").exists()
