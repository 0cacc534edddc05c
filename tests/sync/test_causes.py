"""Candidate causes: said where the figures bear them out, and only there."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from sync.books.agreements import BOOKED, DOCUMENTS, HELD
from sync.books.causes import Evidence, causes_of

FACTORS = {"BG0001": [("箱", 30)]}


def line(left: int, right: int, name: str = "1302", number: int = 1, **cells: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a differing line: values in fen, quantities (in pieces) where they are given."""
    left_qty, right_qty = (cells.get(side) for side in ("left_qty", "right_qty"))
    counted = left_qty is not None and right_qty is not None
    return {
        "line_no": number,
        "object": name,
        "left_value": left,
        "right_value": right,
        "diff": left - right,
        "left_qty": 1000 * left_qty if counted else None,
        "right_qty": 1000 * right_qty if counted else None,
        "diff_qty": 1000 * (left_qty - right_qty) if counted else None,
    }


def document(number: str, amount: int, name: str | None = None, state: str = BOOKED) -> dict[str, Any]:
    """Return a document that explains a difference of some fen if the other side lacks it."""
    return {"object": name, "doc_no": number, "amount": amount, "qty": None, "state": state}


def found(*lines: dict[str, Any], documents: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, tuple[str, ...]]]:
    """Return kind and documents of the causes of the first line."""
    types = {"line_no": pl.Int64, "object": pl.String, **dict.fromkeys(("left_qty", "right_qty", "diff_qty"), pl.Int64)}
    frame = pl.DataFrame(lines, schema_overrides=types)
    evidence = Evidence(pl.DataFrame(documents, schema=DOCUMENTS), FACTORS)
    return [(cause.kind, cause.documents) for cause in causes_of(frame, evidence).get(1, ())]


def test_documents_with_exactly_the_amount_come_first() -> None:
    """One document of 116.20 explains a difference of 116.20; no pair is looked for then."""
    documents = (document("RK1", 11620), document("RK2", 5000), document("RK3", 6620), document("RK4", -11620))
    assert found(line(1011620, 1000000), documents=documents) == [("document", ("RK1",))]


def test_two_documents_may_make_the_amount() -> None:
    """Two that come to the difference are named, three pairs at most: more are chance."""
    one = (document("RK1", 5000), document("RK2", 6620), document("RK3", 1))
    assert found(line(11620, 0), documents=one) == [("pair", ("RK1", "RK2"))]
    many = tuple(document(f"RK{number}", 1000 + number) for number in range(20))
    assert found(line(2019, 0), documents=many) == []


def test_a_document_of_another_object_explains_nothing() -> None:
    """Documents that belong to one object are looked at for that one only."""
    documents = (document("SJ1", 500, "SF001"), document("SJ2", 500, "SF002"))
    assert found(line(500, 0, "SF002"), documents=documents) == [("document", ("SJ2",))]


def test_a_wrong_sign_is_twice_the_amount() -> None:
    """A return of 30.00 that was entered as a receipt makes 60.00."""
    assert found(line(16000, 10000), documents=(document("RK1", 3000),)) == [("sign", ("RK1",))]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (54000, 45000, [("transposed", ())]),
        (45000, 54000, [("transposed", ())]),
        (50400, 40500, []),
        (19000, 10000, []),
    ],
)
def test_transposed_digits_are_said_of_sides_that_are_each_other_turned_round(
    left: int, right: int, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    """540.00 and 450.00 are; that a difference can be divided by 9 is not enough."""
    assert (left - right) % 9 == 0
    assert found(line(left, right)) == expected


def test_transposed_digits_are_said_of_a_document_that_would_settle_it() -> None:
    """A receipt of 540.00 that should be 450.00 makes the books 90.00 too high; one that should be more does not."""
    assert found(line(109000, 100000), documents=(document("RK1", 54000),)) == [("transposed", ("RK1",))]
    assert found(line(109000, 100000), documents=(document("RK1", 45000),)) == []
    assert found(line(91000, 100000), documents=(document("RK1", 45000),)) == [("transposed", ("RK1",))]


def test_boxes_may_stand_as_pieces() -> None:
    """Two boxes of 30 counted as 2 pieces make 58, and both sides have two at least."""
    assert found(line(0, 0, "BG0001 CK01", left_qty=60, right_qty=2)) == [("unit", ())]
    assert found(line(0, 0, "BG0001 CK01", left_qty=59, right_qty=1)) == []
    assert found(line(0, 0, "BG0001 CK01", left_qty=58, right_qty=0)) == []
    assert found(line(0, 0, "BG0002 CK01", left_qty=60, right_qty=2)) == []


def test_swapped_items_differ_by_the_opposite_in_the_same_place() -> None:
    """One too many of one and one too few of another, in one warehouse."""
    one = line(0, 0, "BG0001 CK01", left_qty=5, right_qty=4)
    same, elsewhere = (line(0, 0, f"BG0002 {place}", 2, left_qty=4, right_qty=5) for place in ("CK01", "CK02"))
    assert found(one, same) == [("swapped", ())]
    assert found(one, elsewhere) == []


def test_a_held_document_is_named_as_such() -> None:
    """A receipt that is held back is in no book: the other side may have it."""
    evidence = Evidence(pl.DataFrame([document("RK1", -5000, None, HELD)], schema=DOCUMENTS), {})
    frame = pl.DataFrame(
        [line(10000, 15000)], schema_overrides={"left_qty": pl.Int64, "right_qty": pl.Int64, "diff_qty": pl.Int64}
    )
    [cause] = causes_of(frame, evidence)[1]
    assert "搁置" in cause.text.zh
    assert "held" in cause.text.en
