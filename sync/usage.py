"""Say in Chinese and English what is wrong with a command line that cannot be understood."""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

TELLS_OF_NAMES = "validate"
"""The command whose answer says of each file what is wrong with it: also of a name that is no text."""


def refuse_undecodable(argv: Sequence[str]) -> None:
    """Refuse a command line, or a variable of the program, that is not valid UTF-8: no file or ledger can hold it.

    Raises:
        click.UsageError: something is not.
    """
    settings = [f"{name}={value}" for name, value in os.environ.items() if name.startswith("HOUQIN_")]
    words = [] if argv[:1] == [TELLS_OF_NAMES] else argv
    for said in (*words, *settings):
        shown = said.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if shown != said:
            message = (
                f"“{shown}”不是有效的 UTF-8 文字，请核对终端的编码；是文件名的，请先改名。"
                f" “{shown}” is not valid UTF-8: check the encoding of the terminal, or rename the file."
            )
            raise click.UsageError(message)


def in_both_languages(exc: click.ClickException) -> click.ClickException:
    """Return the error with a Chinese sentence before click's English one; one of our own stays as it is."""
    said = exc.format_message()
    if isinstance(exc, click.BadParameter) and _is_ours(exc.message):
        return click.UsageError(exc.message, ctx=exc.ctx)
    if not isinstance(exc, click.UsageError) or isinstance(exc, click.exceptions.NoArgsIsHelpError) or _is_ours(said):
        return exc
    return click.UsageError(f"{_in_chinese(exc)} {said}", ctx=exc.ctx)


def _is_ours(said: str) -> bool:
    """Tell whether we wrote a sentence: click knows no Chinese full stop, only what people typed may be Chinese."""
    return "。" in said


def _in_chinese(exc: click.UsageError) -> str:
    match exc:
        case click.MissingParameter():
            return f"缺少{_name(exc)}。"
        case click.BadParameter():
            return f"{_name(exc)}不对{_expected(exc)}。"
        case click.NoSuchOption():
            return f"没有选项 {exc.option_name}{_perhaps(exc.possibilities)}。"
        case click.exceptions.NoSuchCommand():
            return f"没有命令 {exc.command_name}{_perhaps(exc.possibilities)}，houqin --help 列出全部命令。"
        case click.BadOptionUsage():
            return f"选项 {exc.option_name} 后面的值不对，或没有写。"
        case _:
            return "命令写法不对，多写或少写了内容。"


def _name(exc: click.BadParameter) -> str:
    """Return the option or argument by the name under which people type it."""
    if exc.param is None or exc.ctx is None:
        return f"参数 {exc.param_hint or ''}".rstrip()
    if isinstance(exc.param, click.Option):
        return f"选项 {'/'.join(exc.param.opts)} "
    return f"参数 {exc.param.make_metavar(exc.ctx)} "


def _expected(exc: click.BadParameter) -> str:
    match exc.param.type if exc.param is not None else None:
        case click.Choice() as choice:
            return f"，可选：{'、'.join(map(str, choice.choices))}"
        case click.Path() as path:
            kind = "文件夹" if not path.file_okay else "文件"
            return f"，要求是{'已有的' if path.exists else ''}{kind}"
        case click.DateTime():
            return "，要求是日期，如 2026-11-22"
        case click.types.IntParamType() | click.types.FloatParamType():
            return "，要求是数字"
        case _:
            return ""


def _perhaps(possibilities: list[str] | None) -> str:
    return f"（是不是 {'、'.join(possibilities)}？）" if possibilities else ""
