"""The slow way through the XML of a sheet: every cell with content, read by expat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.parsers import expat

from workbooks.refusals import hostile, too_large
from workbooks.xlsx_cells import MAX_MERGED, RawCell, SheetFacts, place_of, range_of
from workbooks.xlsx_styles import Styles
from workbooks.xml_parts import MAX_DEPTH, broken_xml, local, secure_parser

MAX_CELL_TEXT = 1 << 20
"""Characters of one cell; Excel allows 32,767."""


def walk(
    chunks: Iterable[bytes],
    take_cell: Callable[[RawCell], None],
    take_row: Callable[[int], None] = lambda _number: None,
    take_merged: Callable[[str], None] = lambda _reference: None,
) -> None:
    """Hand over every cell with a value or a formula, the number of every hidden row, every merged range.

    Cells and rows without a reference follow their neighbour.

    Raises:
        RefusedError: the XML is broken or hostile, or names a cell that no worksheet has.
    """
    walker = _Walker(take_cell, take_row, take_merged)
    parser = secure_parser()
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise broken_xml(error) from error


def facts_by_walking(chunks: Iterable[bytes], styles: Styles) -> SheetFacts:
    """Return the facts of a sheet from all of its cells, struck rows included."""
    facts = SheetFacts()
    unstruck: set[int] = set()

    def take_cell(cell: RawCell) -> None:
        facts.add(cell, styles)
        facts.last_row, facts.last_column = max(facts.last_row, cell.row), max(facts.last_column, cell.column)
        if cell.style in styles.strike:
            facts.struck_rows.add(cell.row)
        else:
            unstruck.add(cell.row)

    def take_merged(reference: str) -> None:
        if len(facts.merged) >= MAX_MERGED:
            raise too_large(f"合并单元格超过{MAX_MERGED}处", f"it has more than {MAX_MERGED} merged ranges")
        facts.merged.append(range_of(reference))

    walk(chunks, take_cell, facts.hidden_rows.add, take_merged)
    facts.struck_rows -= unstruck
    return facts


class _Walker:
    def __init__(
        self,
        take_cell: Callable[[RawCell], None],
        take_row: Callable[[int], None],
        take_merged: Callable[[str], None],
    ) -> None:
        self.take_cell, self.take_row, self.take_merged = take_cell, take_row, take_merged
        self.depth = self.row = self.column = 0
        self.phonetic = 0
        self.cell: dict[str, str] | None = None
        self.formula: dict[str, str] | None = None
        self.collected: list[str] | None = None
        self.value: list[str] = []
        self.formula_text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if ":" in name:
            name = local(name)
        if name == "c":
            self.cell, self.formula = attributes, None
            self.value, self.formula_text = [], []
        elif self.cell is None:
            if name == "row":
                self._start_row(attributes)
            elif name == "mergeCell":
                self.take_merged(attributes.get("ref", ""))
            elif self.depth > MAX_DEPTH:
                raise hostile("XML嵌套过深", "the XML is nested too deeply")
        elif name in {"v", "t"}:
            self.collected = None if self.phonetic else self.value
        elif name == "f":
            self.formula, self.collected = attributes, self.formula_text
        elif name == "rPh":
            self.phonetic += 1

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self.row = int(number) if number.isdecimal() else self.row + 1
        self.column = 0
        if attributes.get("hidden") in {"1", "true"}:
            self.take_row(self.row)

    def text(self, text: str) -> None:
        if self.collected is not None:
            self.collected.append(text)

    def end(self, name: str) -> None:
        self.depth -= 1
        if ":" in name:
            name = local(name)
        if name == "c":
            self._end_cell()
        elif name in {"v", "t", "f"}:
            self.collected = None
        elif name == "rPh":
            self.phonetic -= 1

    def _end_cell(self) -> None:
        attributes, self.cell = self.cell or {}, None
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
            place = self.row, self.column
        elif self.value or self.formula is not None:
            place = place_of(reference)
            self.column = place[1]
        else:
            self.column = place_of(reference)[1]
            return
        value = "".join(self.value)
        if not value and self.formula is None:
            return
        if len(value) > MAX_CELL_TEXT:
            raise hostile("单元格内容过长", "a cell holds too much text")
        self.take_cell(_raw_cell(place, attributes, value, self.formula, "".join(self.formula_text)))


def _raw_cell(
    place: tuple[int, int], attributes: dict[str, str], value: str, formula: dict[str, str] | None, text: str
) -> RawCell:
    style = attributes.get("s", "0")
    kind = attributes.get("t", "n")
    number = int(style) if style.isdecimal() else 0
    if formula is None:
        return RawCell(*place, kind, number, value)
    shared = formula.get("si") if formula.get("t") == "shared" else None
    return RawCell(*place, kind, number, value, text, shared)
