"""Carry out a decision made on the command line and say what became of it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sync.commands.common import DONE, HELD, console, finding_rows, print_json, progress, reader_pool, show_table

if TYPE_CHECKING:
    from sync.decisions import Orders, Settled
    from sync.share import Share

Command = TypeVar("Command", bound=Callable[..., Any])

_WORDS = {
    "done": ("已处理", "settled"),
    "held": ("已决定，但规则不允许，暂未入账", "decided, but a rule does not allow it"),
    "changed": ("情况又有变化，没有处理，请重新查看", "it has changed meanwhile, nothing was done: look again"),
}
_REFUSED = ("未处理：会使库存为负", "refused: stock would be negative")


def reason_option(command: Command) -> Command:
    """Add ``--reason``: kept with the decision."""
    return click.option("--reason", default="", help="Why; kept in the ledger with the decision.")(command)


def ids_given(_ctx: click.Context, _param: click.Parameter, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the ids that were typed, each once and without blanks around it.

    Raises:
        click.UsageError: one of them is empty.
    """
    named = tuple(dict.fromkeys(name.strip() for name in ids))
    if "" in named:
        message = "编号不能为空，请用不带编号的同一命令查看。 An id is empty: see the ids by the command without any."
        raise click.UsageError(message)
    return named


def user_name() -> str:
    """Return the name of the person at the keyboard, as the operating system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def carry_out(share: Share, orders: Orders, language: str, *, as_json: bool) -> int:
    """Run a merge that follows the orders, print what became of each, and return the exit code."""
    from sync.run import sync  # noqa: PLC0415 - polars is not needed for the help

    with reader_pool() as pool, progress() as told:
        results = [sync(share, pool, told, orders=orders)]
        while again := blocked_still(results[-1].settled):
            results.append(sync(share, pool, told, orders=replace(orders, takes={}, confirms=again)))
    settled = {each.decision.id: each for result in results for each in result.settled}
    if as_json:
        print_json(
            {
                "revision": results[-1].revision,
                "decisions": [as_promised(each, language) for each in settled.values()],
                "published": list(dict.fromkeys(path for result in results for path in result.published)),
                "postponed": list(results[-1].postponed),
            }
        )
    else:
        for each in settled.values():
            _show(each, language)
    return DONE if all(each.result == "done" for each in settled.values()) else HELD


def blocked_still(settled: Sequence[Settled]) -> list[str]:
    """Return the withdrawals that stock did not allow, where others were done that may have freed them.

    A receipt and its issue that are confirmed together go one after the other.
    """
    confirmed = [each for each in settled if each.decision.take is None]
    held = [each.decision.id for each in confirmed if each.result == "held"]
    return held if len(held) < len(confirmed) else []


def as_promised(settled: Settled, language: str) -> dict[str, Any]:
    """Return what became of a decision as the command line promises it."""
    return {
        "id": settled.decision.id,
        "what": settled.decision.what,
        "take": settled.decision.take,
        "result": str(settled.result),
        "findings": [finding.as_json(language) for finding in settled.findings],
    }


def _show(settled: Settled, language: str) -> None:
    english = language == "en"
    refused = settled.result == "held" and settled.decision.take is None
    said = _REFUSED if refused else _WORDS[str(settled.result)]
    console().print(f"{settled.decision.id}: {said[english]}", markup=False, soft_wrap=True)
    if settled.findings:
        headers = ("severity", "where", "what", "what to do") if english else ("级别", "位置", "问题", "怎么办")
        show_table("", headers, finding_rows(settled.findings, language))
