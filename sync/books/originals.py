"""What returns go back to: the lines of their original documents, and what came back of them before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sync.books.stores import share

ORIGINALS = {
    "register": pl.String(),
    "doc_no": pl.String(),
    "line_no": pl.Int64(),
    "item_code": pl.String(),
    "qty": pl.Int64(),
    "amount": pl.Int64(),
    "back_qty": pl.Int64(),
    "back_amount": pl.Int64(),
}

Reference = tuple[str, str, str]
"""Register, document and item that a return names."""

_LINE = ["register", "doc_no", "line_no", "item_code"]


@dataclass
class Original:
    """One line of an original document, with what came back of it so far."""

    line_no: int
    qty: int
    amount: int
    position: int
    """Where it stands among the postings; -1 in a closed month, whose amount is final."""
    back_qty: int = 0
    back_amount: int = 0

    def give_back(self, qty: int, amount: int) -> int:
        """Return what a part of the line is worth, so that the last part takes the rest of ``amount``."""
        self.back_qty += qty
        worth = share(self.back_qty, amount, self.qty) - self.back_amount
        self.back_amount += worth
        return worth


class Originals:
    """The lines that the returns among some postings may go back to.

    ``moves`` are postings in order with ``_red``; ``closed`` are lines of closed months (``ORIGINALS``).
    """

    def __init__(self, moves: pl.DataFrame, closed: pl.DataFrame) -> None:
        named = moves.filter("_red").select("register", pl.col("ref_doc").alias("doc_no"), "item_code").unique()
        old = closed.join(named, on=["register", "doc_no", "item_code"], how="semi").sort("line_no")
        here = moves.with_row_index("position").filter(~pl.col("_red"))
        new = here.join(named, on=["register", "doc_no", "item_code"], how="semi").sort("line_no")
        self._lines: dict[Reference, list[Original]] = {}
        names = ("register", "doc_no", "item_code", "line_no", "qty", "amount", "back_qty", "back_amount")
        for register, doc_no, item, line, qty, amount, back_qty, back_amount in old.select(names).iter_rows():
            known = Original(line, qty, amount, -1, back_qty, back_amount)
            self._lines.setdefault((register, doc_no, item), []).append(known)
        for register, doc_no, item, line, effect, at in new.select(*names[:4], "effect", "position").iter_rows():
            self._lines.setdefault((register, doc_no, item), []).append(Original(line, abs(effect), 0, at))

    def give_back(self, reference: Reference, qty: int, amounts: Sequence[int]) -> tuple[int, int]:
        """Return what goods are worth that come back, and the quantity that no original covers.

        ``amounts`` are those of the postings before the return. A line that comes back whole is taken
        as a whole; otherwise the lines of the document in their order.
        """
        worth, left = 0, qty
        lines = [line for line in self._lines.get(reference, ()) if line.position < len(amounts)]
        for line in sorted(lines, key=lambda line: line.qty != qty or line.back_qty > 0):
            part = min(left, line.qty - line.back_qty)
            if part > 0:
                amount = line.amount if line.position < 0 else abs(amounts[line.position])
                worth += line.give_back(part, amount)
                left -= part
        return worth, left

    def returned(self) -> pl.DataFrame:
        """Return what has come back of each line that a return went back to."""
        rows = [
            (register, doc_no, line.line_no, item, line.back_qty, line.back_amount)
            for (register, doc_no, item), lines in self._lines.items()
            for line in lines
        ]
        schema = {name: ORIGINALS[name] for name in (*_LINE, "back_qty", "back_amount")}
        return pl.DataFrame(rows, schema=schema, orient="row")


def originals_after(valued: pl.DataFrame, closed: pl.DataFrame, returned: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that later months may return: those of closed months and those of valued postings.

    ``valued`` are postings with ``amount`` and ``_red``; arrivals of transfers and adjustments are never returned.
    """
    none = pl.lit(0, pl.Int64)
    new = valued.filter(~pl.col("_red") & pl.col("register").is_in(["stock_receipt", "stock_issue"])).select(
        *_LINE,
        pl.col("effect").abs().alias("qty"),
        pl.col("amount").abs(),
        none.alias("back_qty"),
        none.alias("back_amount"),
    )
    lines = pl.concat([closed.select(*ORIGINALS), new.select(*ORIGINALS)])
    if returned.is_empty():
        return lines
    return lines.update(returned, on=_LINE)
