"""The order in which registers are checked: what others refer to comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.register import all_registers

if TYPE_CHECKING:
    from collections.abc import Iterable


def checking_order(registers: Iterable[str]) -> list[list[str]]:
    """Return register ids in groups, referenced ones first; a group refers to itself in a circle.

    Staff belong to departments and departments have heads: such a circle is checked together.
    """
    known = all_registers()
    wanted = [register_id for register_id in known if register_id in set(registers)]
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in (*known[node].references(), *known[node].judged_after):
            if target not in wanted:
                continue
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            at = stack.index(node)
            groups.append(sorted(stack[at:], key=wanted.index))
            del stack[at:]

    for register_id in wanted:
        if register_id not in index:
            visit(register_id)
    return groups
