"""What ``houqin validate --share`` says of a workbook, beside what the add-in says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from addin.checking import Checked, check
from addin.published import Published
from sync.commands.validate import document
from sync.preview import preview_in_share
from sync.share import Share
from tests.sync.school import POOL


def validated(share: Share, path: Path) -> dict[str, Any]:
    """Return what ``houqin validate --share --json`` prints of one workbook, without its path."""
    with share.open_ledger() as ledger:
        plan, (taken,) = preview_in_share(share, ledger, [path], POOL)
        head = ledger.head()
    told = document([(path, taken, plan.outcomes[0].findings)], plan, "zh")
    (book,) = told["workbooks"]
    left_out = [(rule["code"], rule["register"], rule["needs"]) for rule in told["rules_left_out"]]
    states = {
        (register_id, sheet, row): outcome
        for register_id, frame in plan.checked.frames.items()
        for sheet, row, outcome in frame.select("_sheet", "_row", "_outcome").iter_rows()
    }
    return {
        **{name: book[name] for name in ("registers", "findings")},
        "rules_left_out": left_out,
        "rows": states,
        "revision": head.number,
    }


def as_validated(checked: Checked) -> dict[str, Any]:
    """Return what the add-in found in the same form."""
    return {
        "registers": [{"id": each.id, "sheet": each.sheet, "rows": each.rows} for each in checked.registers],
        "findings": [finding.as_json("zh") for finding in checked.findings],
        "rules_left_out": list(checked.rules_left_out),
        "rows": {
            (row.register, row.sheet, row.row): "proposed" if row.outcome == "accepted" else row.outcome
            for row in checked.rows
            if row.outcome != "refused"
        },
        "revision": checked.revision,
    }


def agrees(share: Share, path: Path) -> Checked:
    """Check a workbook by what is published, and require that ``houqin validate`` says the same."""
    checked = check(path, path, Published.open(share.path))
    assert as_validated(checked) == validated(share, path)
    return checked
