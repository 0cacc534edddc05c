"""The bank account, as the journal and the statement name it."""

from __future__ import annotations

from schemas import columns as c
from schemas.columns import Column


def account_no(*aliases: str, **options: object) -> Column:
    """The number of a bank account."""
    hint = {"hint": "8至25位数字，按文本填写", "hint_en": "8 to 25 digits, as text"}
    return c.code(
        "银行账号",
        "Account no.",
        r"\d{8,25}",
        required=True,
        example="6222000012345678",
        aliases=("账号", *aliases),
        **{**hint, **options},
    )
