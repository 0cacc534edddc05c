"""The sample school: what its workbooks hold is taken, and every deliberate mistake is found where it is."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sync.commands.demo import MARKER, check_folder, prepare
from sync.steps import Quiet
from tests.shared import made_by_one
from workbooks.sample import BOOKS, LOCK_FILE, write_sample
from workbooks.sample_mistakes import ACCEPTED, HELD, MISTAKES, UNDERSTOOD

COUNTED = ("accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")
Place = tuple[str, str, str]
"""Workbook, sheet and cell."""


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the demo has run, beside its state folder and what it printed; nobody changes it."""
    return made_by_one(tmp_path_factory, "demo", demonstrated)


def demonstrated(folder: Path) -> Path:
    """Run the demo in a folder and return the school in it."""
    school = folder / "school"
    run = houqin(school, "demo", str(school), "--json")
    assert run.returncode == 0, run.stderr
    (folder / "printed.json").write_text(run.stdout, "utf-8")
    return school


def houqin(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program itself with the state folder beside the share; the demo knows its day itself."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOUQIN_")},
        "HOUQIN_STATE": str(folder.parent / "state"),
        **({} if arguments[0] == "demo" else {"HOUQIN_TODAY": "2026-11-22"}),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    return subprocess.run(
        [sys.executable, "-m", "sync.cli", *arguments],
        env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def printed(school: Path) -> dict[str, Any]:
    """Return the JSON document of the run."""
    document: dict[str, Any] = json.loads((school.parent / "printed.json").read_text("utf-8"))
    return document


@pytest.fixture(scope="session")
def workbooks(printed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the run says of each workbook."""
    found: list[dict[str, Any]] = printed["sync"]["workbooks"]
    return found


def findings(workbooks: list[dict[str, Any]], severity: str) -> Counter[tuple[Place, str]]:
    """Return the places and codes of the findings of a severity."""
    return Counter(
        ((workbook["path"].removeprefix("departments/"), found["sheet"], found["cell"]), found["code"])
        for workbook in workbooks
        for found in workbook["findings"]
        if found["severity"] == severity
    )


def test_every_held_mistake_is_found_and_nothing_else_is_held(workbooks: list[dict[str, Any]]) -> None:
    """The errors of the run are exactly the mistakes that hold a row back, each at its cell."""
    expected = Counter(((each.workbook, each.sheet, each.cell), each.code) for each in HELD)
    assert findings(workbooks, "error") == expected


def test_every_accepted_mistake_is_warned_about(workbooks: list[dict[str, Any]]) -> None:
    """Every mistake that is taken with a warning has that warning at its cell."""
    expected = Counter(((each.workbook, each.sheet, each.cell), each.code) for each in ACCEPTED)
    assert expected - findings(workbooks, "warning") == Counter()


def test_warnings_stand_only_where_a_mistake_was_made(workbooks: list[dict[str, Any]]) -> None:
    """No other cell of the sample has a warning, but an invoice of which a line is held: its goods are not complete."""
    places = {(each.workbook, each.sheet, each.cell) for each in (*HELD, *ACCEPTED)}
    warned = {place for place, code in findings(workbooks, "warning") if code != "X-04"}
    assert warned <= places
    assert not warned & {(each.workbook, each.sheet, each.cell) for each in UNDERSTOOD}


def test_mistakes_are_of_different_kinds() -> None:
    """About thirty kinds of mistakes hold a row, about as many are accepted, and no place is named twice."""
    assert len({each.code for each in HELD}) >= 25
    assert len({each.code for each in ACCEPTED}) >= 20
    places = Counter((each.workbook, each.sheet, each.cell) for each in MISTAKES if each.cell)
    assert places.most_common(1)[0][1] == 1
    assert all(each.what for each in MISTAKES)


def test_every_row_read_is_accounted_for(workbooks: list[dict[str, Any]]) -> None:
    """Per workbook, read = accepted + unchanged + held + conflicting + duplicate + skipped."""
    assert {each["path"] for each in workbooks} == {f"departments/{book.path}" for book in BOOKS}
    for workbook in workbooks:
        assert workbook["read"] == sum(workbook[name] for name in COUNTED), workbook["path"]
        assert workbook["read"] > 0, workbook["path"]
        assert workbook["unchanged"] == workbook["conflicting"] == 0


def test_the_workbooks_come_from_at_least_six_departments(workbooks: list[dict[str, Any]]) -> None:
    """The sample has at least seven workbooks of at least six departments."""
    assert len(workbooks) >= 7
    assert len({each["department"] for each in workbooks}) >= 6


def test_four_of_the_bamboo_brooms_are_left(school: Path) -> None:
    """Of 25 brooms bought 16 went to eight classes, 2 + 3 to gate and yard, 1 came back, 1 went out again."""
    moved = {
        register: [row for row in rows(school, register) if row["item_code"] == "QJ0001"]
        for register in ("stock_receipt", "stock_issue")
    }
    bought, issued = (sum(Decimal(row["qty"]) for row in moved[name]) for name in ("stock_receipt", "stock_issue"))
    assert (bought, issued) == (25, 16 + 2 + 3 - 1 + 1)
    assert len({row["for_class"] for row in moved["stock_issue"] if row["for_class"]}) == 8


def rows(school: Path, register: str) -> list[dict[str, Any]]:
    """Return the rows in the books of a register."""
    run = houqin(school, "rows", register, "--share", str(school), "--json")
    assert run.returncode == 0, run.stderr
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def test_quantities_in_people_s_words_are_read_as_meant(school: Path) -> None:
    """2盒6支 are 30 支, 6斤 are 3 千克, １０ is 10, and a merged date holds for its three rows."""
    received = {(row["doc_no"], row["line_no"]): row for row in rows(school, "stock_receipt")}
    issued = {(row["doc_no"], row["line_no"]): row for row in rows(school, "stock_issue")}
    asked = {(row["doc_no"], row["line_no"]): row for row in rows(school, "requisition")}
    assert Decimal(received["RK-202611-0012", 2]["qty"]) == 30
    assert Decimal(received["RK-202611-0006", 3]["qty"]) == 10
    assert Decimal(issued["ST-CK-202611-0005", 1]["qty"]) == 3
    assert {asked["MW-SL-202611-0001", line]["doc_date"] for line in (1, 2, 3)} == {"2026-11-06"}


def test_what_the_program_publishes_is_there(school: Path, printed: dict[str, Any]) -> None:
    """The master ledger and a page for every workbook with findings are in the share."""
    cover = openpyxl.load_workbook(school / "published" / "总账.xlsx").worksheets[0]
    links = {cell.value: cell.hyperlink.target for row in cover for cell in row if cell.hyperlink}
    assert links["后勤日报"] == "日报.html"
    page = (school / "published" / "日报.html").read_text("utf-8")
    assert f"自建账以来入账 {sum(each['accepted'] for each in printed['sync']['workbooks'])} 行" in page
    assert "低于最低库存" in page
    assert "没有备份" not in page
    assert printed["share"] == str(school.resolve())
    assert printed["today"] == "2026-11-22"
    assert printed["mistakes"] == len(MISTAKES)
    for workbook in printed["sync"]["workbooks"]:
        if workbook["findings"]:
            name = Path(workbook["path"]).stem
            assert (school / "feedback" / workbook["department"] / f"{name}.校验.html").is_file()


def test_the_ledger_of_the_demo_verifies(school: Path) -> None:
    """Nothing in the ledger of a fresh demo was altered."""
    assert houqin(school, "verify", "--share", str(school)).returncode == 0


def test_what_is_corrected_is_taken_and_a_second_run_starts_anew(
    school: Path, printed: dict[str, Any], tmp_path: Path
) -> None:
    """A corrected cell is accepted by the next sync; the demo made again has its mistakes back."""
    folder = shutil.copytree(school, tmp_path / "演示")
    beside = shutil.ignore_patterns("ledger.db-*")  # they come and go with those who read the ledger
    shutil.copytree(school.parent / "state", tmp_path / "state", ignore=beside)
    store = folder / "departments" / "ZW" / "总务库房台账11月.xlsx"
    workbook = openpyxl.load_workbook(store)
    workbook["入库单"]["H22"] = "BG0001"
    workbook.save(store)
    corrected = houqin(folder, "sync", "--share", str(folder), "--json")
    (folder / "houqin.toml").write_text("broken", "utf-8")
    second = houqin(folder, "demo", str(folder))
    assert second.returncode == 0
    assert corrected.returncode == 3, corrected.stdout
    before, after = (counts_of(told, store.name) for told in (printed, json.loads(corrected.stdout)))
    assert after["accepted"] == 1
    assert after["held"] == before["held"] - 1
    assert after["unchanged"] == before["accepted"]
    assert "第 1 版总账" in second.stdout
    assert "BG000l" in second.stdout
    assert "竹扫把" in second.stdout
    assert f"houqin verify --share {folder}" in second.stdout.replace("'", "")


def counts_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what a run (of ``demo`` or ``sync``) says of the workbook with a file name."""
    workbooks: list[dict[str, Any]] = document.get("sync", document)["workbooks"]
    return next(each for each in workbooks if each["path"].endswith(name))


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """A folder with files that no demo made is refused, and so is a state folder of another school."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "重要.txt").write_text("保留", "utf-8")
    refused = houqin(folder, "demo", str(folder))
    assert refused.returncode == 2
    assert "没有改动" in refused.stderr
    assert [path.name for path in folder.iterdir()] == ["重要.txt"]
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledger.db").touch()
    assert houqin(folder, "demo", str(tmp_path / "new"), "--json").returncode == 2
    assert not (tmp_path / "new").exists()


def test_a_demo_that_is_stopped_amid_starting_anew_may_begin_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever file of the former demo went last, what is left is still known to be a demo's."""
    folder, state = tmp_path / "school", tmp_path / "state"
    monkeypatch.setenv("HOUQIN_STATE", str(state))
    left: list[int] = []

    def stop(event: str, _arguments: tuple[object, ...]) -> None:
        if left and event == "os.remove":
            left[0] -= 1
            if not left[0]:
                left.clear()
                raise KeyboardInterrupt

    sys.addaudithook(stop)
    for removals in range(1, 9):
        for place in (folder, state):
            place.mkdir(exist_ok=True)
            (place / MARKER).touch()
        for number in range(8):
            (state / f"{number}").touch()
        left[:] = [removals]
        with pytest.raises(KeyboardInterrupt):
            prepare(folder, Quiet())
        check_folder(folder)


def test_the_sample_is_the_same_to_the_byte(tmp_path: Path) -> None:
    """Writing the sample twice, in another place or over itself, gives equal files."""
    places = [tmp_path / "first", tmp_path / "second", tmp_path / "second"]
    digests = []
    for place in places:
        written = [*write_sample(place), place / LOCK_FILE]
        digests.append([hashlib.sha256(path.read_bytes()).hexdigest() for path in written])
    assert digests[0] == digests[1] == digests[2]
