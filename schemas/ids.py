"""Check digits of the identity numbers of people and of organisations, for whole columns at once."""

from __future__ import annotations

import polars as pl

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = dict(enumerate("10X98765432"))

ID_NUMBER = r"\d{17}[0-9X]"
"""Form of an identity number after normalisation, to be matched in full."""


def wrong_check_digit(number: pl.Expr) -> pl.Expr:
    """Return True where an 18-character identity number ends in the wrong character.

    Null, and anything that does not have the form of an identity number, is not judged (False).

    Source: GB 11643-1999 (ISO 7064 MOD 11-2).
    """
    shaped = number.str.contains(f"^{ID_NUMBER}$").fill_null(value=False)
    judged = pl.when(shaped).then(number)
    digits = (judged.str.slice(place, 1).cast(pl.Int64, strict=False) * weight for place, weight in enumerate(_WEIGHTS))
    expected = (pl.sum_horizontal(*digits) % 11).replace_strict(_CHECK, return_dtype=pl.String)
    return shaped & (judged.str.slice(17, 1) != expected)


_CREDIT_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_VALUES = {sign: value for value, sign in enumerate(_CREDIT_SIGNS)}

CREDIT_CODE = r"[0-9A-HJ-NPQRTUWXY]{18}"
"""Form of a unified social credit code after normalisation, to be matched in full."""


def wrong_credit_code(code: pl.Expr) -> pl.Expr:
    """Return True where a unified social credit code ends in the wrong character.

    Null, and anything that does not have the form of one, is not judged (False).

    Source: GB 32100-2015 (weights are powers of 3, modulo 31).
    """
    shaped = code.str.contains(f"^{CREDIT_CODE}$").fill_null(value=False)
    judged = pl.when(shaped).then(code)
    values = (
        judged.str.slice(place, 1).replace_strict(_CREDIT_VALUES, default=None, return_dtype=pl.Int64)
        * pow(3, place, len(_CREDIT_SIGNS))
        for place in range(17)
    )
    last = judged.str.slice(17, 1).replace_strict(_CREDIT_VALUES, default=None, return_dtype=pl.Int64)
    return shaped & ((pl.sum_horizontal(*values) + last) % len(_CREDIT_SIGNS) != 0)
