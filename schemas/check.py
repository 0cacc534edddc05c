"""Check a batch of rows: references, row rules, rules between registers; say which rows may enter."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from schemas.books import OpenBooks, key_expression, key_parts
from schemas.candidates import META, Batch
from schemas.checking_order import checking_order
from schemas.findings import Severity
from schemas.flaws import Flaw, as_finding, shown, shown_in
from schemas.frames import where
from schemas.measure import measure
from schemas.references import join_wanted, resolve
from schemas.register import Register, all_registers
from schemas.resolve import find_code
from schemas.row_check import row_flaws, rules_in_force, with_typed
from schemas.rules import Effect
from schemas.rules_off import rules_off

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.findings import Finding
    from schemas.rules import CrossRule, Facts

PROPOSED = "proposed"
"""Outcome of a row that is new or changed and may enter if no rule holds it."""
HELD = "held"
UNCHANGED = "unchanged"
"""Outcome of a row that is in the books as it is: only warnings are told of it."""


@dataclass(frozen=True)
class Checked:
    """A batch after checking."""

    frames: Mapping[str, pl.DataFrame]
    """Register id to rows with references resolved, computed columns, ``_key`` and ``_outcome``."""
    flaws: Mapping[str, Sequence[Flaw]]
    rules_off: tuple[tuple[str, str, str], ...]
    """(code, register of the rule, register that is missing) of rules that could not be judged."""
    batch: Batch

    def findings(self) -> list[Finding]:
        """Return the flaws as findings at their cells."""
        found: list[Finding] = []
        for register_id, flaws in self.flaws.items():
            register = all_registers()[register_id]
            wanted = {flaw.row_id for flaw in flaws}
            frame = self.frames[register_id].filter(pl.col("_id").is_in(list(wanted)))
            rows = {row["_id"]: row for row in frame.iter_rows(named=True)}
            for flaw in flaws:
                row = rows[flaw.row_id]
                place = (row["_workbook"], row["_sheet"], row["_row"])
                columns = self.batch.columns.get((place[0], place[1], register_id), {})
                found.append(as_finding(flaw, register, place, columns, key_parts(row["_key"])))
        return found

    def held(self, register_id: str) -> frozenset[int]:
        """Return the ids of the rows that are held."""
        frame = self.frames[register_id]
        return frozenset(frame.filter(pl.col("_outcome") == HELD)["_id"].to_list())


class Decider(Protocol):
    """Decides, for each readable row, what it means for what is already known (DESIGN 8)."""

    def decide(
        self, register: type[Register], frame: pl.DataFrame, books: OpenBooks
    ) -> tuple[pl.DataFrame, list[Flaw]]:
        """Return the frame with ``_outcome``, and flaws of its own.

        Rows with outcome ``proposed`` are then judged by the rules; ``frame`` has ``_broken`` for rows
        in which an error stands already and ``_unread`` for those with a cell that could not be read.
        Rows may come back with other cells, marked ``_merged``: these are judged by themselves again.
        """


class ProposeAll:
    """The simplest decider: every readable row is proposed, a doubled key is an error of its rows."""

    def decide(
        self, register: type[Register], frame: pl.DataFrame, books: OpenBooks
    ) -> tuple[pl.DataFrame, list[Flaw]]:
        """Return the frame with outcome ``proposed``, ``duplicate`` or ``held``."""
        del register, books
        outcome = pl.when("_broken").then(pl.lit(HELD)).otherwise(pl.lit(PROPOSED))
        return frame.with_columns(outcome.alias("_outcome")), []


def check_batch(batch: Batch, books: OpenBooks, decider: Decider) -> Checked:
    """Check all rows of a batch against the books; rows that pass are in the books afterwards.

    Registers are taken in the order of their references. Within a circle of references the largest
    set of rows that hold each other up is found: rows are taken to be there until one fails.
    """
    frames: dict[str, pl.DataFrame] = {}
    flaws: dict[str, list[Flaw]] = {}
    for group in checking_order(batch.frames):
        fallen: frozenset[int] = frozenset()
        if len(group) > 1:
            for register_id in group:
                books.put(all_registers()[register_id], _hopeful(batch, register_id))
        while True:
            for register_id in group:
                frames[register_id], flaws[register_id] = _check_register(batch, register_id, books, decider)
            down = frozenset(
                row_id
                for register_id in group
                for row_id in frames[register_id].filter(pl.col("_outcome") == HELD)["_id"].to_list()
            )
            if len(group) == 1 or down <= fallen:
                break
            fallen |= down
    for register_id, frame in frames.items():
        pending = _still_pending(register_id, flaws[register_id], books)
        flaws[register_id] = [*pending, *_followed(batch, register_id, frame, books)]
    return Checked(frames, flaws, rules_off(batch.frames, books.facts), batch)


def _still_pending(register_id: str, flaws: Sequence[Flaw], books: OpenBooks) -> list[Flaw]:
    """Return the flaws without documents that had not arrived yet and stand in a register checked later."""
    register = all_registers()[register_id]

    def arrived(flaw: Flaw) -> bool:
        directories = [books.directory(ref) for ref in register.column(flaw.column).refs]
        return find_code(str(flaw.value), [each for each in directories if each is not None]).code is not None

    return [flaw for flaw in flaws if flaw.code != "REF-PENDING" or not arrived(flaw)]


def _followed(batch: Batch, register_id: str, frame: pl.DataFrame, books: OpenBooks) -> list[Flaw]:
    """Judge what holds no row and may follow in a register that was checked later: agreement and completeness."""
    register = all_registers()[register_id]
    rules = [rule for rule in register.cross_rules if rule.effect is not Effect.ADMISSION]
    standing = where(frame, pl.col("_outcome").is_in([PROPOSED, UNCHANGED]))
    if standing["_outcome"].n_unique() > 1:
        standing = standing.sort("_outcome", maintain_order=True)
    return _judged_once(register, rules, standing, batch.frames[register_id], books)


def _hopeful(batch: Batch, register_id: str) -> pl.DataFrame:
    """Return the readable rows of a register as if nothing were wrong with them."""
    register = all_registers()[register_id]
    frame = batch.frames[register_id].filter(~pl.col("_id").is_in(list(batch.broken)))
    computed = [pl.lit(None, dtype).alias(name) for name, dtype in register.computed().items()]
    return frame.with_columns(key_expression(register).alias("_key"), *computed)


def _check_register(
    batch: Batch, register_id: str, books: OpenBooks, decider: Decider
) -> tuple[pl.DataFrame, list[Flaw]]:
    register = all_registers()[register_id]
    typed = batch.frames[register_id]
    frame, flaws = _judged_alone(register, typed, batch.deferred.get(register_id, ()), books)
    books.take_back(register)
    down = batch.broken | {flaw.row_id for flaw in flaws if flaw.holds}
    frame = frame.with_columns(
        pl.col("_id").is_in(list(down)).alias("_broken"), pl.col("_id").is_in(list(batch.broken)).alias("_unread")
    )
    books.state(register, frame)
    decided, own = decider.decide(register, frame, books)
    if "_merged" in decided.columns and decided["_merged"].any():
        stated = _as_typed(register, decided.filter("_merged"), frame, typed)
        decided, flaws = _merged_judged(register, decided, stated, flaws, books)
    return _admit(register, decided, typed, flaws + own, books)


def _judged_alone(
    register: type[Register], typed: pl.DataFrame, deferred: Sequence[tuple[int, str, str]], books: OpenBooks
) -> tuple[pl.DataFrame, list[Flaw]]:
    """Return rows with references resolved and values computed, and what is wrong with each by itself."""
    facts = books.facts
    frame, flaws = resolve(register, typed, books)
    frame, measured = measure(register, frame, deferred, books)
    rules, _ = rules_in_force(register, facts)
    can_fill = _can_fill(register, facts)
    wants = [want for rule in rules for want in rule.wants] + (list(register.fill_wants) if can_fill else [])
    frame = join_wanted(register, frame, wants, books)
    frame = _filled(register, frame, facts) if can_fill else _without_derived(register, frame)
    flaws = flaws + measured + row_flaws(register, frame, typed, rules, facts)
    return _plain(register, frame), flaws


def _merged_judged(
    register: type[Register], decided: pl.DataFrame, stated: pl.DataFrame, flaws: list[Flaw], books: OpenBooks
) -> tuple[pl.DataFrame, list[Flaw]]:
    """Judge rows again that merging has made of two versions, and compute their values anew (DESIGN 8)."""
    ids = stated["_id"].to_list()
    again, found = _judged_alone(register, stated, (), books)
    fresh = [name for name in again.columns if name in decided.columns and name != "_id"]
    rows = decided.filter("_merged").drop(fresh).join(again.select("_id", *fresh), on="_id").select(decided.columns)
    held = pl.col("_id").is_in([flaw.row_id for flaw in found if flaw.holds])
    rows = rows.with_columns(pl.when(held).then(pl.lit(HELD)).otherwise(pl.col("_outcome")).alias("_outcome"))
    others = decided.filter(~pl.col("_id").is_in(ids))
    return pl.concat([others, rows]).sort("_id"), [flaw for flaw in flaws if flaw.row_id not in ids] + found


def _as_typed(
    register: type[Register], merged: pl.DataFrame, resolved: pl.DataFrame, typed: pl.DataFrame
) -> pl.DataFrame:
    """Return merged rows in the words of their workbook, and the cells that came from elsewhere as they are."""
    names = register.names()
    before = resolved.select("_id", *(pl.col(name).alias(f"{name}/before") for name in names))
    words = typed.select("_id", *(pl.col(name).alias(f"{name}/typed") for name in names))
    sides = merged.join(before, on="_id").join(words, on="_id")
    cells = [
        pl.when(pl.col(name).eq_missing(pl.col(f"{name}/before"))).then(pl.col(f"{name}/typed")).otherwise(pl.col(name))
        for name in names
    ]
    return sides.select(*(cell.alias(name) for cell, name in zip(cells, names, strict=True)), *META)


def _can_fill(register: type[Register], facts: Facts) -> bool:
    """Tell whether everything is at hand that blanks and derived values are computed from."""
    targets = {register.column(want.partition(".")[0]).register_refs[0] for want in register.fill_wants}
    return targets <= facts.known


def _filled(register: type[Register], frame: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Return the frame with what its blanks mean, then with derived values."""
    fills = (pl.coalesce(pl.col(name), make(facts)).alias(name) for name, make in register.fills.items())
    derived = (make(facts).cast(dtype).alias(name) for name, (dtype, make) in register.derived.items())
    return frame.with_columns(*fills).with_columns(*derived)


def _without_derived(register: type[Register], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype).alias(name) for name, (dtype, _) in register.derived.items())


def _plain(register: type[Register], frame: pl.DataFrame) -> pl.DataFrame:
    """Keep the register's own and computed columns and the places, and add the key."""
    names = (*register.names(), *register.computed(), *META)
    extra = [name for name in frame.columns if name.startswith("_") and name not in {*META, "_base", "_whole"}]
    return frame.select(*names, *extra).with_columns(key_expression(register).alias("_key"))


def _admit(
    register: type[Register], decided: pl.DataFrame, typed: pl.DataFrame, flaws: list[Flaw], books: OpenBooks
) -> tuple[pl.DataFrame, list[Flaw]]:
    """Judge the proposed rows by the rules between registers and put what passes into the books.

    Rows that fall are judged once more beside what was taken, until no more of them pass: as the next run
    would, which has nothing else to say then. A row may have fallen before another one gave back what it
    needs, and what it was told of the books may not hold any more.
    """
    rules = [rule for rule in register.cross_rules if rule.effect is Effect.ADMISSION]
    proposed, fallen, told = _served(register, rules, where(decided, pl.col("_outcome") == PROPOSED), typed, books)
    books.put(register, proposed)
    while fallen:
        told = [flaw for flaw in told if flaw.row_id not in fallen]
        waiting = decided.filter(pl.col("_id").is_in(list(fallen)))
        passed, fallen, again = _served(register, rules, waiting, typed, books)
        told += again
        if passed.is_empty():
            break
        proposed = pl.concat([proposed, passed]).sort("_id")
        books.put(register, proposed)
    standing = decided.filter(pl.col("_outcome") == UNCHANGED)
    if "_now" in standing.columns:  # what the books do not say is not judged against them
        standing = standing.filter(pl.col("_hash").eq_missing(pl.col("_now"))).join(proposed, on="_key", how="anti")
    warnings = [rule for rule in rules if rule.severity_for(books.facts) is not Severity.ERROR]
    told += _judged_once(register, warnings, standing, typed, books)
    outcome = pl.when(pl.col("_id").is_in(list(fallen))).then(pl.lit(HELD)).otherwise(pl.col("_outcome"))
    return decided.with_columns(outcome.alias("_outcome")), _without_repeats(flaws, told)


def _served(
    register: type[Register], rules: Sequence[CrossRule], proposed: pl.DataFrame, typed: pl.DataFrame, books: OpenBooks
) -> tuple[pl.DataFrame, frozenset[int], list[Flaw]]:
    """Return the rows that pass all rules, the ids of those that fall, and what is wrong with either.

    A rule serves rows that a later rule holds after all: what they took of a requisition, or what
    was returned of them, is judged again without them. Rows that fall to the last rule that holds
    any therefore leave, and the others are judged anew, until nothing falls any more.
    """
    down: frozenset[int] = frozenset()
    told: list[Flaw] = []
    while True:
        found = _judged(register, rules, proposed, typed, books)
        fallen = [frozenset(flaw.row_id for flaw in each if flaw.holds) for each in found]
        last = max((number for number, ids in enumerate(fallen) if ids), default=0)
        leaving = fallen[last] if fallen else frozenset()
        down |= leaving
        proposed = proposed.filter(~pl.col("_id").is_in(list(leaving))) if leaving else proposed
        settled = last == 0
        told += [flaw for each in found for flaw in each if settled or flaw.row_id in leaving]
        if settled:
            return proposed, down, told


def _judged(
    register: type[Register], rules: Sequence[CrossRule], proposed: pl.DataFrame, typed: pl.DataFrame, books: OpenBooks
) -> list[list[Flaw]]:
    """Return what each rule between registers says, in their order; rows held by one are not judged by the next."""
    found: list[list[Flaw]] = []
    for rule in rules:
        if proposed.is_empty() or any(each not in books.facts.known for each in rule.needs):
            continue
        failing = rule.failing(proposed, books)
        if failing.is_empty():
            found.append([])
            continue
        words = with_typed(register, proposed.join(failing.select("_id"), on="_id", how="semi"), typed)
        rows = {row["_id"]: row for row in words.iter_rows(named=True)}
        flaws = [_cross_flaw(register, rule, row, rows[row["_id"]], books.facts) for row in failing.to_dicts()]
        fallen = [flaw.row_id for flaw in flaws if flaw.holds]
        if fallen:
            proposed = proposed.filter(~pl.col("_id").is_in(fallen))
        found.append(flaws)
    return found


def _judged_once(
    register: type[Register], rules: Sequence[CrossRule], standing: pl.DataFrame, typed: pl.DataFrame, books: OpenBooks
) -> list[Flaw]:
    """Judge rows that several workbooks may state as the one row that they are, and tell all of these workbooks."""
    if not rules or standing.is_empty():
        return []
    if standing["_key"].n_unique() == standing.height:
        rows = standing if standing["_id"].is_sorted() else standing.sort("_id")
        return [flaw for flaws in _judged(register, rules, rows, typed, books) for flaw in flaws]
    stated = standing.group_by("_key", maintain_order=True).agg(pl.col("_id"))["_id"].to_list()
    same = {ids[0]: ids for ids in stated}
    rows = standing.filter(pl.col("_id").is_in(list(same))).sort("_id")
    found = [flaw for flaws in _judged(register, rules, rows, typed, books) for flaw in flaws]
    return [replace(flaw, row_id=each) for flaw in found for each in same[flaw.row_id]]


def _without_repeats(flaws: list[Flaw], told: list[Flaw]) -> list[Flaw]:
    """Return all flaws; that a document has not arrived is said once where a rule holds the row for it."""
    held = {(flaw.row_id, flaw.column) for flaw in told if flaw.holds}
    return [flaw for flaw in flaws if flaw.code != "REF-PENDING" or (flaw.row_id, flaw.column) not in held] + told


def _cross_flaw(
    register: type[Register], rule: CrossRule, found: Mapping[str, Any], row: Mapping[str, Any], facts: Facts
) -> Flaw:
    args = {column.name: shown_in(column, row[column.name]) for column in register.columns}
    args |= {name: shown(value) for name, value in found.items()}
    value = shown_in(register.column(rule.at), row.get(rule.at))
    return Flaw(found["_id"], rule.code, rule.severity_for(facts), rule.at, value, rule.text, args)
