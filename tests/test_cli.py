"""The command line as scripts see it: exit codes, and one JSON document on standard output."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sync.cli import COMMANDS, main
from sync.lock import writer_lock
from tests.command_line import ROOT, Answer, houqin, houqin_itself
from tests.sync.school import MASTER, School, issue, receipt

HELD_RECEIPT = receipt(2, amount="99.00")
COUNTS = ("accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")


@dataclass(frozen=True)
class Merged:
    """A share that was merged once; nobody changes it."""

    share: Path
    state: Path
    told: Mapping[str, Any]
    code: int

    def ask(self, command: str, *arguments: object) -> Answer:
        """Run one command on it with ``--json``."""
        return houqin(command, *arguments, "--share", self.share, "--json", state=self.state)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Merged:
    """Return a share with one receipt in the books and one receipt and one issue held."""
    folder = tmp_path_factory.mktemp("cli")
    school = School(folder / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    rows = {"stock_receipt": [receipt(), HELD_RECEIPT], "stock_issue": [issue(qty=100)]}
    school.save("ZW/库房.xlsx", rows)
    state = folder / "state"
    done = houqin_itself("sync", "--share", school.folder, "--json", state=state, HOUQIN_TODAY="2026-11-22")
    return Merged(school.folder, state, done.json(), done.code)


def book(told: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return one workbook of a run's document."""
    found: dict[str, Any] = next(each for each in told["workbooks"] if each["path"].endswith(name))
    return found


# start and usage


def test_help_lists_the_commands() -> None:
    """``houqin --help`` names every command and ends well."""
    told = houqin_itself("--help")
    assert told.code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in told.out] == []


def test_help_is_cheap() -> None:
    """``houqin --help`` loads none of the large libraries."""
    command = [sys.executable, "-X", "importtime", "-m", "sync.cli", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "click" in loaded
    assert loaded & {"polars", "pandera", "openpyxl", "xlsxwriter", "sqlalchemy", "pydantic", "rich", "jinja2"} == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["rows"],
        ["rows", "stock_receipt"],
        ["sync", "--sideways"],
        ["status", "--lang", "fr"],
        ["template", "stock_receipt"],
        ["template", "no_such_register", "-o", "x.xlsx"],
        ["validate"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments: list[str]) -> None:
    """A command that cannot be understood gives one error document and exit code 2."""
    told = houqin(*arguments, "--json", HOUQIN_SHARE="")
    assert told.code == 2
    assert told.error() == "USAGE"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_an_interrupted_command_says_so(tmp_path: Path) -> None:
    """Ctrl-C gives one error document as well, and exit code 130."""
    os.mkfifo(tmp_path / "houqin.toml")

    def interrupted(*_told: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    told = houqin("status", "--share", tmp_path, "--json")
    signal.signal(signal.SIGALRM, before)
    assert (told.code, told.error()) == (130, "INTERRUPTED")


def test_without_an_output_a_command_goes_on() -> None:
    """A command that was started without a standard output does what it does."""
    with redirect_stdout(None):
        with pytest.raises(SystemExit) as left:
            main(["registers"])
        sys.stdout.close()
    assert left.value.code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_an_output_on_a_full_disk_is_told_in_a_sentence() -> None:
    """What cannot be written on standard output stands on standard error, and the exit code remains."""
    command = [sys.executable, "-m", "sync.cli", "nonsense", "--json"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False, encoding="utf-8")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="no such pipes here")
@pytest.mark.parametrize("arguments", [["registers"], ["registers", "--json"], ["rows", "--help"]])
def test_a_reader_that_leaves_early(arguments: list[str]) -> None:
    """Where nobody reads the output any more, a command ends without a word and with its own exit code."""
    command = [sys.executable, "-m", "sync.cli", *arguments]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as unread:
        done = subprocess.run(command, cwd=ROOT, stdout=unread, stderr=subprocess.PIPE, check=False, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


def test_wrong_usage_for_people() -> None:
    """Without ``--json`` the error stands on standard error and nothing on standard output."""
    told = houqin_itself("rows", "stock_receipt", HOUQIN_SHARE="")
    assert (told.code, told.out) == (2, "")
    assert "--share" in told.err


@pytest.mark.parametrize("command", ["sync", "status", "verify"])
def test_no_share_there(command: str, tmp_path: Path) -> None:
    """A folder without houqin.toml is refused with exit code 2, in one sentence that names it."""
    told = houqin(command, "--share", tmp_path / "nowhere", "--json")
    assert told.code == 2
    assert told.error() == "CONFIG"
    assert "houqin.toml" in told.json()["error"]["message"]


def test_every_mistake_in_the_settings_is_named(tmp_path: Path) -> None:
    """A wrong houqin.toml stops the command with exit code 2 and every wrong setting."""
    (tmp_path / "houqin.toml").write_text('school = 5\nlanguage = "fr"\nmistake = 1\n', encoding="utf-8")
    told = houqin("sync", "--share", tmp_path, "--json", "--lang", "en")
    assert told.code == 2
    message = told.json()["error"]["message"]
    assert [name for name in ("school", "language", "mistake") if name not in message] == []


def test_the_share_may_come_from_the_environment(merged: Merged) -> None:
    """``HOUQIN_SHARE`` stands for ``--share``."""
    told = houqin_itself("status", "--json", state=merged.state, HOUQIN_SHARE=str(merged.share))
    assert told.code == 0
    assert told.json()["school"] == "青山小学"


@pytest.mark.parametrize("command", ["sync", "watch", "rows stock_issue"])
def test_a_state_folder_that_cannot_be_used(merged: Merged, tmp_path: Path, command: str) -> None:
    """Where the state folder cannot be made there is no ledger to reach: exit code 4."""
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    told = houqin(*command.split(), "--share", merged.share, "--json", state=tmp_path / "state")
    assert (told.code, told.error()) in {(4, "STATE-UNUSABLE"), (4, "LEDGER-UNREACHABLE")}


# before there is a ledger


def test_registers() -> None:
    """``registers`` lists each with id, titles, group, department, key and columns."""
    told = houqin("registers", "--json")
    assert told.code == 0
    found = {each["id"]: each for each in told.json()}
    register = found["stock_receipt"]
    assert (register["title"], register["title_en"], register["department"]) == ("入库单", "Goods receipt", "ZW")
    assert register["key"] == ["doc_no", "line_no"]
    columns = {column["name"]: column for column in register["columns"]}
    assert columns["qty"] | {"name": "qty", "title": "数量", "type": "qty", "required": "R"} == columns["qty"]


def test_registers_of_a_share(merged: Merged) -> None:
    """With a share, ``registers`` lists those in use there."""
    told = merged.ask("registers")
    assert told.code == 0
    assert "stock_receipt" in {each["id"] for each in told.json()}


def test_init(tmp_path: Path) -> None:
    """``init`` makes settings, folders and templates, and leaves alone what is there."""
    share = tmp_path / "share"
    first = houqin("init", share, "--school", "青山小学", "--json")
    assert first.code == 0
    assert {"houqin.toml", "departments/ZW", "templates/总务处台账.xlsx"} <= set(first.json()["created"])
    again = houqin("init", share, "--json")
    assert (again.code, again.json()["created"]) == (0, [])
    assert 'school = "青山小学"' in (share / "houqin.toml").read_text(encoding="utf-8")


def test_template(tmp_path: Path) -> None:
    """``template`` writes a workbook that ``validate`` finds the register in, without a mistake."""
    path = tmp_path / "入库单.xlsx"
    told = houqin("template", "入库单", "-o", path, "--json")
    assert (told.code, told.json()["registers"]) == (0, ["stock_receipt"])
    checked = houqin("validate", path, "--json")
    assert checked.code == 0
    assert [each["id"] for each in checked.json()["workbooks"][0]["registers"]] == ["stock_receipt"]


def test_template_of_a_department(tmp_path: Path) -> None:
    """``template`` with a department's code bundles the registers that it writes."""
    told = houqin("template", "st", "-o", tmp_path / "食堂台账.xlsx", "--json")
    assert told.code == 0
    assert {"stock_receipt", "stock_issue"} <= set(told.json()["registers"])


# validate


def test_validate_without_a_mistake(tmp_path: Path) -> None:
    """A workbook without a mistake is ok, with exit code 0 and the rules that were left out."""
    path = School(tmp_path / "share").save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    told = houqin("validate", path, "--json")
    assert told.code == 0
    document = told.json()
    assert document["ok"] is True
    assert [each["severity"] for each in document["workbooks"][0]["findings"] if each["severity"] == "error"] == []
    assert document["workbooks"][0]["registers"] == [{"id": "stock_receipt", "sheet": "入库单", "rows": 1}]
    left_out = {(rule["code"], rule["register"], rule["needs"]) for rule in document["rules_left_out"]}
    assert ("PERSON-UNKNOWN", "stock_receipt", "staff_roster") in left_out


def test_validate_with_mistakes(tmp_path: Path) -> None:
    """Mistakes are findings at their cells with exit code 1, and ``--marked`` writes a copy that shows them."""
    path = School(tmp_path / "share").save("ZW/库房.xlsx", {"stock_receipt": [HELD_RECEIPT]})
    marked = tmp_path / "marked.xlsx"
    told = houqin("validate", path, "--marked", marked, "--json", "--lang", "en")
    assert told.code == 1
    assert told.json()["ok"] is False
    found = next(each for each in told.json()["workbooks"][0]["findings"] if each["code"] == "RCP-03")
    fields = {"severity", "sheet", "cell", "row", "register", "field", "key", "value", "message", "hint", "code"}
    assert set(found) == fields
    assert (found["severity"], found["sheet"], found["cell"], found["row"]) == ("error", "入库单", "M4", 4)
    assert (found["register"], found["field"], found["key"]) == ("stock_receipt", "amount", ["RK-202611-0002", "1"])
    assert "212.50" in found["message"]
    assert marked.is_file()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (None, "gone.xlsx", "FILE-MISSING"),
        (b"", "empty.xlsx", "FILE-EMPTY"),
        (b"PK\x03\x04 cut off", "cut.xlsx", "FILE-CORRUPT"),
        (b"%PDF-1.7", "scan.pdf", "FILE-TYPE"),
        ("<table><tr><td>今天</td></tr></table>".encode(), "notes.xls", "FILE-NO-REGISTER"),
    ],
)
def test_validate_what_cannot_be_read(content: bytes | None, name: str, code: str, tmp_path: Path) -> None:
    """A file that cannot be read, or holds no register, is a finding ``FILE-…`` with exit code 5."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    told = houqin("validate", path, "--json")
    assert told.code == 5
    assert told.json()["ok"] is False
    errors = [each["code"] for each in told.json()["workbooks"][0]["findings"] if each["severity"] == "error"]
    assert errors == [code]


def test_validate_in_a_share(merged: Merged) -> None:
    """With a share the rows are checked against its ledger, and rows in it that did not change are no error."""
    told = merged.ask("validate", merged.share / "departments/ZW/库房.xlsx")
    assert told.code == 1
    codes = {each["code"] for each in told.json()["workbooks"][0]["findings"] if each["severity"] == "error"}
    assert codes == {"RCP-03", "ISS-01"}


# sync and what it leaves


def test_sync_accounts_for_every_row(merged: Merged) -> None:
    """``sync`` says of each workbook what became of its rows; held rows give exit code 3."""
    assert merged.code == 3
    assert merged.told["revision"] == 1
    store = book(merged.told, "库房.xlsx")
    assert (store["department"], store["status"]) == ("ZW", "partly")
    assert {name: store[name] for name in ("read", "accepted", "held")} == {"read": 3, "accepted": 1, "held": 2}
    for each in merged.told["workbooks"]:
        assert each["read"] == sum(each[name] for name in COUNTS)
    assert "published/总账.xlsx" in merged.told["published"]
    assert [path for path in merged.told["published"] if not (merged.share / path).is_file()] == []


def test_sync_without_a_mistake(tmp_path: Path) -> None:
    """A run in which every row was taken ends with exit code 0; the next one changes nothing."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    assert houqin("sync", "--share", school.folder, "--json").code == 0
    again = houqin("sync", "--share", school.folder, "--json")
    assert again.code == 0
    assert (again.json()["revision"], again.json()["published"]) == (1, [])


def test_sync_with_a_damaged_file(tmp_path: Path) -> None:
    """A damaged file gives exit code 5; the workbooks beside it are taken."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    school.path("ZW/坏.xlsx").write_bytes(b"PK\x03\x04 cut off")
    told = houqin("sync", "--share", school.folder, "--json")
    assert told.code == 5
    assert book(told.json(), "坏.xlsx")["status"] == "damaged"
    assert book(told.json(), "基础资料.xlsx")["accepted"] == sum(map(len, MASTER.values()))


def test_sync_with_held_rows_in_another_workbook(tmp_path: Path) -> None:
    """Rows that another workbook had held before are tried again beside the rows of a changed one."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    school.save("ZW/一库.xlsx", {"stock_issue": [issue()]})
    assert houqin("sync", "--share", school.folder, "--json").code == 3
    school.save("ZW/二库.xlsx", {"stock_receipt": [receipt()], "stock_issue": [issue(2)]})
    told = houqin("sync", "--share", school.folder, "--json")
    assert told.code == 0
    assert [book(told.json(), name)["accepted"] for name in ("一库.xlsx", "二库.xlsx")] == [1, 2]


def test_a_refused_register_is_not_in_the_books(tmp_path: Path) -> None:
    """Rows of a register that the department may not write are held, in the run and in every status after it."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    school.save("TS/图书室.xlsx", {"stock_receipt": [receipt()]})
    told = houqin("sync", "--share", school.folder, "--json")
    assert (told.code, book(told.json(), "图书室.xlsx")["held"]) == (3, 1)
    stands = book(houqin("status", "--share", school.folder, "--json").json(), "图书室.xlsx")
    assert (stands["in_ledger"], stands["held"], stands["status"]) == (0, 1, "held")
    assert book(houqin("sync", "--share", school.folder, "--json").json(), "图书室.xlsx")["held"] == 1


def test_a_missing_row_is_withdrawn_by_its_remark(tmp_path: Path) -> None:
    """A row that left its workbook counts until it is put back with 作废 in its remark, as its hint says."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    for rows in ([receipt(), receipt(2)], [receipt()], [receipt(), receipt(2, remark="作废")]):
        school.save("ZW/库房.xlsx", {"stock_receipt": rows})
        houqin("sync", "--share", school.folder, "--json")
    told = houqin("rows", "stock_receipt", "--status", "all", "--share", school.folder, "--json").json()
    assert [(row["doc_no"], row["_status"]) for row in told] == [
        ("RK-202611-0001", "accepted"),
        ("RK-202611-0002", "withdrawn"),
    ]


def test_a_file_that_cannot_be_looked_at_has_its_path(tmp_path: Path) -> None:
    """A file that is refused before it is opened is named by its path below the share, like every other."""
    school = School(tmp_path / "share")
    (school.folder / "departments/ZW").mkdir(parents=True, exist_ok=True)
    (school.folder / "departments/ZW/外.xlsx").symlink_to(tmp_path / "外.xlsx")
    (tmp_path / "外.xlsx").write_bytes(b"PK")
    told = houqin("sync", "--share", school.folder, "--json").json()
    assert [(each["path"], each["status"]) for each in told["workbooks"]] == [("departments/ZW/外.xlsx", "damaged")]


def test_sync_while_another_writes(tmp_path: Path) -> None:
    """While another program writes the ledger, ``sync`` ends with exit code 4."""
    school = School(tmp_path / "share")
    with writer_lock(school.share.state):
        told = houqin("sync", "--share", school.folder, "--json")
    assert told.code == 4
    assert told.error() == "WRITER-BUSY"


@pytest.mark.parametrize("command", [["sync"], ["rows", "stock_receipt"], ["status"], ["verify"]], ids=" ".join)
def test_no_ledger(command: list[str], tmp_path: Path) -> None:
    """A ledger that cannot be opened gives exit code 4 and one error document."""
    school = School(tmp_path / "share")
    state = tmp_path / "broken"
    state.mkdir()
    (state / "ledger.db").write_bytes(b"this is no database, whatever its name says\n" * 100)
    told = houqin(*command, "--share", school.folder, "--json", state=state)
    assert told.code == 4
    assert told.error() == "LEDGER-UNREACHABLE"


def test_rows(merged: Merged) -> None:
    """``rows`` gives the fields, exact decimals as strings, status, source and revision."""
    told = merged.ask("rows", "stock_receipt")
    assert told.code == 0
    assert len(told.json()) == 1
    row = told.json()[0]
    assert (row["doc_no"], row["line_no"], row["doc_date"]) == ("RK-202611-0001", 1, "2026-11-02")
    assert (row["qty"], row["unit_price"], row["amount"]) == ("25.000", "8.5000", "212.50")
    assert (row["_status"], row["_revision"]) == ("accepted", 1)
    source = row["_source"]
    assert (source["workbook"], source["sheet"], source["row"]) == ("ZW/库房.xlsx", "入库单", 4)
    assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"])


@pytest.mark.parametrize(("moment", "count"), [("0", 0), ("1", 1), ("2020-01-01", 0), ("2100-01-01T08:00", 1)])
def test_rows_as_of(merged: Merged, moment: str, count: int) -> None:
    """``rows --as-of`` gives the rows as they were at a revision or a moment."""
    assert len(merged.ask("rows", "stock_receipt", "--as-of", moment).json()) == count


def test_rows_as_of_nothing(merged: Merged) -> None:
    """What is neither a revision nor a moment is wrong usage."""
    told = merged.ask("rows", "stock_receipt", "--as-of", "yesterday")
    assert (told.code, told.error()) == (2, "USAGE")


def test_rows_held(merged: Merged) -> None:
    """``rows --status held`` gives the rows that wait, with the codes of why."""
    told = merged.ask("rows", "stock_receipt", "--status", "held").json()
    assert [(row["doc_no"], row["amount"], row["_status"]) for row in told] == [("RK-202611-0002", "99.00", "held")]
    assert "RCP-03" in told[0]["_findings"]


def test_history(merged: Merged) -> None:
    """``history`` gives the versions of a row, and asks for every part of the key."""
    told = merged.ask("history", "stock_receipt", "rk-202611-0001", "1")
    assert told.code == 0
    assert [(row["_revision"], row["_until"], row["qty"]) for row in told.json()] == [(1, None, "25.000")]
    short = merged.ask("history", "stock_receipt", "RK-202611-0001")
    assert (short.code, short.error()) == (2, "USAGE")


@pytest.mark.parametrize(
    ("cell", "outcome", "code"),
    [("入库单!G4", "unchanged", None), ("入库单!M5", "held", "RCP-03"), ("入库单!A9", "no row", None)],
)
def test_why(merged: Merged, cell: str, outcome: str, code: str | None) -> None:
    """``why`` says what became of the row of a cell, with the findings that hold it."""
    told = merged.ask("why", "departments/ZW/库房.xlsx", cell)
    assert told.code == 0
    answer = told.json()[0]
    assert answer["outcome"] == outcome
    errors = [each["code"] for each in answer["findings"] if each["severity"] == "error"]
    assert errors == ([code] if code else [])


def test_why_by_the_name_that_rows_give(merged: Merged) -> None:
    """A workbook may be named as ``_source.workbook`` of ``rows`` does: by department and path below its folder."""
    source = merged.ask("rows", "stock_receipt").json()[0]["_source"]
    told = merged.ask("why", source["workbook"], f"{source['sheet']}!A{source['row']}")
    assert [answer["outcome"] for answer in told.json()] == ["unchanged"]


def test_two_months_at_once(merged: Merged) -> None:
    """A month as argument and another one as option is wrong usage; the same one twice is not."""
    told = merged.ask("month", "trial", "2026-11", "--month", "2026-12")
    assert (told.code, told.error()) == (2, "USAGE")
    assert merged.ask("month", "trial", "2026-11", "--month", "2026-11").code != 2


def test_bank_without_a_journal(merged: Merged) -> None:
    """Where there is nothing to compare, the text says so."""
    told = houqin("bank", "reconcile", "--share", merged.share, state=merged.state)
    assert "没有银行存款日记账" in told.out


def test_why_not_a_cell(merged: Merged) -> None:
    """What is not a cell is wrong usage."""
    told = merged.ask("why", "departments/ZW/库房.xlsx", "第五行")
    assert (told.code, told.error()) == (2, "USAGE")


def test_why_in_a_sheet_that_is_not_there(merged: Merged) -> None:
    """A sheet that the workbook does not have is wrong usage, and those that it has are named."""
    told = merged.ask("why", "departments/ZW/库房.xlsx", "没有这张表!G5")
    assert (told.code, told.error()) == (2, "USAGE")
    assert all(each in told.json()["error"]["message"] for each in ("没有这张表", "入库单", "出库单"))


NOT_TEXT = os.fsdecode(b"\xff")
"""What an argument holds that was typed in another encoding than UTF-8."""


@pytest.mark.parametrize("command", ["history stock_receipt {}", "why {}.xlsx G5", "count differences {}", "status"])
def test_an_argument_that_is_no_text(merged: Merged, command: str) -> None:
    """What is not valid UTF-8 is wrong usage, in an argument or a variable of the program, in one sentence."""
    state = merged.state if "{}" in command else Path(NOT_TEXT)
    told = houqin(*command.format(NOT_TEXT).split(), "--share", merged.share, "--json", state=state)
    assert (told.code, told.error()) == (2, "USAGE")
    assert "UTF-8" in told.json()["error"]["message"]


@pytest.mark.parametrize("there", [True, False])
def test_validate_tells_of_a_name_that_is_no_text(there: bool, merged: Merged, tmp_path: Path) -> None:  # noqa: FBT001
    """``validate`` answers for a file of such a name as for every file that it cannot read."""
    names = [tmp_path / f"{NOT_TEXT}{number}.xlsx" for number in range(2)]
    for name in names if there else []:
        shutil.copy(merged.share / "departments/ZW/库房.xlsx", name)
    told = houqin("validate", *names, "--share", merged.share, "--json", state=merged.state)
    assert told.code == 5
    assert [[each["code"] for each in book["findings"]] for book in told.json()["workbooks"]] == [["FILE-NAME"]] * 2


def test_validate_does_not_take_missing_files_for_equal_ones(tmp_path: Path) -> None:
    """Of two files that are not there neither is a copy of the other."""
    told = houqin("validate", tmp_path / "甲.xlsx", tmp_path / "乙.xlsx", "--json")
    assert [[each["code"] for each in book["findings"]] for book in told.json()["workbooks"]] == [["FILE-MISSING"]] * 2


@pytest.mark.parametrize(
    "command",
    ["backup -o {1}", "export stock_issue -o {1}", "template stock_issue -o {0}", "validate {0} --marked {0}"],
)
def test_no_command_writes_among_the_workbooks_of_departments(merged: Merged, command: str) -> None:
    """Where a department keeps its own workbooks nothing is written over, and only new workbooks are put."""
    book = merged.share / "departments/ZW/库房.xlsx"
    before = book.read_bytes()
    told = merged.ask(*command.format(book, book.with_name("新.xlsx")).split())
    assert (told.code, told.error()) == (2, "USAGE")
    assert book.read_bytes() == before
    assert not book.with_name("新.xlsx").exists()


def test_history_of_a_row_that_never_was(merged: Merged) -> None:
    """Who asks for a row that was never taken is told so, and where rows stand that wait; scripts get none."""
    key = ("history", "stock_receipt", "RK-202611-9999", "1")
    assert merged.ask(*key).json() == []
    told = houqin(*key, "--share", merged.share, state=merged.state)
    assert told.code == 0
    assert all(each in told.out for each in ("RK-202611-9999 / 1", "从未入账", "--status held"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("command", "state"),
    [
        ("status", "/dev/null/state"),
        ("sync", "/dev/null/state"),
        ("export stock_issue -o /dev/null/x.csv", ""),
        ("export stock_issue -o {open}", ""),
    ],
)
def test_what_the_system_refuses_is_told_in_the_language_asked_for(
    command: str, state: str, language: str, merged: Merged, tmp_path: Path
) -> None:
    """Neither the system's English stands in a Chinese sentence, nor ours in an English one."""
    (tmp_path / "~$x.xlsx").touch()
    arguments = command.format(open=tmp_path / "x.xlsx").split()
    told = houqin(*arguments, "--share", merged.share, "--lang", language, state=Path(state or merged.state))
    assert told.code in {4, 5}
    said = told.err.replace(str(tmp_path), "")
    foreign = r"Errno|directory|[一-鿿]" if language == "en" else r"[A-Za-z]{2,} [A-Za-z]{2,}"
    assert re.findall(foreign, said.removeprefix("houqin: ")) == []


def test_status(merged: Merged) -> None:
    """``status`` says how every workbook stands, what waits and which rules are off."""
    told = merged.ask("status")
    assert told.code == 0
    document = told.json()
    assert (document["revision"], document["held"], document["conflicts"], document["missing"]) == (1, 2, 0, 0)
    store = book(document, "库房.xlsx")
    assert (store["status"], store["read"], store["in_ledger"], store["held"]) == ("partly", 3, 1, 2)
    assert "X-12" in {rule["code"] for rule in document["rules_off"]}


def test_a_backup_that_is_not_there(merged: Merged, tmp_path: Path) -> None:
    """A file that is not there is told in the reader's language, and ends with 5."""
    for language, words in (("--lang=zh", "找不到"), ("--lang=en", "not found")):
        answer = merged.ask("restore", tmp_path / "gone.zip", language)
        assert (answer.code, answer.error()) == (5, "FILE")
        assert f"gone.zip: {words}" in answer.json()["error"]["message"]


def test_verify(merged: Merged) -> None:
    """A ledger that nobody altered is whole, also by the digest on its published cover."""
    told = merged.ask("verify")
    assert (told.code, told.json()["ok"], told.json()["problems"]) == (0, True, [])
    assert merged.ask("verify", "--head", told.json()["digest"]).code == 0
    other = merged.ask("verify", "--head", "0" * 63 + "1")
    assert (other.code, other.json()["ok"]) == (1, False)


def test_verify_after_tampering(merged: Merged, tmp_path: Path) -> None:
    """A number that was changed in the database is found, with revision, table and exit code 1."""
    state = tmp_path / "tampered"
    shutil.copytree(merged.state, state)
    connection = sqlite3.connect(state / "ledger.db")
    connection.execute("UPDATE reg_stock_receipt SET qty = qty + 1000")
    connection.commit()
    connection.close()
    told = houqin("verify", "--share", merged.share, "--json", state=state)
    assert told.code == 1
    document = told.json()
    assert document["ok"] is False
    assert {(each["revision"], each["table"]) for each in document["problems"]} == {(1, "reg_stock_receipt")}


def test_doctor(merged: Merged) -> None:
    """``doctor`` lists what it looked at; folders that are missing are a warning, not an error."""
    told = merged.ask("doctor")
    assert told.code == 0
    found = {each["check"]: each for each in told.json()}
    assert {"python", "packages", "departments", "state", "ledger", "clock", "disk"} <= set(found)
    assert (found["departments"]["state"], found["ledger"]["state"]) == ("warning", "ok")


def test_doctor_finds_state_in_the_share(merged: Merged) -> None:
    """A state folder inside the share is an error: exit code 1."""
    told = houqin("doctor", "--share", merged.share, "--json", state=merged.share / "published" / "state")
    assert told.code == 1
    assert "state" in {each["check"] for each in told.json() if not each["ok"]}


@pytest.mark.parametrize("command", ["status", "sync", "verify", "doctor"])
def test_english_for_people(merged: Merged, command: str) -> None:
    """With ``--lang en`` what people read is English but for the school's own names."""
    told = houqin(command, "--share", merged.share, "--lang", "en", state=merged.state, HOUQIN_TODAY="2026-11-22")
    assert told.err == ""
    own = re.compile(r"青山小学|departments/\S+|/\S+|入库单|出库单\(领用登记\)|\S*\.xlsx")
    assert [line for line in told.out.splitlines() if re.search(r"[一-鿿，。：；、（）]", own.sub("", line))] == []


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (["validate"], "缺少参数 FILES...", "Missing argument"),
        (["sync", "--fulll"], "没有选项 --fulll（是不是 --full", "No such option"),
        (["status", "--lang", "fr"], "选项 --lang 不对，可选：zh、en", "'fr' is not one of"),
        (["conflicts", "resolve", "C1", "--take"], "选项 --take", "requires an argument"),
        (["nonsense"], "没有命令 nonsense", "No such command"),
        (["doctor", "eins"], "多写或少写", "unexpected extra argument"),
        (["doctor", "没有"], "多写或少写", "unexpected extra argument"),
        (["没有"], "没有命令 没有", "No such command"),
        (["status", "--share", __file__], "选项 --share 不对，要求是文件夹", "is a file"),
        (["confirm", ""], "编号不能为空", "An id is empty"),
        (["stock", "summary", "--month", "2026-13"], "“2026-13”不是月份，如 2026-11", "Not a month such as 2026-11"),
        (["month", "close", "十二月"], "“十二月”不是月份，如 2026-11", "Not a month such as 2026-11"),
        (["stock", "balance", "--as-of", "2026-02-30"], "要求是日期，如 2026-11-22", "does not match"),
    ],
    ids=lambda case: " ".join(case) if isinstance(case, list) else None,
)
def test_wrong_usage_is_told_in_both_languages(
    arguments: list[str], chinese: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who mistypes a command reads in Chinese and in English what is wrong with it."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    told = capsys.readouterr()
    assert (left.value.code, told.out) == (2, "")
    assert chinese in told.err
    assert english in told.err


def test_validate_takes_a_file_that_is_named_twice_once(tmp_path: Path) -> None:
    """A file named twice on the command line doubles none of its rows."""
    path = School(tmp_path / "share").save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    told = houqin("validate", path, path.parent / ".." / "ZW" / path.name, "--json", HOUQIN_SHARE="")
    (found,) = told.json()["workbooks"]
    assert told.code == 0
    assert [each["code"] for each in found["findings"] if each["code"] in ("KEY-DUP", "RCP-01", "IMP-01")] == []


@pytest.mark.parametrize("target", ["没有/副本.xlsx", "副本.txt"])
def test_validate_refuses_a_marked_copy_that_cannot_be(target: str, tmp_path: Path) -> None:
    """A place where no marked copy can be written is told before anything is checked, in both languages."""
    path = School(tmp_path / "share").save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    told = houqin("validate", path, "--marked", tmp_path / target, HOUQIN_SHARE="")
    assert (told.code, told.out) == (2, "")
    assert "marked" in told.err
    assert "标注副本" in told.err or "不存在" in told.err
