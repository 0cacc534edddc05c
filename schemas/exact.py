"""Exact decimal arithmetic on polars columns: money 2 places, price 4, quantity 3, half-up rounding.

A plain ``pl.col("qty") * pl.col("unit_price")`` keeps the larger scale of the two and cuts off the
rest, and ``round`` on decimals rounds half to even; hence these few functions.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

PRECISION = 38
MONEY_PLACES = 2
PRICE_PLACES = 4
QTY_PLACES = 3
_PRODUCT_PLACES = 7


def decimal(places: int) -> pl.Decimal:
    """Return the polars type of an exact number with ``places`` decimals."""
    return pl.Decimal(PRECISION, places)


def product(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """Return the exact product with 7 places (a quantity of 3 times a price of 4)."""
    wide = decimal(_PRODUCT_PLACES)
    return left.cast(wide) * right.cast(wide)


def percentage(amount: pl.Expr, pct: pl.Expr) -> pl.Expr:
    """Return the exact part of an amount that a percentage of 2 places stands for, with 7 places."""
    return product(amount, pct) * pl.lit(Decimal("0.01"), decimal(_PRODUCT_PLACES))


def half_up(value: pl.Expr, places: int) -> pl.Expr:
    """Round half away from zero to ``places`` decimals, as money is rounded (DOMAIN.md 2.0.1)."""
    return value.round(places, mode="half_away_from_zero").cast(decimal(places))


def amount_of(qty: pl.Expr, price: pl.Expr) -> pl.Expr:
    """Return quantity times price as money, rounded half up to the cent."""
    return half_up(product(qty, price), MONEY_PLACES)


def scaled(value: pl.Expr, places: int) -> pl.Expr:
    """Return a decimal with ``places`` places as a whole number (12.50 with 2 places is 1250)."""
    return value.cast(decimal(places)).to_physical().cast(pl.Int64)


def unscaled(value: pl.Expr, places: int) -> pl.Expr:
    """Return the decimal that ``scaled`` made a whole number of."""
    unit = pl.lit(Decimal(1).scaleb(-places), decimal(places))
    return (value.cast(decimal(0)) * unit).cast(decimal(places))
