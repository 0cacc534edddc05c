"""Marks come and go, and what people had at a cell comes back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from addin.marking import MOST_MARKS, Change, Look, areas_by_fill, marking_of, most_pressing
from schemas.findings import Finding, Severity, reader_finding
from schemas.values import CellPlace
from workbooks.marks import FILLS, NO_FILL, UNSAYABLE, before_mark, note_of_people

RED, YELLOW = FILLS[Severity.ERROR], FILLS[Severity.WARNING]


def error(value: str = "约20") -> Finding:
    """An error at a cell."""
    return reader_finding("QTY-VAGUE", "入库.xlsx", sheet="入库单", cell="K4", row=4, value=value, title="数量")


def warning() -> Finding:
    """A warning at a cell."""
    return reader_finding("PERIOD-MIXED", "入库.xlsx", sheet="入库单", cell="K4", row=4)


@dataclass
class Sheet:
    """A column of cells as a spreadsheet program keeps it, and as it would be had nobody ever checked."""

    cells: list[Look]
    people: list[Look] = field(init=False)
    columns: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self.people = list(self.cells)

    def check(self, marks: dict[int, list[Finding]]) -> list[Change]:
        """Check with findings at some of the rows (0-based)."""
        looks = {
            (row, 1): look
            for row, look in enumerate(self.cells)
            if before_mark(look.note) or look.fill in FILLS.values() or row in marks
        }
        marking = marking_of(looks, {(row, 1): found for row, found in marks.items()}, "zh", self.columns)
        self.columns = marking.columns
        for change in marking.changes:
            row = change.place[0]
            look = self.cells[row]
            note = look.note if change.note is None else change.note
            self.cells[row] = Look(note, look.fill if change.fill is None else change.fill)
        return list(marking.changes)


own_notes = st.sampled_from(["", "张三：核对", "两行\n第二行", "⟦HQ⟧\n模板说明", "―― 原有批注 ――"])
own_fills = st.sampled_from([NO_FILL, "FFFF00", "92D050", "FFFFFF T4,0.4000", UNSAYABLE])
looks = st.builds(Look, own_notes, own_fills)
findings = st.lists(st.sampled_from([error(), error("一些"), warning()]), min_size=1, max_size=3)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("check"), st.dictionaries(st.integers(0, 9), findings, max_size=4)),
        st.tuples(st.just("insert"), st.integers(0, 9)),
        st.tuples(st.just("delete"), st.integers(0, 9)),
        st.tuples(st.just("sort"), st.integers(0, 9)),
        st.tuples(st.just("fill"), st.tuples(st.integers(0, 9), own_fills)),
        st.tuples(st.just("append"), st.integers(0, 9)),
    ),
    max_size=12,
)


def do(sheet: Sheet, step: tuple[str, object]) -> None:
    """Do what a clerk or the button does; rows beyond the end are the last one."""
    name, told = step
    if isinstance(told, dict):
        sheet.check({min(row, len(sheet.cells) - 1): found for row, found in told.items()})
        return
    row, fill = told if isinstance(told, tuple) else (told, "")
    row = min(row, len(sheet.cells) - 1)
    drawn = [Look("", "drawn" if sheet.cells[row].fill in FILLS.values() else sheet.people[row].fill)]
    edit(sheet.cells, name, row, fill, [Look("", sheet.cells[row].fill)])
    edit(sheet.people, name, row, fill, drawn)


def edit(cells: list[Look], name: str, row: int, fill: str, inserted: list[Look]) -> None:
    """Edit a column; a new row looks as the one above it, without its note."""
    look = cells[row]
    match name:
        case "insert":
            cells[row + 1 : row + 1] = inserted
        case "delete" if len(cells) > 1:
            del cells[row]
        case "sort":
            cells.append(cells.pop(row))
        case "fill":
            cells[row] = replace(look, fill=fill)
        case "append":
            cells[row] = replace(look, note=f"{look.note}\n已问过" if look.note else "已问过")


@settings(max_examples=150, deadline=None)
@given(st.lists(looks, min_size=1, max_size=6), steps)
def test_what_people_had_comes_back(cells: list[Look], told: list[tuple[str, object]]) -> None:
    """Whatever is checked, moved and changed in between, a check without findings leaves what people had."""
    sheet = Sheet(cells)
    for step in told:
        do(sheet, step)
    sheet.check({})
    assert [look.note for look in sheet.cells] == [look.note for look in sheet.people]
    for look, people in zip(sheet.cells, sheet.people, strict=True):
        assert people.fill in {look.fill, "drawn"}
        assert look.fill not in FILLS.values()


@settings(deadline=None)
@given(st.lists(looks, min_size=1, max_size=6), st.dictionaries(st.integers(0, 5), findings, max_size=4))
def test_the_same_check_twice_changes_nothing(cells: list[Look], told: dict[int, list[Finding]]) -> None:
    """A second check with the same findings has nothing to write."""
    sheet = Sheet(cells)
    marks = {min(row, len(cells) - 1): found for row, found in told.items()}
    sheet.check(marks)
    assert sheet.check(marks) == []


@settings(deadline=None)
@given(st.lists(st.builds(Look, own_notes, st.sampled_from([NO_FILL, RED, YELLOW])), min_size=1, max_size=6))
def test_colours_of_people_that_look_like_ours_stay(cells: list[Look]) -> None:
    """In a column where people use our colours themselves, every one of them is theirs."""
    sheet = Sheet(cells)
    sheet.check({0: [warning()]})
    sheet.check({len(cells) - 1: [error()]})
    sheet.check({})
    assert sheet.cells == sheet.people


def test_our_words_are_never_input() -> None:
    """Of a marked cell readers see only what people wrote, above ours, below it, or before there was a mark."""
    sheet = Sheet([Look("张三：核对"), Look("⟦HQ⟧\n模板说明"), Look()])
    sheet.check({0: [error()], 1: [error()], 2: [error()]})
    assert [note_of_people(look.note) for look in sheet.cells] == ["张三：核对", "", ""]
    assert note_of_people(f"李四:\n{sheet.cells[0].note}\n下周改") == "李四:\n张三：核对\n下周改"


def test_a_hatched_cell_keeps_its_fill() -> None:
    """A fill that cannot be put back later is left alone; the note says what is wrong."""
    sheet = Sheet([Look("", UNSAYABLE)])
    (change,) = sheet.check({0: [error()]})
    assert change.fill is None
    assert change.note is not None
    sheet.check({})
    assert sheet.cells == sheet.people


def test_a_marked_copy_of_an_older_version_is_cleaned() -> None:
    """A mark that remembers nothing goes back to a cell without a fill."""
    sheet = Sheet([Look("⟦HQ⟧后勤校验\n错误 X: y\n―― 原有批注 ――\n张三", RED)])
    sheet.check({})
    assert sheet.cells == [Look("张三", NO_FILL)]


def test_errors_are_marked_before_anything_else() -> None:
    """Beyond the number of marks that a program bears, the gravest are shown at their cells."""
    by_cell: dict[tuple[str, CellPlace], list[Finding]] = {("甲", (row, 1)): [warning()] for row in range(MOST_MARKS)}
    by_cell["乙", (9, 1)] = [error()]
    chosen = most_pressing(by_cell)
    assert len(chosen) == MOST_MARKS
    assert chosen[0] == ("乙", (9, 1))


def test_cells_below_one_another_are_filled_at_once() -> None:
    """One call per area and colour."""
    changes = [Change((row, 2), None, RED) for row in (4, 5, 7)] + [
        Change((6, 2), None, NO_FILL),
        Change((4, 3), "x", None),
    ]
    assert areas_by_fill(changes) == [(RED, (4, 2, 5, 2)), (NO_FILL, (6, 2, 6, 2)), (RED, (7, 2, 7, 2))]
