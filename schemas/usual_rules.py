"""Rules that recur from register to register: each factory returns one, for its own columns in its own words."""

from __future__ import annotations

import polars as pl

from schemas.rules import Books, CrossRule, RowRule, cross_rule, row_rule
from schemas.rules_shared import HEAD_OR_HIGHER, lacks_role, repeated


def not_before(at: str, earliest: str, *, zh: str, en: str, code: str = "DATE-ORDER") -> RowRule:
    """Return the rule that a day is not before another one of its row."""
    declare = row_rule(code, at=at, zh=zh, en=en, hint_zh="请核对两个日期", hint_en="check both dates")
    return declare(lambda _: pl.col(at) < pl.col(earliest))


def at_most(
    at: str,
    limit: str,
    *,
    zh: str,
    en: str,
    hint_zh: str = "请核对两个数",
    hint_en: str = "check both",
    code: str = "NUM-RANGE",
) -> RowRule:
    """Return the rule that a number is not above another one of its row."""
    declare = row_rule(code, at=at, zh=zh, en=en, hint_zh=hint_zh, hint_en=hint_en)
    return declare(lambda _: pl.col(at) > pl.col(limit))


def approved_by_another(person: str, title: str, title_en: str, code: str = "X-09") -> RowRule:
    """Return the rule that the approver is not the person in another column, a warning in a small unit.

    Source: DOMAIN.md 2.3, X-09, which registers with a rule of their own cover by its code.
    """
    declare = row_rule(
        code,
        small="W",
        at="approver",
        zh=f"{'审批冲突：' if code == 'X-09' else ''}批准人不得与{title}相同（{{approver}}）",
        en=f"the approver must not be the {title_en} ({{approver}})",
        hint_zh="请由他人批准",
        hint_en="have somebody else approve it",
    )
    return declare(lambda _: pl.col("approver") == pl.col(person))


def role_expected(
    person: str,
    lacking: pl.Expr,
    *,
    zh: str,
    en: str,
    hint_zh: str = "请核对批准人，或由管理员确认其角色",
    hint_en: str = "check the person, or have an admin confirm the role",
) -> RowRule:
    """Return the warning that a person lacks the role in which people sign there; see ``lacks_role``."""
    wants = (f"{person}.role_codes",)
    declare = row_rule("ROLE-MISMATCH", "W", at=person, zh=zh, en=en, hint_zh=hint_zh, hint_en=hint_en, wants=wants)
    return declare(lambda _: lacking)


def approved_by_head() -> RowRule:
    """Return the warning that the approver is not the head of general affairs (DOMAIN.md 2.3, approval matrix)."""
    return role_expected(
        "approver",
        lacks_role("approver", *HEAD_OR_HIGHER),
        zh="批准人“{value}”没有“总务主任”或更高的角色",
        en="approver “{value}” does not hold the role of head of general affairs or a higher one",
    )


def only_warehouse(
    at: str,
    zh: str = "“{value}”不是仓库，不能存放库存物品",
    en: str = "“{value}” is not a warehouse: it cannot hold stock",
) -> RowRule:
    """Return the rule that a room is a warehouse (DOMAIN.md 2.2, location.is_warehouse)."""
    is_warehouse = f"{at}.is_warehouse"
    declare = row_rule(
        "ROOM-NOT-WAREHOUSE",
        at=at,
        zh=zh,
        en=en,
        hint_zh="请选仓库，或在场所表把“是否仓库”改为“是”",
        hint_en="choose a warehouse, or make it one in the rooms register",
        wants=(is_warehouse,),
    )
    return declare(lambda _: ~pl.col(is_warehouse))


def stated_once(register: str, at: str, code: str, *, zh: str, en: str, hint_zh: str, hint_en: str) -> CrossRule:
    """Return the rule that no two rows of a register state the same in a column, whatever their status.

    The row that was there first stays; its key is ``{holder}``.
    """
    declare = cross_rule(code, at=at, zh=zh, en=en, hint_zh=hint_zh, hint_en=hint_en)

    def failing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        return repeated(rows, books.others(register, rows), [at])

    return declare(failing)
