"""The command line ``houqin``: finds the command, loads only that one, and speaks of failures plainly."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

import click

from sync import __version__
from sync.output import Unread
from sync.usage import in_both_languages, refuse_undecodable

if TYPE_CHECKING:
    from workbooks.pool import ReaderPool

COMMANDS = {
    "demo": "a sample school: its workbooks, merged and published",
    "init": "a new shared folder with its departments and templates",
    "registers": "list the registers with their columns",
    "template": "write an empty workbook for a register or a department",
    "validate": "check workbooks and show every finding at its cell",
    "sync": "merge what departments have saved into the ledger",
    "watch": "the daemon: merge what departments save as they save it",
    "nightly": "what is done every night: reread, prove, compare, back up, report, tell",
    "rows": "list the rows of a register, now or as of any moment",
    "history": "show every version of one row",
    "why": "tell why a row was or was not taken",
    "conflicts": "list rows that two workbooks state differently, and settle them",
    "confirm": "confirm what waits: missing rows and safe stops",
    "stock": "show what lies where and what it is worth, line by line, by months",
    "assets": "list the assets with place and worth, and show what each month charges",
    "count": "count goods and assets: plans, count sheets, differences, what was posted",
    "cash": "show cash and bank accounts by day, and cash as it was counted",
    "bank": "compare bank accounts with the bank's statement (余额调节表)",
    "fees": "show what was collected of fees, refunded and passed on",
    "budget": "show what is left of the budget, and what is over it",
    "reconcile": "compare books with goods, money, each other and statements",
    "month": "close the months of the books, or open them again",
    "status": "show how every workbook stands",
    "verify": "prove that nothing in the ledger was altered",
    "backup": "keep ledger, accepted files and settings in one file",
    "restore": "put a backup in the place of the ledger",
    "export": "write the rows of registers as csv, parquet or xlsx",
    "doctor": "look for what keeps this installation from working",
    "service": "let the operating system keep houqin watch running",
    "addin": "make and install the buttons in Excel and LibreOffice",
}
"""Command to its line in the help; each is ``command`` in ``sync/commands/<name>.py``, or as ``ELSEWHERE`` says."""

ELSEWHERE = {"addin": "addin.commands"}
"""Commands of other packages, by the name of their module: this package imports none of them."""

USAGE_EXIT = 2
INTERRUPTED_EXIT = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: ``houqin --help`` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands in the order of their use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name, None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        return command_named(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def command_named(name: str) -> click.Command:
    """Return a command from its module.

    Raises:
        ModuleNotFoundError: there is none of that name.
    """
    command: click.Command = import_module(ELSEWHERE.get(name, f"sync.commands.{name}")).command
    return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="houqin")
def houqin() -> None:
    """Keep a school's logistics workbooks trustworthy (后勤账).

    Example: houqin demo school
    """


def main(arguments: Sequence[str] | None = None, pool: ReaderPool | None = None) -> None:
    """Run the command line and leave with its exit code (DESIGN 13).

    Who runs several commands in one process lends them the workers that read workbooks: each would start its own.
    """
    argv = list(sys.argv[1:] if arguments is None else arguments)
    _speak_utf8()
    try:
        refuse_undecodable(argv)
        code = houqin.main(argv, prog_name="houqin", standalone_mode=False, obj=pool)
    except click.exceptions.Exit as exc:
        code = exc.exit_code
    except click.Abort:
        if "--json" in argv:
            _fail_json("INTERRUPTED", "已中断。 Interrupted.")
        code = INTERRUPTED_EXIT
    except click.ClickException as exc:
        told = in_both_languages(exc)
        if "--json" in argv:
            _fail_json("USAGE", told.format_message())
        else:
            told.show()
        code = USAGE_EXIT
    except Exception as exc:  # noqa: BLE001 - the border of the program: every error becomes a sentence
        code = _report(exc, argv)
    sys.exit(code if isinstance(code, int) else 0)


def _report(exc: Exception, argv: Sequence[str]) -> int:
    """Say in one sentence why we cannot go on; anything unforeseen keeps its traceback on request."""
    from sync.commands.common import exit_code_of, sentence_of  # noqa: PLC0415 - only when something fails

    if os.environ.get("HOUQIN_TRACEBACK"):
        raise exc
    code, sentence = sentence_of(exc, argv)
    if "--json" in argv:
        _fail_json(code, sentence)
    else:
        click.echo(f"houqin: {sentence}", err=True)
    return exit_code_of(exc)


def _fail_json(code: str, message: str) -> None:
    try:
        click.echo(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
    except OSError:
        # the output itself cannot be written: its disk is full, or nobody reads it any more
        click.echo(f"houqin: {message}", err=True)


def _speak_utf8() -> None:
    """Write UTF-8 whatever the console's code page is: a Windows console would stop at the first 账."""
    streams = [stream or _nowhere() for stream in (sys.stdout, sys.stderr)]
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
    sys.stdout, sys.stderr = (_going_on(stream) for stream in streams)


def _going_on(stream: TextIO) -> TextIO:
    return stream if isinstance(stream, Unread) else cast("TextIO", Unread(stream))


def _nowhere() -> TextIO:
    """Return what swallows the words of a program that was started without an output."""
    return Path(os.devnull).open("w", encoding="utf-8")


if __name__ == "__main__":
    main()
