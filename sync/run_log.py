"""What the daemon's log says of a run: workbooks read, gone or waiting, files that cannot be opened or written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from schemas.findings import Text
from sync.errors import HouqinError
from sync.log import said
from sync.standing import GONE

if TYPE_CHECKING:
    from sync.run import SyncResult

_STATES = {
    GONE: ("文件不见了，已入账的登记保留", "its file is gone, the rows that were taken stay"),
    "waiting": (
        "等待确认（行大量减少、全部改动，或文件夹为空、离线），已入账的登记保留；houqin confirm 可查看",
        "waits for confirmation (rows left, all changed, or the folder is empty); what was taken stays; houqin confirm",
    ),
}


class Unwritten(HouqinError):  # noqa: N818 - says what is wrong
    """Published files could not be written (``count``, ``names``)."""

    code = "PUBLISH-POSTPONED"
    text = Text(
        "{count} 个文件没能写出（{names}）：可能正被打开，或共享文件夹只读、无权限、已满",
        "{count} files could not be written ({names}): open somewhere, or the share is read-only, forbidden or full",
        "登记已经入账，写得出时会自动补写",
        "the rows are in the books, and the files follow by themselves",
    )

    @classmethod
    def of(cls, paths: Sequence[str]) -> Unwritten:
        """Return the error for some files, by their paths in the share."""
        return cls(count=len(paths), names=paths[0] + (" …" if len(paths) > 1 else ""))


class RunLog:
    """Remembers what was said, so that nothing that lasts is said in every run."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._lasting: frozenset[str] = frozenset()

    def lines(self, result: SyncResult) -> Iterator[str]:
        """Yield what there is to say of a run."""
        for outcome in result.plan.outcomes:
            words = said(
                self._language,
                "读取 {read}，入账 {accepted}，搁置 {held}，冲突 {conflicting}",
                "read {read}, accepted {accepted}, held {held}, conflicting {conflicting}",
            )
            yield f"{result.standing.title(outcome.name)}: {words.format_map(outcome.counts)}"
        before, lasting = self._lasting, [*self._troubles(result)]
        self._lasting = frozenset(lasting)
        yield from (line for line in lasting if line not in before)
        if before and not lasting:
            yield said(self._language, "以上问题都已恢复", "all of that is over")

    def _troubles(self, result: SyncResult) -> Iterator[str]:
        for identity, workbook in sorted(result.standing.workbooks.items()):
            if (words := _STATES.get(str(workbook["state"]))) is not None:
                yield f"{result.standing.title(identity)}: {said(self._language, *words)}"
        for finding in result.findings:
            yield f"{finding.workbook}: {finding.code} {finding.message(self._language)}"
        if result.postponed:
            yield Unwritten.of(result.postponed).message(self._language)
