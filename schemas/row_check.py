"""The row rules of a register as one pandera schema, and what it says about a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw, shown, shown_in
from schemas.rules import Facts, RowRule
from schemas.texts import READER_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pandera.polars import DataFrameSchema

    from schemas.columns import Column
    from schemas.register import Register


def rules_of(register: type[Register]) -> tuple[RowRule, ...]:
    """Return the declared row rules and one for every column that is required under a condition."""
    conditional = [
        _required_when(column, column.required_when) for column in register.columns if column.required_when is not None
    ]
    return (*register.row_rules, *conditional)


def _required_when(column: Column, condition: Callable[[], pl.Expr]) -> RowRule:
    why_zh, why_en = column.required_hint
    text = reader_text("REQ-EMPTY")
    words = type(text)(
        f"{{title}}必填（{why_zh}）" if why_zh else text.zh,
        f"{{title_en}} is required ({why_en})" if why_en else text.en,
        text.hint_zh,
        text.hint_en,
    )
    return RowRule(
        "REQ-EMPTY",
        Severity.ERROR,
        words,
        column.name,
        lambda _facts: condition() & pl.col(column.name).is_null(),
    )


def rules_in_force(register: type[Register], facts: Facts) -> tuple[list[RowRule], list[tuple[str, str]]]:
    """Return the rules that can be judged here, and (code, register) of those that cannot."""
    active: list[RowRule] = []
    off: list[tuple[str, str]] = []
    for rule in rules_of(register):
        missing = [each for each in registers_of(register, rule) if each not in facts.known]
        if missing:
            off.extend((rule.code, each) for each in missing)
        else:
            active.append(rule)
    return active, off


def registers_of(register: type[Register], rule: RowRule) -> tuple[str, ...]:
    """Return the ids of the registers that a row rule looks at."""
    wanted = [register.column(want.partition(".")[0]).register_refs[0] for want in rule.wants]
    return tuple(dict.fromkeys((*rule.needs, *wanted)))


def schema_of(register: type[Register], rules: Sequence[RowRule], facts: Facts) -> DataFrameSchema:
    """Return the pandera schema of a register: its column types and one check per rule."""
    import pandera.polars as pa  # noqa: PLC0415 - a second of start-up that only checking needs

    def check(number: int, rule: RowRule) -> pa.Check:
        kept = ~rule.broken(facts).fill_null(value=False)
        return pa.Check(lambda data: data.lazyframe.select(kept.alias("kept")), name=f"{number}")

    columns = {column.name: pa.Column(column.dtype, nullable=True) for column in register.columns}
    return pa.DataFrameSchema(columns, checks=[check(number, rule) for number, rule in enumerate(rules)])


def broken_rows(
    register: type[Register], frame: pl.DataFrame, rules: Sequence[RowRule], facts: Facts
) -> dict[int, list[int]]:
    """Return for each rule (by its position) the positions of the rows that break it."""
    import pandera.errors  # noqa: PLC0415

    if frame.is_empty() or not rules:
        return {}
    broken = (rule.broken(facts).fill_null(value=False).any().alias(f"{number}") for number, rule in enumerate(rules))
    if not any(frame.select(broken).row(0)):  # as a rule: then one pass over the frame does for all of them
        rules, frame = (), frame.clear()
    try:
        schema_of(register, rules, facts).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return {}
    found: dict[int, list[int]] = {}
    for name, index in cases.select("check", "index").iter_rows():
        found.setdefault(int(name), []).append(int(index))
    return found


def row_flaws(
    register: type[Register], frame: pl.DataFrame, typed: pl.DataFrame, rules: Sequence[RowRule], facts: Facts
) -> list[Flaw]:
    """Return what the row rules say about a frame with references resolved and attributes joined.

    ``typed`` are the same rows with references as people wrote them: messages show these. A cell whose
    reference was not found has its finding: that it is missing is not said as well.
    """
    flaws: list[Flaw] = []
    for number, positions in sorted(broken_rows(register, frame, rules, facts).items()):
        rule = rules[number]
        extra = [make(facts).alias(f"_show_{name}") for name, make in rule.show.items()]
        resolved = frame[sorted(positions)].with_columns(extra)
        broken = with_typed(register, resolved, typed)
        not_found = resolved[rule.at].is_null() & broken[rule.at].is_not_null()
        flaws.extend(_flaw(register, rule, row, facts) for row in broken.filter(~not_found).iter_rows(named=True))
    return flaws


def with_typed(register: type[Register], rows: pl.DataFrame, typed: pl.DataFrame) -> pl.DataFrame:
    """Return rows with their references as people wrote them, for messages."""
    names = [column.name for column in register.columns if column.refs]
    if not names:
        return rows
    return rows.drop(names).join(typed.select("_id", *names), on="_id", how="left", maintain_order="left")


def _flaw(register: type[Register], rule: RowRule, row: dict[str, Any], facts: Facts) -> Flaw:
    args: dict[str, object] = {column.name: shown_in(column, row.get(column.name)) for column in register.columns}
    args |= {name.removeprefix("_show_"): shown(value) for name, value in row.items() if name.startswith("_show_")}
    column = register.column(rule.at)
    args.setdefault("title", column.title)
    args.setdefault("title_en", column.title_en)
    value = shown_in(column, row.get(rule.at))
    return Flaw(row["_id"], rule.code, rule.severity_for(facts), rule.at, value, rule.text, args)


def reader_codes() -> frozenset[str]:
    """Return the codes that belong to the reader and to no register."""
    return frozenset(code.partition(":")[0] for code in READER_TEXTS)
