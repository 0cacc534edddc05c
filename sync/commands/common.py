"""What the commands share: options, JSON, exit codes, words for failures, tables and progress."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from schemas.masking import UNSHOWN
from sync.errors import HouqinError
from workbooks.reasons import with_place
from workbooks.write import TargetLockedError

if TYPE_CHECKING:
    from rich.console import Console

    from schemas.columns import Column
    from schemas.register import Register
    from sync.share import Share
    from sync.steps import Progress
    from workbooks.pool import ReaderPool

Command = TypeVar("Command", bound=Callable[..., Any])

DONE, FINDINGS, USAGE, HELD, LEDGER, UNREADABLE = 0, 1, 2, 3, 4, 5
"""Exit codes (DESIGN 13); where several apply: ledger, unreadable, held, findings."""

_BUSY_CODES = frozenset({"WRITER-BUSY", "NIGHT-BUSY", "DAEMON-BUSY"})
_LEDGER_CODES = (
    frozenset({"LEDGER-UNREACHABLE", "LEDGER-INTERRUPTED", "LEDGER-MISMATCH", "LEDGER-MIGRATION", "LEDGER"})
    | {"STATE-UNUSABLE", "STATE-ELSEWHERE"}
    | _BUSY_CODES
)
_UNREADABLE_CODES = frozenset({"BACKUP-FOREIGN", "BACKUP-DAMAGED", "RESTORE-DIFFERS"})
_FINDING_CODES = frozenset({"LED-01", "LED-02", "LED-03", "ASSETS-UNBALANCED", "SERVICE-FAILED"})
"""Errors that say that the books contradict themselves, or that a manager of services refused."""
_HELD_CODES = frozenset({"RESTORE-LEDGER"})
"""Errors that say that somebody has to agree first."""


def share_option(command: Command) -> Command:
    """Add ``--share``: the shared folder, also from ``HOUQIN_SHARE``."""
    return click.option(
        "--share",
        "share_path",
        envvar="HOUQIN_SHARE",
        type=click.Path(file_okay=False, readable=False, path_type=Path),  # who opens it tells why it cannot be read
        help="The shared folder (or set HOUQIN_SHARE).",
    )(command)


def output_options(command: Command) -> Command:
    """Add ``--json`` and ``--lang``."""
    with_language = click.option(
        "--lang",
        "language",
        type=click.Choice(["zh", "en"]),
        default=lambda: os.environ.get("HOUQIN_LANG", "zh"),
        help="Language of messages.  [default: zh]",
    )(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")(
        with_language
    )


class Output(click.Path):
    """Where a command writes what it was asked for: not among the workbooks of the departments.

    A new workbook (``is_workbook``) may be put there; what is there is never written over.
    """

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True, is_workbook: bool = False) -> None:
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, path_type=Path)
        self._is_workbook = is_workbook

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the path.

        Raises:
            click.BadParameter: it lies in the folder of a department, or is not what the option asks for.
        """
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        place = path.resolve()
        is_new = self._is_workbook and bool(place.suffix) and not place.exists()
        if not is_new and any(_is_departments(folder) for folder in (place, *place.parents)):
            self.fail(
                f"不能写到部门的文件夹里（{path}）：程序不改动部门自己的文件，请写到别处再由部门复制过去。"
                f" Not among the workbooks of departments ({path}): name another place, they are not touched.",
                param,
                ctx,
            )
        return path


def _is_departments(folder: Path) -> bool:
    """Tell whether a folder is the one of a share in which departments keep their workbooks."""
    from sync.config import CONFIG_NAME, DEPARTMENTS_FOLDER  # noqa: PLC0415 - loads the declarations

    return folder.name == DEPARTMENTS_FOLDER and (folder.parent / CONFIG_NAME).exists()


def month_named(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Return the month that an option or argument names, as ``2026-11``; None where it names none.

    Raises:
        click.BadParameter: it is none.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(\d{4})-?(\d{1,2})", text.strip())
    if match and int(match[1]) and 1 <= int(match[2]) <= 12:
        return f"{match[1]}-{int(match[2]):02d}"
    message = f"“{text}”不是月份，如 2026-11。 Not a month such as 2026-11."
    raise click.BadParameter(message)


def open_share(path: Path | None) -> Share:
    """Open the shared folder that a command was given.

    Raises:
        click.UsageError: no folder was named.
        ConfigError: it has no usable houqin.toml.
        StateElsewhere: a service keeps its ledger under another account.
    """
    from sync.share import Share  # noqa: PLC0415 - loads the declarations

    return Share.open(named_share(path))


def named_share(path: Path | None) -> Path:
    """Return the shared folder that a command was given.

    Raises:
        click.UsageError: no folder was named.
    """
    if path is None:
        message = "请用 --share 指定共享文件夹，或设置 HOUQIN_SHARE。 Name the folder with --share or HOUQIN_SHARE."
        raise click.UsageError(message)
    return path


def print_json(value: object) -> None:
    """Print one JSON document: decimals as exact strings, dates and times in ISO form."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=json_form))


def json_form(value: object) -> object:
    """Return what JSON has no form of its own for.

    Raises:
        TypeError: there is no form for this value.
    """
    match value:
        case Decimal():
            return f"{value:f}"
        case date() | datetime() | time():
            return value.isoformat()
        case Path():
            return str(value)
        case frozenset() | set():
            return sorted(value)
        case _:
            raise TypeError(type(value).__name__)


def exit_code_of(exc: Exception) -> int:
    """Return the exit code for a failure."""
    if isinstance(exc, HouqinError) and exc.code in _LEDGER_CODES:
        return LEDGER
    if isinstance(exc, HouqinError) and exc.code in _UNREADABLE_CODES:
        return UNREADABLE
    if isinstance(exc, HouqinError) and exc.code in _FINDING_CODES:
        return FINDINGS
    if isinstance(exc, HouqinError):
        return HELD if exc.code in _HELD_CODES else USAGE
    return UNREADABLE if isinstance(exc, OSError | TargetLockedError) else FINDINGS


def sentence_of(exc: Exception, argv: Sequence[str]) -> tuple[str, str]:
    """Return a stable code and one sentence for a failure, in the language that was asked for."""
    english = "--lang en" in " ".join(argv).replace("--lang=", "--lang ")
    if isinstance(exc, HouqinError):
        return exc.code, exc.message("en" if english else "zh")
    if isinstance(exc, OSError):
        return "FILE", with_place(exc)[english]
    if isinstance(exc, TargetLockedError):
        return "FILE", exc.message("en" if english else "zh")
    told = f"{type(exc).__name__}: {exc}"
    sentence = (
        f"unexpected error ({told}); set HOUQIN_TRACEBACK=1 to see where"
        if english
        else f"程序出错（{told}），账没有改动。设置 HOUQIN_TRACEBACK=1 可查看详情，请把它发给管理员"
    )
    return "INTERNAL", sentence


def worst(codes: Iterable[int]) -> int:
    """Return the exit code that counts where several apply: 4, 5, 3, 1."""
    order = (LEDGER, UNREADABLE, HELD, FINDINGS)
    found = set(codes)
    return next((code for code in order if code in found), DONE)


def console(*, stderr: bool = False) -> Console:
    """Return the terminal for people: tables without colours where it is none."""
    from rich.console import Console  # noqa: PLC0415 - only where something is shown

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else 150
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


def printable(text: str) -> str:
    """Return a text as a terminal may show it: it obeys characters that control it."""
    return "\n".join(UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", line) for line in text.split("\n"))


def show_table(title: str, headers: Sequence[str], rows: Iterable[Iterable[object]], *, numbers: int = 0) -> None:
    """Print a table; the last ``numbers`` columns are numbers."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(title=Text(printable(title)), title_justify="left", box=SIMPLE_HEAD, title_style="bold")
    for place, header in enumerate(headers):
        is_number = place >= len(headers) - numbers
        table.add_column(header, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    from rich.markup import escape  # noqa: PLC0415

    for row in rows:
        table.add_row(*(escape("" if cell is None else printable(str(cell))) for cell in row))
    console().print(table)


def columns_that_fit(register: type[Register], rows: Sequence[Mapping[str, object]], width: int) -> list[Column]:
    """Return the columns of a register that a table of some width can show: key, required, filled ones."""
    filled = {name for row in rows for name, value in row.items() if value is not None}
    wanted = sorted(
        (column for column in register.columns if column.name in filled),
        key=lambda column: (column.name not in register.key, not column.required),
    )
    kept: list[Column] = []
    for column in wanted:
        longest = max((_places(str(row.get(column.name) or "")) for row in rows), default=0)
        width -= max(_places(column.title), min(longest, 24)) + 3
        if width < 0 and kept:
            break
        kept.append(column)
    return sorted(kept, key=register.columns.index)


def _places(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


STATUS_WORDS = {
    "accepted": "已入账",
    "held": "搁置",
    "conflict": "冲突",
    "missing": "疑似删除",
    "withdrawn": "已撤销",
}


def status_word(status: str, language: str) -> str:
    """Return the status of a row in words."""
    return STATUS_WORDS.get(status, status) if language == "zh" else status


_STEPS = {"read": "读取工作簿 reading", "merge": "核对并入账 merging", "publish": "发布 publishing"}


class _Bars:
    """Progress as bars on the terminal."""

    def __init__(self, bars: Any) -> None:  # noqa: ANN401 - rich.progress.Progress, loaded late
        self._bars = bars
        self._task: Any = None

    def step(self, name: str, total: int) -> None:
        """Begin a step."""
        self._task = self._bars.add_task(_STEPS.get(name, name), total=total or 1, completed=0 if total else 1)

    def advance(self) -> None:
        """Finish one part."""
        self._bars.advance(self._task)


@contextmanager
def progress() -> Iterator[Progress]:
    """Show progress on the terminal; quiet where there is none."""
    from sync.steps import Quiet  # noqa: PLC0415

    if not sys.stderr.isatty():
        yield Quiet()
        return
    from rich.progress import Progress as RichProgress  # noqa: PLC0415

    with RichProgress(console=console(stderr=True), transient=True) as bars:
        yield _Bars(bars)


@contextmanager
def reader_pool() -> Iterator[ReaderPool]:
    """Yield the workers that the caller of the command line lent it, else new ones that end with the command."""
    from workbooks.pool import ReaderPool  # noqa: PLC0415 - only where a workbook is read

    lent = click.get_current_context().obj
    if isinstance(lent, ReaderPool):
        yield lent
        return
    with ReaderPool() as pool:
        yield pool


def finding_rows(findings: Iterable[Any], language: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield severity, place, message and hint of findings for a table."""
    words = {"error": "错误", "warning": "提醒", "info": "说明"} if language == "zh" else {}
    for found in findings:
        yield (
            words.get(str(found.severity), str(found.severity)),
            found.where(),
            f"{found.message(language)} [{found.code}]",
            found.hint(language),
        )


def plain(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row with its values in JSON form: decimals as strings with their exact places."""
    exact = (Decimal, date, time)
    return {name: json_form(value) if isinstance(value, exact) else value for name, value in row.items()}
