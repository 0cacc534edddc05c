"""Every rule of the registers through real workbooks, by ``validate`` and by ``sync``, at the right cell."""

from __future__ import annotations

import importlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from schemas.findings import Finding
from schemas.register import all_registers
from schemas.row_check import reader_codes, rules_in_force
from schemas.rules import Facts
from sync.commands.rows import listed
from sync.commands.status import command as status
from sync.preview import preview_in_share
from sync.share import Share
from tests.rule_cases import Case
from tests.rule_lines import MASTER, PARAMETERS, ROLES, WOULD_BREAK, Line
from tests.shared import made_by_one
from tests.sync.school import POOL, School

ORACLE = [
    each
    for each in json.loads((Path(__file__).parent / "oracles" / "registers.json").read_text("utf-8"))
    if each["id"] in all_registers()
]


def all_cases() -> Iterator[Case]:
    """Yield what the functions named ``…_cases`` of the modules ``rule_cases*.py`` beside this one return."""
    for path in sorted(Path(__file__).parent.glob("rule_cases*.py")):
        module = importlib.import_module(f"tests.{path.stem}")
        for name, make in vars(module).items():
            if name.endswith("_cases") and make.__module__ == module.__name__:
                yield from make()


def by_workbook(case: Case) -> bool:
    """Tell whether workbooks can state the rows of a case.

    What the program writes itself comes from none: closes are judged in ``tests/sync/test_month_close.py`` and
    ``tests/schemas/test_asset_rules.py``.
    """
    lines = (*case.before, *case.wrong, *case.right)
    return all(all_registers()[line.register].is_written() for line in lines)


ALL_CASES = tuple(all_cases())
CASES = tuple(case for case in ALL_CASES if by_workbook(case))
WORKBOOK = "ZW/登记.xlsx"
SEVERITIES = {"E": "error", "W": "warning"}

Place = tuple[str, int]
"""Sheet and worksheet row."""
Told = set[tuple[str, str, str]]
"""Code, severity and cell."""


Key = tuple[str, ...]
"""Register and business key."""


def _entry_no(cells: Mapping[str, object]) -> str:
    """Return what names a line of a bank's statement: serial number, what moved, and the balance."""
    moved = Decimal(str(cells.get("income") or 0)) - Decimal(str(cells.get("expense") or 0))
    said = (cells.get("serial_no"), f"{moved:.2f}", f"余{cells.get('balance')}")
    return " ".join(str(each) for each in said if each is not None)


def key_of(line: Line) -> Key:
    """Return the register and the business key of a row."""
    known = {"year": str(line.cells.get("date", ""))[:4], "entry_no": _entry_no(line.cells), **line.cells}
    return (line.register, *(str(known.get(name)) for name in all_registers()[line.register].key))


@dataclass
class Book:
    """What one version of the workbook says: rows by register, and which worksheet row each case stands in."""

    lines: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def put(self, line: Line) -> Place:
        """Add a row and return its place."""
        register = all_registers()[line.register]
        self.lines[line.register].append(line)
        return register.title.replace("/", "_"), 3 + len(self.lines[line.register])

    def save(self, school: School) -> Path:
        """Write the workbook, registers in their order."""
        rows = {name: [line.cells for line in self.lines[name]] for name in all_registers() if name in self.lines}
        return school.save(WORKBOOK, rows)


def configure(school: School, **parameters: str) -> None:
    """Write roles and parameters (as TOML) into houqin.toml, as an admin would; ZW may write everything."""
    path = school.folder / "houqin.toml"
    chosen = "\n".join(f"{name} = {value}" for name, value in parameters.items())
    roles = "\n".join(f"{role} = {json.dumps(people)}" for role, people in ROLES.items())
    text = path.read_text("utf-8").replace("[parameters]", f"[parameters]\n{chosen}\n")
    named = 'ZW = { name = "总务处"'
    text = text.replace(f"{named} }}", f"{named}, registers = {json.dumps(list(all_registers()))} }}")
    path.write_text(f"{text}\n[roles]\n{roles}\n", "utf-8")


def headers(path: Path) -> dict[str, dict[str, str]]:
    """Return sheet to header to column letters, as the written file has them."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: {str(cell.value): cell.column_letter for cell in sheet[3] if cell.value is not None}
        for sheet in book.worksheets
    }


def told_by(findings: Iterable[Mapping[str, Any]]) -> dict[Place, Told]:
    """Return what was found at each worksheet row."""
    found: dict[Place, Told] = defaultdict(set)
    for each in findings:
        found[each["sheet"], each["row"]].add((each["code"], each["severity"], each["cell"]))
    return dict(found)


@dataclass
class Trial:
    """A school after both runs: what was said in each, and where the rows of every case stand."""

    small: bool
    first: list[dict[str, Any]]
    """What was said before anything was wrong."""
    validated: list[Finding]
    synced: dict[str, Any]
    """The second run's document of the workbook."""
    letters: dict[str, dict[str, str]]
    """Sheet to header to column letters."""
    wrong: list[list[Place]]
    right: list[list[Place]]
    accepted: set[Key]
    held: set[Place]
    resting: dict[str, str]
    """Code to reason of the rules that ``houqin status`` lists as off."""

    @cached_property
    def told(self) -> dict[Place, Told]:
        """Return what the run found at each worksheet row."""
        return told_by(self.synced["findings"])

    def expected(self, case: Case, place: Place) -> Told:
        """Return what has to be said about a marked row of a case."""
        register = all_registers()[case.register]
        severity = case.small if self.small and case.small else case.severity
        if severity == "-":
            return set()
        cells = [(case.code, severity, case.at), *case.also]
        letters = self.letters[place[0]]
        return {
            (code, SEVERITIES[letter], f"{letters[register.column(name).title]}{place[1]}")
            for code, letter, name in cells
        }


def put_case(book: Book, case: Case) -> tuple[list[Place], list[Place]]:
    """Add the rows of a case, each in place of its earlier version, and return where the wrong and right ones stand."""
    after = (*case.wrong, *case.right)
    newest = {key_of(line): line for line in after}
    places: dict[int, Place] = {}
    for line in case.before:
        row = newest.get(key_of(line), line)
        places[id(row)] = book.put(row)
    for line in after:
        if id(line) not in places:
            places[id(line)] = book.put(line)
    return [places[id(line)] for line in case.wrong], [places[id(line)] for line in case.right]


def validated(school: School, path: Path) -> list[Finding]:
    """Return what ``validate`` says about a workbook in its department's folder."""
    share = Share.open(school.folder)
    with share.open_ledger() as ledger:
        plan, _ = preview_in_share(share, ledger, [path], POOL)
    return [finding for outcome in plan.outcomes for finding in outcome.findings]


def states(school: School) -> tuple[set[Key], set[Place]]:
    """Return the keys of the rows in the books, and the places of those that are held."""
    accepted, held = set(), set()
    with school.share.open_ledger() as ledger:
        for register in all_registers().values():
            for row in listed(ledger, register, None, None):
                accepted.add((register.id, *(str(row[name]) for name in register.key)))
            waiting = listed(ledger, register, "held", None)
            held |= {(row["_source"]["sheet"], row["_source"]["row"]) for row in waiting}
    return accepted, held


def rules_off(school: School) -> dict[str, str]:
    """Return code and reason of the register rules that ``houqin status`` lists as off."""
    told = CliRunner().invoke(status, ["--share", str(school.folder), "--json"])
    declared = {rule.code for register in all_registers().values() for rule in register.rules()} - reader_codes()
    listed = json.loads(told.output)["rules_off"]
    return {each["code"]: each["reason"] for each in listed if each["code"] in declared}


def would_break() -> list[Line]:
    """Return the rows that are right only because a register that would speak against them is not declared."""
    return [line for register, lines in WOULD_BREAK.items() if register not in all_registers() for line in lines]


def tried(folder: Path, *, small: bool) -> Trial:
    """Run all cases through one school: first what was right before, then everything."""
    school = School(folder)
    configure(school, **PARAMETERS, small_unit="true" if small else "false")
    book, last = Book(), Book()
    for line in (*MASTER, *(line for case in CASES for line in case.before)):
        book.put(line)
    first = validated(school, book.save(school))
    begun = school.book(school.merge(), WORKBOOK)
    for line in (*MASTER, *would_break()):
        last.put(line)
    places = [put_case(last, case) for case in CASES]
    path = last.save(school)
    checked = validated(school, path)
    told = school.book(school.sync(), WORKBOOK)
    return Trial(
        small,
        [*(finding.as_json() for finding in first), *begun["findings"]],
        checked,
        told,
        headers(path),
        [wrong for wrong, _ in places],
        [right for _, right in places],
        *states(school),
        rules_off(school),
    )


RESTING = {
    rule.code: missing
    for register in all_registers().values()
    for rule in register.rules()
    for missing in rule.needs
    if missing not in all_registers() and rule.code not in reader_codes()
}
"""Rules that are off, and a register that they need and nobody declares yet."""


@pytest.fixture(scope="module", params=["normal", "small"])
def trial(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Return a school, and a small unit, in which all cases stand in one workbook."""

    def made(folder: Path) -> Trial:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOUQIN_STATE", str(folder / "state"))
            patch.setenv("HOUQIN_TODAY", "2026-11-22")
            return tried(folder / "share", small=request.param == "small")

    return made_by_one(tmp_path_factory, f"rules-{request.param}", made)


def test_what_is_right_is_taken_without_a_word(trial: Trial) -> None:
    """Master data, and everything that the cases stand on, has no finding at all."""
    assert trial.first == []


def test_validate_says_what_the_run_says(trial: Trial) -> None:
    """The check in front of the run finds the same, in the same cells, with the same words."""
    assert [finding.as_json() for finding in trial.validated] == trial.synced["findings"]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_rule_is_provoked(trial: Trial, number: int) -> None:
    """Exactly the wrong cells have the finding, with its severity; the lines beside them have none."""
    case, places = CASES[number], trial.wrong[number]
    marked = {places[each] for each in case.marked}
    assert {place: trial.told.get(place, set()) for place in places} == {
        place: trial.expected(case, place) if place in marked else set() for place in places
    }


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_only_the_wrong_row_is_held(trial: Trial, number: int) -> None:
    """An error holds its row and leaves the last accepted version in the books, a warning holds nothing."""
    case, places = CASES[number], trial.wrong[number]
    marked = {places[each] for each in case.marked}
    for line, place in zip(case.wrong, places, strict=True):
        is_held = place in marked and any(severity == "error" for _, severity, _ in trial.told.get(place, ()))
        assert (place in trial.held) == is_held
        was_there = any(key_of(line) == key_of(each) for each in case.before)
        assert (key_of(line) in trial.accepted) == (was_there or not is_held)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_rule_is_passed(trial: Trial, number: int) -> None:
    """The right lines of a case are taken, and nothing is said about them."""
    for line, place in zip(CASES[number].right, trial.right[number], strict=True):
        assert trial.told.get(place, set()) == set()
        assert key_of(line) in trial.accepted


def test_nothing_is_said_about_other_rows(trial: Trial) -> None:
    """Every finding stands at a marked row of a case."""
    marked = [(case, places[each]) for case, places in zip(CASES, trial.wrong, strict=True) for each in case.marked]
    assert set(trial.told) == {place for case, place in marked if trial.expected(case, place)}


def test_messages_read_well(trial: Trial) -> None:
    """Messages have no gaps, no doubled signs and no names of columns, in Chinese no half-width punctuation."""
    words = {name for register in all_registers().values() for name in (register.id, *register.names()) if "_" in name}
    for finding in trial.validated:
        chinese, english = finding.line("zh").partition(": ")[2], finding.line("en").partition(": ")[2]
        for line in (chinese, english):
            assert not re.search(r"[，。；：、？,;:?]\s*[，。；：、？,;:?]|“”|（[，）]|\(\)|None|\{|\}|  ", line), line
            assert not words & set(re.findall(r"[a-z_]+", line)), line
        assert not re.search(r"[\u4e00-\u9fff”）][,:;?]|请[^，；]*，请[^，；]*，请", chinese), chinese
        assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_shortage_names_the_first_day_and_what_is_missing(trial: Trial) -> None:
    """An issue dated before another one is short on the day of the other one: of ten, eight and two are taken."""
    messages = [finding.message() for finding in trial.validated if finding.code == "ISS-01"]
    assert sum("2026-11-10 账面 0个，出库 3个" in message and "差 3" in message for message in messages) == 1
    assert sum("2026-11-05 账面 10个，出库 11个" in message and "差 1" in message for message in messages) == 1


def test_rules_rest_while_their_register_does_not_exist(trial: Trial) -> None:
    """Status names each such rule with the register that is missing; rows that would break it are taken."""
    assert trial.resting.keys() == RESTING.keys()
    assert all(missing in trial.resting[code] for code, missing in RESTING.items())
    assert not RESTING.keys() & {code for told in trial.told.values() for code, _, _ in told}
    assert {key_of(line) for line in would_break()} <= trial.accepted


SELF_CHECKS = {"TRF-04", "PER-C2"}
"""Rules about what the program itself writes, as are all of derived registers: no workbook can break them
(``tests/schemas/test_asset_rules.py``, ``tests/test_reconcile.py``)."""


def test_every_rule_has_a_case() -> None:
    """Each declared rule in force is provoked at its own column, and passed; none of the field's list is left out."""
    facts = Facts(date(2026, 11, 22), {}, frozenset(all_registers()), frozenset(all_registers()))
    provoked = {(case.register, case.code, case.at) for case in ALL_CASES}
    passed = {(line.register, case.code) for case in ALL_CASES for line in case.right}
    for register in all_registers().values():
        rules = [*rules_in_force(register, facts)[0], *register.cross_rules]
        wanted = [rule for rule in rules if rule.code not in SELF_CHECKS and not set(rule.needs) - facts.known]
        assert {(register.id, rule.code, rule.at) for rule in wanted} - provoked == set()
        assert {(register.id, rule.code) for rule in wanted} - passed == set()
    listed = {
        (rule["code"], rule["severity"], rule.get("severity_small", ""))
        for each in ORACLE
        for rule in each["rules"]
        if rule["code"] not in SELF_CHECKS and all_registers()[each["id"]].kind != "derived"
    }
    told = {(case.code, case.severity, case.small) for case in ALL_CASES}
    assert {each for each in listed if each[0] not in RESTING} - told == set()
    assert {code for code, _, _ in listed} - {code for _, code in passed} - RESTING.keys() == set()
