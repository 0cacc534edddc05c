"""Histories of a small school in stages: what is saved, and what is run then."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sync.scan import hash_file
from sync.share import Share
from tests.environment import environment
from tests.rule_lines import MASTER as COUNTED_MASTER
from tests.rule_lines import PARAMETERS, goods, issued, received
from tests.rule_lines_counts import approved, code_of, counted, planned_for_month_end, store
from tests.sync.closing import APPROVER, BY, ROLES
from tests.sync.school import MASTER, School, issue, receipt
from tests.test_rule_effects import save
from tests.test_rule_workbooks import configure

BOOK, ISSUES, NEW, COPY = "ZW/库房.xlsx", "ZW/出库.xlsx", "ZW/新.xlsx", "ZW/库房(1).xlsx"
VOID = "作废"
Save = Callable[[School], None]


@dataclass(frozen=True)
class Stage:
    """What departments save, and what is run then."""

    save: Save
    command: str = "sync"
    """``{backup}`` and the like stand for what there is then (``tests.faults.outcomes.Named``)."""
    today: str = "2026-11-22"


@dataclass(frozen=True)
class History:
    """What happens in a school, stage by stage."""

    name: str
    stages: tuple[Stage, ...]
    contested: bool = False
    """Whether there are conflicts, deletions and copies, so that it matters which stages a run sees."""
    registers: tuple[str, ...] = (*MASTER, "stock_receipt", "stock_issue")
    settle: Callable[[School], None] = lambda _school: None
    """Writes the settings."""

    def opened(self, folder: Path) -> School:
        """Return the school with nothing in it yet."""
        school = School(folder)
        self.settle(school)
        return school


def amended(number: int, qty: int) -> dict[str, object]:
    """Return a receipt with another quantity."""
    return receipt(number, qty=qty, amount=f"{qty * 8.5:.2f}", batch_no=f"B{number}")


def bought(*numbers: int) -> list[dict[str, object]]:
    """Return receipts that differ by more than their numbers."""
    return [amended(number, 25) for number in numbers]


def _nothing(_school: School) -> None:
    """Save nothing."""


def _begin(school: School) -> None:
    school.save("ZW/基础资料.xlsx", MASTER)
    school.save(BOOK, {"stock_receipt": bought(*range(1, 8))})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 4)]})


def _amend_and_hold(school: School) -> None:
    school.save(BOOK, {"stock_receipt": [amended(1, 30), *bought(*range(2, 12))]})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 8)]})
    school.save(NEW, {"stock_receipt": [*bought(20), receipt(21, item_code="QJ9999")]})


def _name_the_item(school: School) -> None:
    item = {**MASTER["item_catalogue"][0], "item_code": "QJ9999", "item_name": "新物品"}
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": [*MASTER["item_catalogue"], item]})


def _another_department(school: School) -> None:
    school.save("ST/食堂.xlsx", {"stock_issue": [issue(number, qty=2) for number in (31, 32)]})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 10)]})


def _rename(school: School) -> None:
    school.path(BOOK).rename(school.path("ZW/库房账.xlsx"))
    school.save(ISSUES, {"stock_issue": [issue(1, qty=2), *(issue(number, qty=1) for number in range(2, 10))]})


def _two_sides(school: School) -> None:
    shutil.copyfile(school.path(BOOK), school.path(COPY))
    school.save(COPY, {"stock_receipt": [*bought(1), amended(2, 27), *bought(*range(3, 8))]})
    school.save(BOOK, {"stock_receipt": [*bought(1), amended(2, 26), *bought(*range(4, 9))]})


def _same_number_elsewhere(school: School) -> None:
    school.save("ZW/另一本.xlsx", {"stock_receipt": [amended(4, 99), *bought(30)]})
    school.save(COPY, {"stock_receipt": [*bought(1), amended(2, 27), *bought(5, 6, 7)]})


def _void_and_delete(school: School) -> None:
    lines = [issue(1, qty=1), issue(2, qty=1, remark=VOID), issue(4, qty=1)]
    school.save(ISSUES, {"stock_issue": lines})
    school.path(COPY).unlink()


def _take_away(school: School) -> None:
    school.path(BOOK).unlink()
    shutil.copyfile(school.path("ZW/另一本.xlsx"), school.path("ZW/另一本 - 副本.xlsx"))


def _begin_large(school: School) -> None:
    school.save("ZW/基础资料.xlsx", MASTER)
    school.save(BOOK, {"stock_receipt": bought(*range(1, 8))})
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in range(1, 13)]})


def _contradict(school: School) -> None:
    shutil.copyfile(school.path(BOOK), school.path(COPY))
    school.save(COPY, {"stock_receipt": [*bought(1), amended(2, 27), *bought(*range(3, 8))]})
    school.save(BOOK, {"stock_receipt": [*bought(1), amended(2, 26), *bought(*range(3, 8))]})


def _leave_one_out(school: School) -> None:
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in (1, *range(3, 13))]})


def _leave_most_out(school: School) -> None:
    school.save(ISSUES, {"stock_issue": [issue(number, qty=1) for number in (1, 3, 4)]})


def _by_init(school: School) -> None:
    """Leave even the settings to ``houqin init``."""
    (school.folder / "houqin.toml").unlink()
    (school.folder / "departments").mkdir(exist_ok=True)


def _with_people(school: School) -> None:
    """Say who closes months, and that only the registers of the store are in use."""
    registers = json.dumps([*MASTER, "stock_receipt", "stock_issue", "requisition", "period_close"])
    departments = '[departments]\nZW = { name = "总务处" }\nST = { name = "食堂" }\n'
    text = f'school = "青山小学"\nregisters = {registers}\n{ROLES}\n{departments}\n'
    (school.folder / "houqin.toml").write_text(f"{text}[parameters]\nrequisition_required = false\n", "utf-8")


def _in_december(school: School) -> None:
    """Bring a November row late, change one of the closed month, and begin December."""
    late = receipt(8, qty=2, amount="17.00", batch_no="B8")
    december = receipt(9, doc_no="RK-202612-0001", doc_date="2026-12-01", batch_no="B9")
    school.save(BOOK, {"stock_receipt": [amended(1, 30), *bought(*range(2, 8)), late, december]})


def _planned(school: School) -> None:
    place, item = store(), goods("SP", "食品", "食品", item_code="SP0007", is_fresh="是")
    where = code_of(place)
    bought_at = {"warehouse": where, "unit_price": "23.80"}
    documents = [
        received(item, 60, doc_date="2026-11-01", receipt_kind="期初建账", amount="1428.00", **bought_at),
        issued(item, 24, doc_date="2026-11-20", warehouse=where),
    ]
    save(school, "ZW/原有.xlsx", COUNTED_MASTER)
    plan = planned_for_month_end(where, plan_no="PD-202611-91")
    save(school, BOOK, [place, item, *documents, plan])
    cells = {"sheet_no": "PD-202611-91-01", "line_no": 1, "counted_at": "2026-12-02 10:00"}
    line = counted(plan, item, 35, count2=35, **cells)
    save(school, "ZW/盘点表.xlsx", [line])
    save(school, "ZW/处理表.xlsx", [approved(line, approve_date="2026-12-03", suggestion="报损")])
    for name in ("ZW/盘点表.xlsx", "ZW/处理表.xlsx"):
        school.path(name).rename(school.folder / Path(name).name)


def _handed_in(name: str) -> Save:
    def save_it(school: School) -> None:
        (school.folder / name).rename(school.path(f"ZW/{name}"))

    return save_it


SMOOTH = History(
    "smooth",
    tuple(map(Stage, (_begin, _amend_and_hold, _name_the_item, _another_department, _rename))),
    settle=_with_people,
)
CONTESTED = History(
    "contested",
    tuple(map(Stage, (_begin, _two_sides, _same_number_elsewhere, _void_and_delete, _take_away))),
    contested=True,
    settle=_with_people,
)
_BY = f"--by {BY} --approver {APPROVER}"
CLOSED = History(
    "closed",
    (
        Stage(_begin, today="2026-11-30"),
        Stage(_nothing, f"month close 2026-11 {_BY}", "2026-11-30"),
        Stage(_in_december, today="2026-12-02"),
        Stage(_nothing, "nightly", "2026-12-02"),
        Stage(_nothing, f"month reopen 2026-11 --reason 漏记 {_BY}", "2026-12-02"),
        Stage(_nothing, f"month close 2026-11 {_BY}", "2026-12-02"),
        Stage(_nothing, "nightly", "2026-12-03"),
        Stage(_nothing, "backup", "2026-12-03"),
    ),
    settle=_with_people,
)
COUNTED = History(
    "counted",
    (
        Stage(_planned, today="2026-12-04"),
        Stage(_nothing, "count sheet PD-202611-91 --replace", "2026-12-04"),
        Stage(_handed_in("盘点表.xlsx"), today="2026-12-04"),
        Stage(_handed_in("处理表.xlsx"), today="2026-12-04"),
        Stage(_nothing, "nightly", "2026-12-04"),
    ),
    registers=("stock_receipt", "stock_issue", "stocktake_plan", "stocktake_sheet", "stocktake_result"),
    settle=lambda school: configure(school, **PARAMETERS),
)
RESTORED = History(
    "restored",
    (
        Stage(_begin),
        Stage(_nothing, "backup"),
        Stage(_amend_and_hold),
        Stage(_nothing, "restore {backup} --replace"),
        Stage(_name_the_item),
    ),
    settle=_with_people,
)
DECIDED = History(
    "decided",
    (
        Stage(_begin_large),
        Stage(_contradict),
        Stage(_nothing, "conflicts resolve {conflict} --take theirs --reason 核对"),
        Stage(_leave_one_out),
        Stage(_nothing, "confirm {missing} --reason 重复"),
        Stage(_leave_most_out),
        Stage(_nothing, "confirm {stop} --reason 换页"),
    ),
    contested=True,
    settle=_with_people,
)
FOUNDED = History("founded", (Stage(_nothing, "init {share} --school 青山小学"), Stage(_begin)), settle=_by_init)
HISTORIES = (SMOOTH, CONTESTED, CLOSED, COUNTED, RESTORED, DECIDED, FOUNDED)
ENDED = {"RK": frozenset[str](), "CK": frozenset({"CK-202611-0002", "CK-202611-0003"})}
"""Document numbers that some stage of a history voids or renumbers, by what they begin with."""


@contextlib.contextmanager
def state_of(folder: Path, today: str = "2026-11-22") -> Iterator[None]:
    """Work on a day with the state beside a school's folder."""
    with environment(HOUQIN_STATE=str(folder / "state"), HOUQIN_TODAY=today):
        yield


def school_in(folder: Path) -> School:
    """Return the school that lies in a folder already."""
    school = School.__new__(School)
    school.folder = folder / "school"
    with state_of(folder):
        school.share = Share.open(school.folder)
        assert school.share.state == folder / "state"
    return school


@contextlib.contextmanager
def open_elsewhere(school: Path) -> Iterator[None]:
    """Have somebody look at the master ledger and the volumes in a spreadsheet program."""
    open_now = [path.with_name(f"~${path.name}") for path in (school / "published").rglob("*.xlsx")]
    for lock in open_now:
        lock.write_bytes(b"lock")
    yield
    for lock in open_now:
        lock.unlink()


def written(history: History, folder: Path) -> list[Path]:
    """Write the departments' folders as every stage leaves them and return where they lie."""
    school = history.opened(folder / "school")
    places = []
    for number, stage in enumerate(history.stages):
        stage.save(school)
        places.append(folder / f"stage{number}")
        shutil.copytree(school.folder / "departments", places[-1])
    return places


def saved(stage: Path, folder: Path) -> None:
    """Bring the departments' folders of a school to a stage: renames, replacements and deletions, whatever lay there.

    Each is one step, so that a daemon may look on.
    """
    departments = folder / "school" / "departments"
    there = {path.relative_to(departments): path for path in departments.rglob("*.xlsx")}
    wanted = {path.relative_to(stage): path for path in sorted(stage.rglob("*.xlsx"))}
    by_hash = {hash_file(path)[0]: name for name, path in there.items() if name not in wanted}
    for name, path in wanted.items():
        target = departments / name
        target.parent.mkdir(parents=True, exist_ok=True)
        former = by_hash.get(hash_file(path)[0])
        if name not in there and former is not None:
            there.pop(former).rename(target)
        elif name not in there or hash_file(target) != hash_file(path):
            beside = target.with_name("8F2A1B00.tmp")
            shutil.copy2(path, beside)
            beside.replace(target)
    for name in there.keys() - wanted.keys():
        there[name].unlink()
