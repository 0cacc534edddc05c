"""``houqin doctor``: look for what keeps this installation from working."""

from __future__ import annotations

from pathlib import Path

import click

from sync.commands.common import DONE, FINDINGS, open_share, output_options, print_json, share_option, show_table
from sync.doctor import checks


@click.command("doctor")
@share_option
@output_options
def command(*, share_path: Path | None, as_json: bool, language: str) -> int:
    """Check program, share, rights, ledger, clock and disk; say what to do about what is wrong.

    Example: houqin doctor --share school
    """
    found = checks(open_share(share_path) if share_path else None)
    if as_json:
        print_json(
            [
                {"check": c.name, "ok": c.state != "error", "state": c.state, "message": c.message(language)}
                for c in found
            ]
        )
    else:
        words = {"ok": "正常", "warning": "注意", "error": "错误"} if language == "zh" else {}
        headers = ("检查", "结果", "说明") if language == "zh" else ("check", "result", "what")
        show_table("", headers, ((c.name, words.get(c.state, c.state), c.message(language)) for c in found))
    return FINDINGS if any(c.state == "error" for c in found) else DONE
