"""``houqin demo``: a sample school, its workbooks merged and published, and what to try next."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sync.commands.common import console, finding_rows, output_options, print_json, progress, reader_pool, show_table

if TYPE_CHECKING:
    from schemas.findings import Finding
    from sync.publish.model import StockLine
    from sync.share import Share
    from sync.steps import Progress
    from sync.summary import Line

MARKER = ".houqin-demo"
"""File that tells a former demo, and the state folder of one, from what belongs to somebody."""
TODAY = "HOUQIN_TODAY"
SHOWN_ITEMS = ("QJ0001", "QJ0002", "BG0001", "BG0003", "WJ0001", "XD0001", "SP0001", "SP0006")
"""Items whose stock is shown, the brooms of the school yard first."""


@click.command("demo")
@click.argument("folder", default="houqin-demo", type=click.Path(file_okay=False, path_type=Path))
@output_options
def command(*, folder: Path, as_json: bool, language: str) -> int:
    """Make a sample school in a folder: two dozen workbooks with mistakes, merged and published.

    The sample plays on 2026-11-22 (unless HOUQIN_TODAY is set). Rows that are held are the point of
    it: the exit code is 0. On a former demo it starts anew: its workbooks, settings and ledger are
    made again, other files stay.

    Example: houqin demo school
    """
    from sync.commands.sync import document, show  # noqa: PLC0415 - loads the readers
    from sync.nightly import report_day  # noqa: PLC0415
    from sync.run import sync  # noqa: PLC0415
    from sync.share import Share  # noqa: PLC0415
    from sync.summary import lines_of  # noqa: PLC0415
    from workbooks.sample import SAMPLE_DAY  # noqa: PLC0415
    from workbooks.sample_mistakes import MISTAKES  # noqa: PLC0415

    check_folder(folder)
    os.environ.setdefault(TODAY, SAMPLE_DAY)
    with reader_pool() as pool, progress() as told:
        prepare(folder, told)
        share = Share.open(folder)
        result = sync(share, pool, told)
        report_day(share, pool, result.revision, told)
    lines = lines_of(share, result)
    if as_json:
        merged = document(result, lines, language)
        print_json({"share": share.path, "today": share.today, "mistakes": len(MISTAKES), "sync": merged})
        return 0
    show(share, result, lines, language)
    show_findings(lines, language)
    show_stock(stock_of(share), language)
    show_next(folder, share, lines, language)
    return 0


def check_folder(folder: Path) -> None:
    """Refuse a folder, or a state folder, with something in it that no demo made.

    Raises:
        click.UsageError: there is something, with the way past it.
    """
    from sync.state import state_dir  # noqa: PLC0415

    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).exists():
        message = (
            f"{folder} 里已有文件，没有改动；请换一个空文件夹，如 houqin demo 演示学校。 "
            f"{folder} is not empty and was left as it is: choose another folder."
        )
        raise click.UsageError(message)
    state = state_dir(folder)
    if state.is_dir() and any(state.iterdir()) and not (state / MARKER).exists():
        message = (
            f"账本文件夹 {state} 属于另一所学校，没有改动；请取消 HOUQIN_STATE 或换一个文件夹。 "
            f"The state folder {state} belongs to another school: unset HOUQIN_STATE or choose another folder."
        )
        raise click.UsageError(message)


def prepare(folder: Path, told: Progress) -> None:
    """Make the shared folder with its workbooks and an empty state folder; both get the marker.

    Raises:
        WriterBusy: a run of a former demo in this folder is under way.
    """
    from sync.config import CONFIG_NAME  # noqa: PLC0415
    from sync.init import init_share  # noqa: PLC0415
    from sync.lock import writer_lock  # noqa: PLC0415
    from sync.state import state_dir  # noqa: PLC0415
    from workbooks.sample import SCHOOL, write_sample  # noqa: PLC0415

    told.step("写示例工作簿 writing", 1)
    state = state_dir(folder)
    if state.is_dir():
        with writer_lock(state):
            pass
        _empty(state)
    for place in (folder, state):
        place.mkdir(parents=True, exist_ok=True)
        (place / MARKER).touch()
    settings = folder / CONFIG_NAME
    settings.unlink(missing_ok=True)
    init_share(folder, SCHOOL)
    with settings.open("a", encoding="utf-8", newline="\n") as file:
        file.write(roles_text())
    write_sample(folder / "departments")
    told.advance()


def _empty(state: Path) -> None:
    """Remove everything but the marker: whoever is stopped amid it may begin again."""
    for path in state.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARKER:
            path.unlink()


def roles_text() -> str:
    """Return the settings that say who holds the roles that approve and keep books, as TOML."""
    from schemas.rules_shared import ROLE_TITLES  # noqa: PLC0415
    from workbooks.sample_people import ROLE_HOLDERS  # noqa: PLC0415

    lines = []
    for role, people in ROLE_HOLDERS.items():
        numbers = ", ".join(f'"{number}"' for number in people)
        lines.append(f"{role} = [{numbers}]  # {ROLE_TITLES[role]}")
    return "\n# 审批和管账的角色由谁担任（工号）；名册里写了还不算，须在这里确认。\n[roles]\n" + "\n".join(lines) + "\n"


def stock_of(share: Share) -> list[StockLine]:
    """Return what the books say is there of the shown items, in their order."""
    from sync.ledger_books import books_as_of  # noqa: PLC0415
    from sync.stock_reports import stock_lines  # noqa: PLC0415

    with share.open_ledger() as ledger:
        books = books_as_of(share, ledger)
        stock = stock_lines(books, books.stock_summary)
    return sorted((line for line in stock if line.item in SHOWN_ITEMS), key=lambda line: SHOWN_ITEMS.index(line.item))


def show_findings(lines: Iterable[Line], language: str) -> None:
    """Print what was held with what to do about it, then in short what was taken with a warning."""
    from schemas.findings import Severity  # noqa: PLC0415

    chinese = language == "zh"
    found = [finding for line in lines for finding in line.findings]
    held = list(_cells(found, Severity.ERROR, language))
    warned = [cells[:2] for cells in _cells(found, Severity.WARNING, language)]
    show_table(
        f"搁置的行：{len(held)} 处要改" if chinese else f"held rows: {len(held)} places to correct",
        ("位置", "问题", "怎么改") if chinese else ("place", "what is wrong", "what to do"),
        held,
    )
    show_table(
        f"照收并提醒：{len(warned)} 处" if chinese else f"taken with a warning: {len(warned)}",
        ("位置", "提醒") if chinese else ("place", "warning"),
        warned,
    )


def _cells(found: Sequence[Finding], severity: str, language: str) -> Iterable[tuple[str, ...]]:
    return (cells[1:] for cells in finding_rows((each for each in found if each.severity == severity), language))


def show_stock(stock: Iterable[StockLine], language: str) -> None:
    """Print quantities, and which of them are below the lowest stock."""
    chinese = language == "zh"
    below = "低于最低库存" if chinese else "below the lowest stock"
    rows = [
        (
            line.warehouse_name,
            line.item,
            line.name,
            below if line.is_low else "",
            line.unit,
            f"{line.quantity.normalize():f}",
        )
        for line in stock
    ]
    show_table(
        "账面库存（节选）" if chinese else "stock by the books (some items)",
        ("仓库", "编码", "物品", "提示", "单位", "数量")
        if chinese
        else ("warehouse", "code", "item", "note", "unit", "quantity"),
        rows,
        numbers=1,
    )


def show_next(folder: Path, share: Share, lines: Sequence[Line], language: str) -> None:
    """Print where the results lie and commands that can be pasted."""
    chinese = language == "zh"
    out = console()

    def say(zh: str, en: str) -> None:
        out.print(zh if chinese else en, markup=False, soft_wrap=True)

    for zh, en, place in (
        ("共享文件夹", "shared folder", share.path),
        ("总账", "master ledger", share.path / "published" / "总账.xlsx"),
        ("后勤日报", "the day in logistics", share.path / "published" / "日报.html"),
        ("各工作簿的校验结果", "what was found in each workbook", share.path / "feedback"),
    ):
        say(f"{zh}：{place}", f"{en}: {place}")
    setting = f"{'set' if os.name == 'nt' else 'export'} {TODAY}={share.today}"
    say(
        f"\n演示的“今天”是 {share.today}；下面的命令请在同一天执行，先输入：{setting}",
        f"\nthe sample plays on {share.today}; to run the commands on the same day, type first: {setting}",
    )
    for command_line in next_commands(folder, lines):
        out.print(f"  {command_line}", markup=False, soft_wrap=True)
    say(
        "在 Excel 中改正一处并保存，再执行最后一行，就会看到它入账。",
        "correct one place in Excel, save, and run the last line again: it will be taken.",
    )


def next_commands(folder: Path, lines: Sequence[Line]) -> list[str]:
    """Return command lines to try, the workbook with the most held rows as their example."""
    share = f"--share {_quoted(str(folder))}"
    most = max(lines, key=lambda line: line.counts["held"])
    path = _quoted(str(folder / most.path))
    errors = [finding for finding in most.findings if finding.severity == "error" and finding.cell]
    cell = _quoted(f"{errors[0].sheet}!{errors[0].cell}") if errors else "A4"
    return [
        f"houqin status {share}",
        f"houqin rows stock_receipt --status held {share}",
        f"houqin why {path} {cell} {share}",
        f"houqin validate {path} {share}",
        f"houqin verify {share}",
        f"houqin sync {share}",
    ]


def _quoted(text: str) -> str:
    """Return text as one word of the command line."""
    return subprocess.list2cmdline([text]) if os.name == "nt" else shlex.quote(text)
