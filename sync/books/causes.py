"""Candidate causes of differences: what an auditor tries first, said only where the figures bear it out.

They are candidates, in the order in which they are worth looking at; none of them changes anything. The
cost is bounded: so many lines and documents are looked at, and no more.

Source: DOMAIN.md 4.8.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from schemas.exact import QTY_PLACES, scaled
from schemas.findings import Text
from sync.books.agreements import DOCUMENTS, UNLISTED

MOST_LINES = 200
"""Of each agreement the largest differences are explained, this many."""
MOST_DOCUMENTS = 5_000
MOST_PAIRED = 1_000
MOST_LISTED = 20
_MOST_NAMED, _MOST_PAIRS = 3, 3
"""More pairs than this with the right sum are chance, and are not named at all."""
_UNIT = 10**QTY_PLACES


@dataclass(frozen=True)
class Cause:
    """One candidate: what may have happened, and which documents to look at."""

    kind: str
    """``document``, ``pair``, ``sign``, ``transposed``, ``unlisted``, ``unit`` or ``swapped``."""
    documents: tuple[str, ...]
    text: Text


@dataclass(frozen=True)
class Evidence:
    """What causes are looked for in."""

    documents: pl.DataFrame
    """``DOCUMENTS`` of the agreement and month."""
    factors: Mapping[str, Sequence[tuple[str, int]]]
    """Item to its other units with their factors, whole ones only."""

    @cached_property
    def by_object(self) -> Mapping[str | None, Sequence[dict[str, Any]]]:
        """Return the documents by the object that they belong to, None for those that may belong to any."""
        found: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
        for row in self.documents.tail(MOST_DOCUMENTS).select(*DOCUMENTS).iter_rows(named=True):
            found[row["object"]].append(row)
        return found

    def of(self, name: str) -> list[dict[str, Any]]:
        """Return the documents that may explain the difference of an object."""
        return [*self.by_object.get(name, ()), *self.by_object.get(None, ())]


def factors_of(conversions: pl.DataFrame | None) -> dict[str, list[tuple[str, int]]]:
    """Return item to its other units with their factors, from the rows of ``unit_conversion``."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    if conversions is not None:
        whole = scaled(pl.col("factor"), QTY_PLACES)
        for item, unit, factor in conversions.select("item_code", "alt_unit", whole.alias("factor")).iter_rows():
            if factor is not None and factor % _UNIT == 0 and factor > 2 * _UNIT:
                found[item].append((unit, factor // _UNIT))
    return found


def causes_of(lines: pl.DataFrame, evidence: Evidence) -> dict[int, tuple[Cause, ...]]:
    """Return the candidate causes of differing lines of one agreement by line number, none where there is none."""
    size = pl.max_horizontal(pl.col("diff").abs(), pl.col("diff_qty").fill_null(0).abs())
    largest = lines.sort(size, "object", descending=[True, False]).head(MOST_LINES).to_dicts()
    swapped = _opposites(largest)
    found = {}
    for line in largest:
        told = (
            *_of_documents(line["diff"], evidence.of(line["object"])),
            *_of_sides(line),
            *_of_unlisted(line, evidence.of(line["object"])),
            *_of_units(line, evidence.factors),
            *_of_swaps(line, swapped),
        )
        if told:
            found[line["line_no"]] = told
    return found


def _of_documents(diff: int, documents: Sequence[dict[str, Any]]) -> Iterator[Cause]:
    if diff == 0:
        return
    exact = [row for row in documents if row["amount"] == diff]
    for row in exact[:_MOST_NAMED]:
        yield Cause("document", (row["doc_no"],), _single(row))
    if exact:
        return
    yield from _pairs(diff, documents[-MOST_PAIRED:])
    for row in [row for row in documents if row["amount"] * 2 == diff][:_MOST_NAMED]:
        words = Text(
            f"{row['doc_no']} 的 {yuan(abs(row['amount']))} 方向可能记反（红字未记负数）",
            f"{row['doc_no']} of {yuan(abs(row['amount']))} may have the wrong sign",
        )
        yield Cause("sign", (row["doc_no"],), words)
    for row in documents:
        if diff % 9 == 0 and (right := _turned(row["amount"], -diff)) is not None:
            words = Text(
                f"{row['doc_no']} 的 {yuan(abs(row['amount']))} 与 {yuan(right)} 可能数字颠倒",
                f"digits of {row['doc_no']} may be transposed: {yuan(abs(row['amount']))} or {yuan(right)}",
            )
            yield Cause("transposed", (row["doc_no"],), words)


_STATES = {
    "booked": ("{doc} 正好 {amount}：可能只有一方入账", "{doc} is exactly {amount}: one side may lack it"),
    "held": ("{doc} 正好 {amount}：搁置未入账", "{doc} is exactly {amount}: it is held back, not in the books"),
    "unbilled": ("{doc} 正好 {amount}：未填发票号码", "{doc} is exactly {amount}: it names no invoice"),
}


def _single(row: Mapping[str, Any]) -> Text:
    zh, en = _STATES[row["state"]]
    places = {"doc": row["doc_no"], "amount": yuan(abs(row["amount"]))}
    return Text(zh.format(**places), en.format(**places))


def _pairs(diff: int, documents: Sequence[dict[str, Any]]) -> Iterator[Cause]:
    """Yield two documents that make the difference together, unless so many do that it says nothing."""
    seen: dict[int, list[dict[str, Any]]] = defaultdict(list)
    found = []
    for row in documents:
        found += [(other, row) for other in seen[diff - row["amount"]]]
        if len(found) > _MOST_PAIRS:
            return
        seen[row["amount"]].append(row)
    for one, other in found:
        names = one["doc_no"], other["doc_no"]
        words = Text(
            f"{names[0]} 与 {names[1]} 合计正好 {yuan(abs(diff))}",
            f"{names[0]} and {names[1]} together are exactly {yuan(abs(diff))}",
        )
        yield Cause("pair", names, words)


def _of_sides(line: Mapping[str, Any]) -> Iterator[Cause]:
    """Yield that one side is the other with two digits turned round, where it really is."""
    left, right, diff = line["left_value"], line["right_value"], line["diff"]
    if diff % 9 == 0 and left > 0 and right > 0 and _turned(left, -diff) == right:
        words = Text(
            f"两边数字颠倒：{yuan(left)} 与 {yuan(right)}",
            f"two digits are transposed: {yuan(left)} and {yuan(right)}",
        )
        yield Cause("transposed", (), words)


def _turned(amount: int, change: int) -> int | None:
    """Return the amount with two neighbouring digits turned round if that changes it by ``change``, else None."""
    if amount == 0 or change == 0:
        return None
    digits = str(abs(amount))
    wanted = abs(amount) + (change if amount > 0 else -change)
    for at in range(len(digits) - 1):
        if int(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]) == wanted:
            return wanted
    return None


def _of_unlisted(line: Mapping[str, Any], documents: Sequence[dict[str, Any]]) -> Iterator[Cause]:
    """Yield the assets that are on no list, where they are all that differs."""
    missing = [row for row in documents if row["state"] == UNLISTED]
    if missing and sum(row["qty"] for row in missing) == line["diff_qty"]:
        numbers = tuple(row["doc_no"] for row in missing[:MOST_LISTED])
        more = "……" if len(missing) > len(numbers) else ""
        words = Text(f"没有登记：{'、'.join(numbers)}{more}", f"on no list: {', '.join(numbers)}{more}")
        yield Cause("unlisted", numbers, words)


def _of_units(line: Mapping[str, Any], factors: Mapping[str, Sequence[tuple[str, int]]]) -> Iterator[Cause]:
    """Yield that so many boxes may stand as so many pieces: no more of them than either side has."""
    diff = line["diff_qty"]
    if not diff:
        return
    least = min(abs(line["left_qty"]), abs(line["right_qty"]))
    for unit, factor in factors.get(line["object"].partition(" ")[0], ()):
        boxes, rest = divmod(abs(diff), (factor - 1) * _UNIT)
        if rest == 0 and 0 < boxes * _UNIT <= least:
            words = Text(
                f"可能单位混淆：{boxes} {unit}记成 {boxes} 个基本单位（1{unit}={factor}）",
                f"units may be confused: {boxes} {unit} as {boxes} of the base unit (1 {unit} is {factor})",
            )
            yield Cause("unit", (), words)


def _opposites(lines: Iterable[Mapping[str, Any]]) -> Mapping[tuple[str, int], Sequence[str]]:
    """Return place and difference in quantity to the objects that have it."""
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for line in lines:
        if line["diff_qty"]:
            found[_place(line["object"]), line["diff_qty"]].append(line["object"])
    return found


def _place(name: str) -> str:
    """Return the place of an object such as ``BG0001 CK01``."""
    return name.partition(" ")[2]


def _of_swaps(line: Mapping[str, Any], opposites: Mapping[tuple[str, int], Sequence[str]]) -> Iterator[Cause]:
    diff = line["diff_qty"]
    if not diff:
        return
    for other in opposites.get((_place(line["object"]), -diff), ())[:_MOST_NAMED]:
        item = other.partition(" ")[0]
        yield Cause(
            "swapped", (), Text(f"可能串号：{item} 相反相同", f"items may be swapped: {item} differs by the opposite")
        )


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
