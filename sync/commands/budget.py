"""``houqin budget``: what is left of every item of the budget at the end of a month."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from sync.commands.common import month_named, open_share, output_options, plain, print_json, share_option, show_table

_HEADERS = {
    "zh": ("预算项目", "名称", "全年预算", "已批未付", "累计支出", "余额", "执行率%", "序时进度%", "提醒"),
    "en": ("item", "name", "budget", "committed", "spent", "remaining", "spent %", "year gone %", "warnings"),
}
_WARNINGS = {"BEX-01": ("超预算", "over budget"), "BEX-02": ("执行进度异常", "off its pace")}


@click.command("budget")
@click.option("--month", metavar="MONTH", callback=month_named, help="The month (2026-11).  [default: this month]")
@share_option
@output_options
def command(*, month: str | None, share_path: Path | None, as_json: bool, language: str) -> None:
    """Show the budget of the fiscal year, what is promised and spent of it, and what goes wrong.

    BEX-01 is an item over its budget, BEX-02 one that is spent faster or slower than the year goes on
    (parameter budget_pace_points).

    Example: houqin budget --month 2026-11 --share school
    """
    from sync.ledger_books import books_as_of  # noqa: PLC0415 - polars is not needed for the help
    from sync.money import budget_lines  # noqa: PLC0415

    share = open_share(share_path)
    period = month or f"{share.today:%Y-%m}"
    with share.open_ledger() as ledger:
        lines = [plain(line) for line in budget_lines(books_as_of(share, ledger), period)]
    if as_json:
        print_json({"month": period, "items": lines})
        return
    title = f"预算执行 {period}" if language == "zh" else f"Budget {period}"
    show_table(title, _HEADERS[language], [_shown(line, language) for line in lines])


def _shown(line: Mapping[str, object], language: str) -> list[object]:
    named = ("budget_code", "budget_name", "budget", "committed", "spent", "remaining", "rate", "time_rate")
    warnings = line["warnings"]
    codes = warnings if isinstance(warnings, list) else []
    return [*(line[name] for name in named), "、".join(_WARNINGS[code][language == "en"] for code in codes)]
