"""Make of the published books what the decisions and the books of ``sync`` stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync.bookkeeping import Bookkeeping
from sync.closes import closed_months, closes_of
from sync.derived import made_from
from sync.foreseen import Basis
from sync.plan import Rights
from sync.standing import Standing, held_rows

if TYPE_CHECKING:
    from addin.published import Published


def bookkeeping_of(published: Published) -> Bookkeeping:
    """Return the books that were published, as every command that keeps books has them."""
    school = published.school
    return Bookkeeping(
        school.registers_in_use,
        published.load,
        school.facts(),
        closes_of(published, school.zone),
        published.versions,
        lambda register: held_rows(published, register),
    )


def basis_of(published: Published) -> Basis:
    """Return the published books as workbooks are looked at against them."""
    school = published.school
    return Basis(
        published,
        Standing.of(published),
        published.load,
        made_from(lambda: bookkeeping_of(published)),
        school.registers_in_use,
        Rights(school.may_write, school.writers_of),
        replace(school.facts(), closed=closed_months(published)),
        school.zone,
    )
