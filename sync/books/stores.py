"""What lies in one warehouse of one item, and what it is worth: by moving average, or in layers.

Whole numbers only: quantities in thousandths of the base unit, amounts in fen. All divisions are
exact and rounded half up; what takes everything takes the whole amount, so that no amount is ever
left without a quantity.

Source: DOMAIN.md 4.7 (3), (5) and (8).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass

LayerKey = tuple[int, str, int]
"""Day (since 1970), number and line of the document that a layer came in by."""

_BEFORE_ALL: LayerKey = (-1_000_000, "", 0)


@dataclass(slots=True)
class Layer:
    """Goods that came in together and are still there."""

    key: LayerKey
    qty: int
    amount: int


def share(qty: int, amount: int, whole: int) -> int:
    """Return the part of an amount, not below 0, that ``qty`` of ``whole`` stands for, rounded half up."""
    return (2 * qty * amount + whole) // (2 * whole)


class Average:
    """Stock valued by moving weighted average (移动加权平均)."""

    __slots__ = ("amount", "qty")

    def __init__(self, qty: int, amount: int) -> None:
        self.qty = qty
        self.amount = amount

    def put(self, qty: int, amount: int, position: int) -> None:
        """Add goods and what they cost."""
        del position
        self.qty += qty
        self.amount += amount

    def take(self, qty: int) -> int:
        """Return what goods cost that leave; more than there is takes everything."""
        held = self.qty
        cost = self.amount
        if qty < held:
            cost = (2 * qty * cost + held) // (2 * held)
        self.qty = held - qty
        self.amount -= cost
        return cost

    def take_back(self, qty: int, amount: int, doc_no: str) -> int:
        """Return what goods take along that go back to the supplier at ``amount``, as far as the stock covers it."""
        del doc_no
        cost = self.amount if qty >= self.qty else min(amount, self.amount)
        self.qty -= qty
        self.amount -= cost
        return cost

    def layers(self) -> list[Layer]:
        """Return nothing: an average knows no layers."""
        return []


class Layers:
    """Stock valued first in, first out (先进先出); ``key_of`` returns the layer key of a posting.

    Where the layers do not add up to the balance, the rest is the oldest layer.
    """

    __slots__ = ("_key_of", "_layers", "amount", "qty")

    def __init__(self, key_of: Callable[[int], LayerKey], qty: int, amount: int, layers: Iterable[Layer]) -> None:
        self._key_of = key_of
        self._layers = sorted(layers, key=_key)
        self.qty = qty
        self.amount = amount
        rest = qty - sum(layer.qty for layer in self._layers)
        if rest > 0:
            known = sum(layer.amount for layer in self._layers)
            self._layers.insert(0, Layer(_BEFORE_ALL, rest, amount - known))

    def put(self, qty: int, amount: int, position: int) -> None:
        """Add a layer where its document's date and number place it."""
        there = min(self.qty + qty, qty)  # what left before it came in is gone already
        self.qty += qty
        self.amount += amount
        if there > 0:
            key = self._key_of(position)
            layers = self._layers
            at = len(layers) if not layers or layers[-1].key < key else bisect_right(layers, key, key=_key)
            layers.insert(at, Layer(key, there, amount))

    def take(self, qty: int) -> int:
        """Return what goods cost that leave from the oldest layers; more than there is takes everything."""
        if qty >= self.qty:
            return self._leave(qty, self.amount)
        layers = self._layers
        oldest = layers[0]
        held = oldest.qty
        if qty < held:
            cost = (2 * qty * oldest.amount + held) // (2 * held)
            oldest.qty = held - qty
            oldest.amount -= cost
        else:
            used_up, cost = self._pick(qty, layers)
            del layers[:used_up]
        self.qty -= qty
        self.amount -= cost
        return cost

    def take_back(self, qty: int, amount: int, doc_no: str) -> int:
        """Return what goods take along that go back to the supplier at ``amount``, as far as the stock covers it.

        They leave the layers of their own receipt first, then the oldest; what those cost more or
        less stays with the oldest goods that are left.
        """
        if qty >= self.qty:
            return self._leave(qty, self.amount)
        own = [layer for layer in self._layers if layer.key[1] == doc_no]
        _, picked = self._pick(qty, [*own, *(layer for layer in self._layers if layer.key[1] != doc_no)])
        self._layers = [layer for layer in self._layers if layer.qty]
        cost = min(amount, self.amount)
        self._shift(picked - cost)
        return self._leave(qty, cost)

    def layers(self) -> list[Layer]:
        """Return what is left, oldest first."""
        return list(self._layers)

    def _leave(self, qty: int, cost: int) -> int:
        self.qty -= qty
        self.amount -= cost
        if self.qty <= 0:
            self._layers.clear()
        return cost

    @staticmethod
    def _pick(qty: int, layers: Iterable[Layer]) -> tuple[int, int]:
        """Take a quantity that is there out of layers in order; return how many were used up, and the cost."""
        cost = used_up = 0
        for layer in layers:
            if qty < layer.qty:
                worth = share(qty, layer.amount, layer.qty)
                layer.qty -= qty
                layer.amount -= worth
                return used_up, cost + worth
            cost += layer.amount
            qty -= layer.qty
            layer.qty = layer.amount = 0
            used_up += 1
        return used_up, cost

    def _shift(self, amount: int) -> None:
        """Add an amount, or take one away, at the oldest layers, as far as each can bear it."""
        for layer in self._layers:
            now = max(0, layer.amount + amount)
            amount -= now - layer.amount
            layer.amount = now
            if not amount:
                return


def _key(layer: Layer) -> LayerKey:
    return layer.key


Store = Average | Layers
