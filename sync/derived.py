"""Registers that the program makes from the books: which book each one shows, and its rows like those of any other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_expression
from schemas.columns import Kind
from sync.asset_uploads import upload_rows
from sync.books.budget import budget_execution
from sync.books.summary import stock_ledger
from sync.reconciliation import difference_rows
from sync.versioned import content_table

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping

PROGRAM = "houqin"
"""Stands for the workbook where a row comes from none."""

Derive = Callable[["Bookkeeping"], pl.DataFrame]
"""Returns the rows of a register that the books make: declared columns, those that are left out are blank.

Where people state a part of each row, what the ledger keeps with theirs may be passed on (``_status``,
``_workbook``, ``_sheet``, ``_row``, ``_sha256``, ``_from``)."""


def _ledger_of_stock(books: Bookkeeping) -> pl.DataFrame:
    return pl.concat([stock_ledger(each) for each in books.stock_history])


def _summaries_of_stock(books: Bookkeeping) -> pl.DataFrame:
    return books.stock_summary


def _log_of_closes(books: Bookkeeping) -> pl.DataFrame:
    return books.closes.log


def _execution_of_budgets(books: Bookkeeping) -> pl.DataFrame:
    registers = ("budget_line", "purchase_request", "invoice_reimbursement")
    plans, requests, invoices = (books.rows_or_none(each) for each in registers)
    return budget_execution(plans, requests, invoices, books.facts.today)


DERIVED: Mapping[str, Derive] = {
    "budget_execution": _execution_of_budgets,
    "recon_difference": difference_rows,
    "stock_ledger": _ledger_of_stock,
    "monthly_stock_summary": _summaries_of_stock,
    "asset_upload_quarterly": upload_rows,
    "period_close": _log_of_closes,
}
"""Register id to how its rows follow from the books."""


_OPEN: Mapping[str, Derive] = {
    "stock_ledger": lambda books: stock_ledger(books.stock),
    "monthly_stock_summary": lambda books: books.stock_summary.filter(
        ~pl.col("period").is_in(list(books.closes.stock_months))
    ),
}


def is_derived(register: type[Register]) -> bool:
    """Tell whether the rows of a register are made from the books and not read from the ledger."""
    return register.id in DERIVED


def derived_rows(books: Bookkeeping, register: type[Register]) -> pl.DataFrame:
    """Return the rows of a derived register, in the order of their keys, with the columns of the ledger.

    They are accepted, and come from no workbook (``_workbook`` is ``PROGRAM``) where the book does not say
    otherwise. ``_post_period`` is the month that their key names, else that of their date.
    """
    return _as_rows(register, DERIVED[register.id](books))


def open_rows(books: Bookkeeping, register: type[Register]) -> pl.DataFrame:
    """Return those of the derived rows of the stock book that belong to no closed month, without valuing these.

    Raises:
        KeyError: the register is not one of the stock book.
    """
    return _as_rows(register, _OPEN[register.id](books))


def rows_of_none(register: type[Register]) -> pl.DataFrame:
    """Return the columns of ``derived_rows`` without any row."""
    return content_table(register).no_rows


def _as_rows(register: type[Register], made: pl.DataFrame) -> pl.DataFrame:
    usual = {"_status": pl.lit("accepted"), "_workbook": pl.lit(PROGRAM), "_post_period": _period(register)}
    columns = []
    for name, dtype in content_table(register).stored.items():
        otherwise = usual.get(name, pl.lit(None))
        column = pl.coalesce(name, otherwise) if name in made.columns else otherwise
        columns.append(column.cast(dtype).alias(name))
    return made.select(columns).with_columns(key_expression(register).alias("_key")).sort(register.key)


def made_from(books: Callable[[], Bookkeeping]) -> Load:
    """Return what makes the rows of derived registers from the books, which are opened when they are asked for."""

    def made(register: type[Register]) -> pl.DataFrame:
        return derived_rows(books(), register)

    return made


def _period(register: type[Register]) -> pl.Expr:
    """Return the month of a row: that of its key, else that of its date."""
    for name in register.key:
        if register.column(name).kind is Kind.MONTH:
            return pl.col(name)
    day = register.date_column
    return pl.lit(None, pl.String) if day is None else pl.col(day).cast(pl.Date).dt.strftime("%Y-%m")
