"""Make of the published books what the decisions and the books of ``sync`` stand on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync.closes import closed_months, closes_of
from sync.foreseen import Basis
from sync.plan import Rights
from sync.standing import Standing, held_rows

if TYPE_CHECKING:
    import polars as pl

    from addin.published import Published
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping


def bookkeeping_of(published: Published) -> Bookkeeping:
    """Return the books that were published, as every command that keeps books has them."""
    from sync.bookkeeping import Bookkeeping  # noqa: PLC0415 - most clicks keep no books

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

    def made(register: type[Register]) -> pl.DataFrame:
        from sync.derived import made_from  # noqa: PLC0415 - few rules ask for what the books make

        return made_from(lambda: bookkeeping_of(published))(register)

    return Basis(
        published,
        Standing.of(published),
        published.load,
        made,
        school.registers_in_use,
        Rights(school.may_write, school.writers_of),
        replace(school.facts(), closed=closed_months(published)),
        school.zone,
    )
