"""Where the volumes of a month begin."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from schemas.register import register_of
from sync.publish import volume_cuts
from sync.publish.volume_cuts import VOLUME, full_sizes, in_full_volumes, in_small_volumes, sizes_of

RECEIPT = register_of("stock_receipt")


def month(numbers: list[int], versions: list[int] | None = None) -> pl.DataFrame:
    """Return receipts of one month with these document numbers and versions, in no order."""
    codes = [f"RK-202611-{number:05d}" for number in numbers]
    places = {"line_no": 1, "_workbook": "库房.xlsx", "_sheet": "入库单", "_row": 4, "doc_date": date(2026, 11, 5)}
    rows = pl.DataFrame(
        {"doc_no": codes, "_version": versions or numbers}, schema={"doc_no": pl.String, "_version": pl.Int64}
    )
    missing = {name: pl.lit(None) for name in RECEIPT.key if name not in ("doc_no", *places)}
    return rows.with_columns(**{name: pl.lit(value) for name, value in places.items()}, **missing).reverse()


def content(numbered: pl.DataFrame) -> set[tuple[str, ...]]:
    """Return what each volume holds."""
    return {tuple(rows["doc_no"]) for rows in numbered.partition_by(VOLUME)}


@pytest.mark.parametrize("step", [1, 2, 512, 1024, 4096])
def test_a_row_that_comes_in_between_concerns_two_volumes_at_most(step: int) -> None:
    """Whatever the distance of versions: those before and after stay as they are, though all rows behind it move on."""
    numbers = list(range(1, 60_001, 2))
    before = in_small_volumes(month(numbers, [number * step for number in numbers]), RECEIPT)
    assert before["doc_no"].is_sorted()
    assert 3 <= len(sizes_of(before)) <= 30_000 // volume_cuts.LEAST_ROWS
    for new in (0, 20_000, 59_998):
        more = sorted([*numbers, new])
        versions = [9_999_999 if number == new else number * step for number in more]
        after = in_small_volumes(month(more, versions), RECEIPT)
        assert len(content(after) - content(before)) <= 2
        assert len(content(before) - content(after)) <= 2


def test_no_volume_is_larger_than_promised() -> None:
    """Rows among which none may begin a volume are cut where it is full, as those of a closed month are."""
    rows = month(list(range(1, 41_001)), [1] * 41_000)
    assert sizes_of(in_small_volumes(rows, RECEIPT)) == (20_000, 20_000, 1_000)
    assert sizes_of(in_full_volumes(rows, RECEIPT)) == full_sizes(41_000) == (20_000, 20_000, 1_000)


def test_a_small_month_is_one_volume() -> None:
    """Nobody has to open two files for the rows of an ordinary month."""
    assert sizes_of(in_small_volumes(month(list(range(1, 5_001))), RECEIPT)) == (5_000,)
    assert sizes_of(in_small_volumes(month([]), RECEIPT)) == ()


def test_rows_in_order_are_not_copied() -> None:
    """A large ledger is published from mapped files: what lies in the order of its key stays where it is."""
    rows = in_full_volumes(month(list(range(1, 9))), RECEIPT).drop(VOLUME).rechunk()
    again = in_small_volumes(rows, RECEIPT)
    assert again["_version"].to_arrow().buffers()[1].address == rows["_version"].to_arrow().buffers()[1].address
