"""Carry out a decision made on the command line and say what became of it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sync.commands.common import DONE, HELD, console, finding_rows, print_json, progress, show_table

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


def user_name() -> str:
    """Return the name of the person at the keyboard, as the operating system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def carry_out(share: Share, orders: Orders, language: str, *, as_json: bool) -> int:
    """Run a merge that follows the orders, print what became of each, and return the exit code."""
    from sync.run import sync  # noqa: PLC0415 - polars is not needed for the help
    from workbooks.pool import ReaderPool  # noqa: PLC0415

    with ReaderPool() as pool, progress() as told:
        result = sync(share, pool, told, orders=orders)
    if as_json:
        print_json(
            {
                "revision": result.revision,
                "decisions": [as_promised(each, language) for each in result.settled],
                "published": list(result.published),
                "postponed": list(result.postponed),
            }
        )
    else:
        for each in result.settled:
            _show(each, language)
    return DONE if all(each.result == "done" for each in result.settled) else HELD


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
