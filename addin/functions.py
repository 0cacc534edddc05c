"""The worksheet functions HQ_BOOKQTY, HQ_ITEM …: what the published books say of an item, an asset or a row.

Excel calls them through xlwings, on Windows only; the VBA module ``Functions`` has one function for each, with the
name in capitals, because a name in VBA can have no dot.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec

import xlwings as xw

from addin import answers
from addin.answers import Value
from addin.lookups import Lookups
from addin.where import published_for, user_language
from addin.why import why
from sync.errors import HouqinError

Asked = ParamSpec("Asked")
_LOOK_AGAIN_SECONDS = 2.0
"""A sheet with a thousand formulas asks the share once, not a thousand times."""


class _Newest:
    """The newest publication, looked up; another one is noticed within a few seconds."""

    def __init__(self) -> None:
        self._lookups: Lookups | None = None
        self._looked = 0.0

    def lookups(self) -> Lookups:
        """Return the newest publication.

        Raises:
            NoShareError: nothing says where the shared folder is.
            ShareUnreachableError: it cannot be opened.
            PublicationError: it has no published books, or they are damaged.
        """
        now = time.monotonic()
        if self._lookups is None or now - self._looked > _LOOK_AGAIN_SECONDS:
            published = published_for(None)
            if self._lookups is None or self._lookups.published is not published:
                self._lookups = Lookups(published)
            self._looked = now
        return self._lookups


_newest = _Newest()


def _plain(function: Callable[Asked, Value]) -> Callable[Asked, Value]:
    """Return a function that says in its cell what is wrong: a formula has nobody to show a dialog to."""

    @wraps(function)
    def answered(*args: Asked.args, **kwargs: Asked.kwargs) -> Value:
        try:
            return function(*args, **kwargs)
        except HouqinError as error:
            return error.message(user_language())

    # xlwings takes type hints for orders to convert, and knows none of ours; signature and help come from the original.
    answered.__annotations__ = {}
    return answered


@xw.func(category="后勤账")
@xw.arg("item", doc="物品编码或名称 item code or name")
@xw.arg("warehouse", doc="仓库编码或名称，可不写 warehouse code or name, may be left out")
@_plain
def hq_bookqty(item: object, warehouse: object = None) -> Value:
    """账面数：某物品在某仓库（不写：所有仓库）的结存数量。Book quantity of an item in a warehouse, or in all."""
    return answers.book_quantity(_newest.lookups(), item, warehouse)


@xw.func(category="后勤账")
@xw.arg("item", doc="物品编码或名称 item code or name")
@xw.arg("field", doc="栏目，如“规格型号”；不写为名称 a header of the catalogue; the name without it")
@_plain
def hq_item(item: object, field: object = None) -> Value:
    """物品名称或目录中的其他栏目。Name or another field of an item."""
    return answers.item_field(_newest.lookups(), item, field)


@xw.func(category="后勤账")
@xw.arg("item", doc="物品编码或名称 item code or name")
@xw.arg("warehouse", doc="仓库编码或名称，可不写 warehouse code or name, may be left out")
@_plain
def hq_avgprice(item: object, warehouse: object = None) -> Value:
    """均价：某物品在某仓库（不写：所有仓库）的账面单价。Average price of an item in a warehouse, or in all."""
    return answers.average_price(_newest.lookups(), item, warehouse)


@xw.func(category="后勤账")
@xw.arg("asset_no", doc="资产编号 asset number")
@xw.arg("field", doc="栏目，如“存放地点”“使用人(责任人)”“净值”；不写为名称 a header of the card; the name without it")
@_plain
def hq_asset(asset_no: object, field: object = None) -> Value:
    """资产名称或卡片中的其他栏目，按账上现在的情况。Name or another field of an asset as the books have it now."""
    return answers.asset_field(_newest.lookups(), asset_no, field)


@xw.func(category="后勤账")
@xw.arg("row", xw.Range, doc="要问的行的任一单元格 any cell of the row")
@_plain
def hq_why(row: xw.Range) -> Value:
    """这一行收了没有，为什么。Whether a row was taken, and why not."""
    place = Path(row.sheet.book.fullname)
    return why(_newest.lookups().published, place, row.sheet.name, row.row, user_language())
