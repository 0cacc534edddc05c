"""Look up goods, places and assets in the published books, by code or by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from schemas.books import OpenBooks
from schemas.findings import Text
from schemas.register import register_of
from schemas.resolve import find_code

if TYPE_CHECKING:
    from addin.published import Published

ITEMS, ROOMS, ASSETS = "item_catalogue", "location", "fixed_asset_card"

_UNKNOWN = Text("没有“{word}”（{title}）", "no “{word}” in {title_en}")
_MEANT = Text("没有“{word}”（{title}），是否为“{meant}”", "no “{word}” in {title_en}; is it “{meant}”")
_SEVERAL = Text("有几个“{word}”：{codes}，请填编码", "several “{word}”: {codes}; give the code")
_BLANK = Text("没有填{title}的编码或名称", "nothing is given to look up in {title_en}")


@dataclass(frozen=True)
class Balance:
    """What the books have of one item in one warehouse."""

    quantity: Decimal
    value: Decimal
    average_price: Decimal | None


@dataclass(frozen=True)
class Code:
    """The code that a word stands for, or why it stands for none."""

    code: str | None
    why_not: str = ""


class Lookups:
    """One publication, looked up; keep it as long as the publication is the newest."""

    def __init__(self, published: Published) -> None:
        self.published = published
        self.language = published.school.language
        self._books = OpenBooks(published.school.facts(), published.load)
        self._found: dict[tuple[str, str], Code] = {}

    @cached_property
    def stock(self) -> Mapping[tuple[str, str], Balance]:
        """Return warehouse and item to what lies there; what once lay there is listed with nothing."""
        names = ("warehouse", "item", "quantity", "value", "average_price")
        lines = self.published.stock().select(names)
        return {(room, item): Balance(*figures) for room, item, *figures in lines.iter_rows()}

    def quantity(self, room: str, item: str) -> Decimal:
        """Return how much of an item the books have in a warehouse, both by code, in its base unit."""
        balance = self.stock.get((room, item))
        return Decimal(0) if balance is None else balance.quantity

    @cached_property
    def _holders(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for (room, item), balance in self.stock.items():
            if balance.quantity:
                found.setdefault(item, []).append(room)
        return found

    def rooms_with(self, item: str) -> Sequence[str]:
        """Return the codes of the warehouses that hold an item, sorted."""
        return sorted(self._holders.get(item, ()))

    @cached_property
    def items(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the rows of the item catalogue by code."""
        return self._by_code(ITEMS)

    @cached_property
    def rooms(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the rooms and places by code."""
        return self._by_code(ROOMS)

    @cached_property
    def assets(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the asset cards by number, with place, keeper, state and worth as the books have them now."""
        now = {row["asset_no"]: row for row in self.published.assets().iter_rows(named=True)}
        return {number: {**card, **now.get(number, {})} for number, card in self._by_code(ASSETS).items()}

    def _by_code(self, register_id: str) -> Mapping[str, Mapping[str, Any]]:
        code = register_of(register_id).key[0]
        return {row[code]: row for row in self._books.rows(register_id).iter_rows(named=True)}

    def room_name(self, code: str) -> str:
        """Return the name of a room, its code where it has none."""
        return str(self.rooms.get(code, {}).get("room_name") or code)

    def code(self, register_id: str, word: object) -> Code:
        """Return the code that a word stands for in a register: the code itself, or a name that only one row has."""
        typed = typed_text(word)
        if (register_id, typed) not in self._found:
            self._found[register_id, typed] = self._looked_up(register_id, typed)
        return self._found[register_id, typed]

    def _looked_up(self, register_id: str, typed: str) -> Code:
        register = register_of(register_id)
        titles = {"word": typed, "title": register.title, "title_en": register.title_en}
        directory = self._books.directory(f"{register_id}.{register.key[0]}")
        if not typed or directory is None:
            return Code(None, (_UNKNOWN if typed else _BLANK).message(self.language, titles))
        found = find_code(typed, [directory])
        if found.code is None and len(found.candidates) > 1:
            active = [each for each in found.candidates if directory.active_on(each, self._books.facts.today)]
            if len(active) != 1:
                titles["codes"] = "、".join(found.candidates)
                return Code(None, _SEVERAL.message(self.language, titles))
            return Code(active[0])
        if found.code is None:
            text = _MEANT if found.suggestion else _UNKNOWN
            return Code(None, text.message(self.language, titles | {"meant": found.suggestion}))
        return Code(found.code)

    def shown(self, reference: str, code: str) -> str:
        """Return a code with the name it stands for, as in ``张敏（T0026）``; ``reference`` is ``register.column``."""
        directory = self._books.directory(reference)
        return code if directory is None else directory.shown(code)


def typed_text(word: object) -> str:
    """Return what stands in a cell as text; whole numbers come from spreadsheets as floats."""
    if isinstance(word, float) and word.is_integer():
        return str(int(word))
    return "" if word is None else str(word).strip()
