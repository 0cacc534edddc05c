"""Rows over several runs: what is held, what is taken later, and what an amendment may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.rule_lines import (
    Line,
    asked,
    brought_back,
    conversion,
    goods,
    issued,
    received,
    room,
    sent_back,
)

SECOND_STORE = room(room_code="CK02", room_name="食堂仓库", room_type="仓库", keeper="王芳", is_warehouse="是")


@dataclass(frozen=True)
class Watched:
    """One row, and per run the code that holds it (or nothing) and its quantity in the books (or None)."""

    line: Line
    runs: tuple[tuple[str, str | None], ...]

    def in_run(self, run: int) -> tuple[str, str | None]:
        """Return what is expected after a run, counted from 0; the last one stays."""
        return self.runs[min(run, len(self.runs) - 1)]


@dataclass(frozen=True)
class Story:
    """Rows of a workbook that nobody touches again, and of one that is saved before every run."""

    name: str
    watched: tuple[Watched, ...]
    stays: tuple[Line, ...] = ()
    saved: tuple[tuple[Line, ...], ...] = ((),)
    """What the other workbook says before each run; the last version stays."""

    def saved_in(self, run: int) -> tuple[Line, ...]:
        """Return what the other workbook says before a run, counted from 0."""
        return self.saved[min(run, len(self.saved) - 1)]


def taken(line: Line, *quantities: str) -> Watched:
    """Return a row that nothing is said about, with its quantity after each run."""
    return Watched(line, tuple(("", quantity) for quantity in quantities))


def stock_stories() -> Iterable[Story]:
    """Yield the stories of stock that is short."""
    item = goods()
    over = issued(item, 11)
    later = received(item, 5, doc_date="2026-11-04")
    yield Story(
        "stock arrives",
        (Watched(over, (("ISS-01", None), ("", "11.000"))),),
        (item, received(item), over),
        ((), (later,)),
    )
    item = goods()
    over = issued(item, 11)
    too_late = received(item, 5, doc_date="2026-11-06")
    yield Story(
        "stock arrives too late",
        (Watched(over, (("ISS-01", None),)),),
        (item, received(item), over),
        ((), (too_late,)),
    )
    item = goods()
    first, second = issued(item, 6), issued(item, 6)
    yield Story(
        "the first one takes less",
        (taken(first, "6.000", "4.000"), Watched(second, (("ISS-01", None), ("", "6.000")))),
        (item, received(item), second),
        ((first,), (first.but(qty=4),)),
    )
    item = goods()
    came, went = received(item), issued(item, 8)
    yield Story(
        "receipt is lowered below its issue, and put back",
        (Watched(came, (("", "10.000"), ("X-01", "10.000"), ("", "10.000"))), taken(went, "8.000")),
        (item, went),
        ((came,), (came.but(qty=7, amount="14.00"),), (came,)),
    )
    item = goods()
    came, went = received(item), issued(item, 8)
    yield Story(
        "receipt is dated behind its issue",
        (Watched(came, (("", "10.000"), ("X-01", "10.000"))), taken(went, "8.000")),
        (item, went),
        ((came,), (came.but(doc_date="2026-11-06"),)),
    )
    item = goods()
    came, went = received(item), issued(item, 8)
    yield Story(
        "issue grows beyond its stock",
        (Watched(went, (("", "8.000"), ("ISS-01", "8.000"), ("", "10.000"))),),
        (item, came),
        ((went,), (went.but(qty=11),), (went.but(qty=10),)),
    )


def request_stories() -> Iterable[Story]:
    """Yield the stories of requisitions and what is left of them."""
    item = goods()
    request = asked(item, approved_qty=3)
    issue = issued(item, requisition_no=request.number)
    yield Story(
        "more is approved",
        (Watched(issue, (("ISS-05", None), ("", "4.000"))),),
        (item, received(item), issue),
        ((request,), (request.but(approved_qty=4),)),
    )
    item = goods()
    request = asked(item)
    issue = issued(item, requisition_no=request.number)
    yield Story(
        "requisition arrives",
        (Watched(issue, (("X-02", None), ("", "4.000"))),),
        (item, received(item), issue),
        ((), (request,)),
    )
    item = goods()
    request = asked(item, 1, unit="箱")
    whole, beyond = (issued(item, qty, requisition_no=request.number) for qty in (5, 1))
    yield Story(
        "requisition in boxes, issues in pieces",
        (taken(whole, "5.000"), Watched(beyond, (("ISS-05", None),))),
        (item, conversion(item), received(item), request, whole, beyond),
    )
    item = goods()
    request = asked(item)
    nowhere = issued(item, requisition_no=request.number, warehouse="CK02")
    somewhere = issued(item, requisition_no=request.number)
    yield Story(
        "what has no stock uses up no requisition",
        (Watched(nowhere, (("ISS-05", None),)), taken(somewhere, "4.000")),
        (item, received(item), request, nowhere, somewhere),
    )


def return_stories() -> Iterable[Story]:
    """Yield the stories of goods that come back or go back."""
    item = goods()
    out = issued(item, 8)
    back, again, rest = brought_back(out, -5), brought_back(out, -4), brought_back(out, -3)
    yield Story(
        "store gets back no more than it issued",
        (
            taken(back, "-5.000"),
            Watched(again, (("", None), ("ISS-08", None))),
            Watched(rest, (("", None), ("", "-3.000"))),
        ),
        (item, received(item), out, back),
        ((), (again, rest)),
    )
    item = goods()
    came = received(item, 20)
    away, over, rest = sent_back(came, -12), sent_back(came, -9), sent_back(came, -8)
    yield Story(
        "supplier gets back no more than came",
        (
            taken(away, "-12.000"),
            Watched(over, (("", None), ("RCP-06", None))),
            Watched(rest, (("", None), ("", "-8.000"))),
        ),
        (item, came, away),
        ((), (over, rest)),
    )
    item = goods()
    came = received(item, 20)
    away = sent_back(came, -12)
    yield Story(
        "original covers what went back",
        (Watched(came, (("", "20.000"), ("RCP-06", "20.000"), ("", "12.000"))), taken(away, "-12.000")),
        (item, received(item, 20), away),
        ((came,), (came.but(qty=11, amount="22.00"),), (came.but(qty=12, amount="24.00"),)),
    )
    item = goods()
    never = issued(item, 11)
    back = brought_back(never, -1)
    yield Story(
        "what was held cannot come back",
        (Watched(never, (("ISS-01", None),)), Watched(back, (("ISS-08", None),))),
        (item, received(item), never, back),
    )


def unit_stories() -> Iterable[Story]:
    """Yield the stories of boxes and of factors that change."""
    item = goods()
    came, all_of_it, one_more = received(item, 2, "10.00", unit="箱"), issued(item, 10), issued(item, 1)
    yield Story(
        "two boxes are ten",
        (taken(came, "2.000"), taken(all_of_it, "10.000"), Watched(one_more, (("ISS-01", None),))),
        (item, conversion(item), came, all_of_it, one_more),
    )
    item = goods()
    part, whole = received(item, "0.5", "10.00", unit="箱"), received(item, "0.2", "10.00", unit="箱")
    one, two = issued(item, 1), issued(item, 1)
    yield Story(
        "a part of a box is whole pieces, or it is not",
        (
            Watched(part, (("QTY-INT", None),)),
            taken(whole, "0.200"),
            taken(one, "1.000"),
            Watched(two, (("ISS-01", None),)),
        ),
        (item, conversion(item), part, whole, one, two),
    )
    item = goods()
    before, after = (received(item, 1, "12.00", unit="箱", doc_date=f"2026-11-{day}") for day in ("09", "10"))
    known = received(item, 1, "2.00", doc_date="2026-11-01")
    all_of_it, one_more = (issued(item, qty, doc_date="2026-11-10") for qty in (7, 1))
    yield Story(
        "a factor is used from its first day",
        (
            Watched(before, (("UOM-01", None),)),
            taken(after, "1.000"),
            taken(all_of_it, "7.000"),
            Watched(one_more, (("ISS-01", None),)),
        ),
        (item, conversion(item, factor="6", valid_from="2026-11-10"), known, before, after, all_of_it, one_more),
    )
    item = goods()
    before, after = (received(item, 1, "10.00", unit="箱", doc_date=f"2026-11-{day}") for day in ("09", "10"))
    factors = (conversion(item), conversion(item, factor="6", valid_from="2026-11-10"))
    all_of_it, one_more = (issued(item, qty, doc_date="2026-11-11") for qty in (11, 1))
    yield Story(
        "the factor of the day counts",
        (
            taken(before, "1.000"),
            taken(after, "1.000"),
            taken(all_of_it, "11.000"),
            Watched(one_more, (("ISS-01", None),)),
        ),
        (item, *factors, before, after, all_of_it, one_more),
    )


def people_stories() -> Iterable[Story]:
    """Yield the stories of people who left."""
    item = goods()
    came = received(item, doc_date="2026-10-08")
    while_here, since = (issued(item, 1, collector="何平", doc_date=day) for day in ("2026-10-31", "2026-11-01"))
    yield Story(
        "somebody signs while in service",
        (taken(while_here, "1.000"), Watched(since, (("PERSON-INACTIVE", None),))),
        (item, came, while_here, since),
    )


def number_stories() -> Iterable[Story]:
    """Yield the stories of numbers that are corrected while something else stands against the row."""
    item = goods()
    came, went = received(item), issued(item, 8)
    renamed = came.but(doc_no="RK-202611-9001", qty=5, amount="10.00")
    yield Story(
        "a corrected number cannot take stock from under an issue",
        (taken(came, "10.000"), Watched(renamed, (("", None), ("X-01", None)))),
        (item, went),
        ((came,), (renamed,)),
    )
    item = goods()
    request, went = asked(item), issued(item)
    renamed = went.but(doc_no="CK-202611-9001", requisition_no=request.number)
    yield Story(
        "a corrected number that waits counts once",
        (
            Watched(went, (("", "4.000"), ("", "4.000"), ("", None))),
            Watched(renamed, (("", None), ("X-02", None), ("", "4.000"))),
        ),
        (item, received(item)),
        ((went,), (renamed,), (renamed, request)),
    )
    item = goods()
    request, came = asked(item), received(item, 4)
    went = issued(item, requisition_no=request.number)
    renamed, arrived = went.but(doc_no="CK-202611-9002"), came.but(doc_no="RK-202611-9002")
    yield Story(
        "a corrected number takes what it had",
        (
            Watched(went, (("", "4.000"), ("", None))),
            Watched(renamed, (("", None), ("", "4.000"))),
            Watched(came, (("", "4.000"), ("", None))),
            Watched(arrived, (("", None), ("", "4.000"))),
        ),
        (item, request),
        ((came, went), (arrived, renamed)),
    )
    item = goods()
    came = received(item)
    away = sent_back(came, -3)
    renamed = came.but(doc_no="RK-202611-9003")
    yield Story(
        "what goods were sent back of keeps its number",
        (taken(came, "10.000"), Watched(renamed, (("", None), ("RCP-06", None))), taken(away, "-3.000")),
        (item, received(item), away),
        ((came,), (renamed,)),
    )


STORIES = (
    *number_stories(),
    *stock_stories(),
    *request_stories(),
    *return_stories(),
    *unit_stories(),
    *people_stories(),
)
