"""The difference sheet (对账差异表): a workbook of register 107 in which people explain what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.system.recon_difference import ReconDifference
from workbooks.template import write_template


def write_difference_sheet(
    lines: Sequence[Mapping[str, Any]],
    path: Path,
    *,
    school: str,
    language: str,
    lists: Mapping[str, Sequence[tuple[str, str]]],
) -> None:
    """Write differences, as ``sync.reconciliation.lines_of`` gives them, with candidate causes as notes.

    A department fills in explanation, action and people, and saves the workbook in its folder.

    Raises:
        TargetLockedError: the file is open in a spreadsheet program, or may not be written.
    """
    names = [name for name in ReconDifference.names() if name != "remark"]
    notes = {
        (place, "diff"): "\n".join(cause["message"] for cause in line["causes"])
        for place, line in enumerate(lines)
        if line["causes"]
    }
    write_template(
        [ReconDifference],
        path,
        school=school,
        language=language,
        rows={ReconDifference.id: [{name: line[name] for name in names} for line in lines]},
        lists=lists,
        notes={ReconDifference.id: notes},
        blank_rows=1,
    )
