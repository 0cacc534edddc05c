"""What keeps a month of a book open, and what is only listed when it is closed (DOMAIN.md 4.6).

A look is a function from a month of a book to its open items; to add one, write it and name it in
``BLOCKING`` or ``LISTED``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import OpenBooks, key_parts
from schemas.findings import Severity, Text
from schemas.flaws import shown
from schemas.periods import BANK_BOOK, STOCK_BOOK, books_of
from schemas.register import Register, all_registers
from sync.books.agreement_list import serious_differences
from sync.books.checks import UnsoundBook, require_sound
from sync.held import finding_of_json
from sync.outcome import COUNTED_AS
from sync.reconciliation import open_months, quantity_of, yuan_of
from sync.run import is_new
from sync.scan import Scan
from sync.standing import ANSWERED, GONE, Standing

if TYPE_CHECKING:
    from schemas.findings import Finding
    from schemas.rules import Facts
    from sync.bookkeeping import Bookkeeping
    from sync.share import Share

TEXTS = {
    "CLOSE-HELD": Text("{title} {key} 搁置未入账", "{title_en} {key} is held", "请更正后同步", "correct it, then sync"),
    "CLOSE-CONFLICT": Text(
        "{title} {key} 有冲突未决",
        "{title_en} {key} is in conflict",
        "请用 houqin conflicts 决定",
        "settle it with houqin conflicts",
    ),
    "CLOSE-STOP": Text(
        "工作簿等待确认（{count}行）",
        "the workbook waits for confirmation ({count} rows)",
        "请用 houqin confirm 确认",
        "houqin confirm",
    ),
    "CLOSE-VOID": Text(
        "{title} {key} 的作废未能入账",
        "{title_en} {key} is to be withdrawn and could not be",
        "请先更正",
        "correct it first",
    ),
    "CLOSE-STALE": Text(
        "文件尚未同步", "the file has not been merged as it is now", "请先运行 houqin sync", "run houqin sync first"
    ),
    "CLOSE-UNREAD": Text("文件无法读取", "the file cannot be read", "请重新保存后同步", "save it again, then sync"),
    "CLOSE-AWAY": Text(
        "文件已不在文件夹中",
        "the file is no longer in its folder",
        "请放回，或先运行 houqin sync",
        "put it back, or run houqin sync first",
    ),
    "CLOSE-GAP": Text(
        "{title} {sequence} 断号：{missing}",
        "{title_en} {sequence}: numbers {missing} are missing",
        "请补录，或在原号登记一行并注明作废",
        "enter them, or write a row with the number and 作废",
    ),
    "CLOSE-ORDER": Text(
        "{before} 的 {period} 尚未结账", "{period} of {before} is open", "请先结 {before}", "close {before} first"
    ),
    "CLOSE-MONTH": Text("{period} 还没有过完", "{period} is not over", "请到月末再结账", "close it when it is over"),
    "CLOSE-DONE": Text(
        "{period} 已经结账",
        "{period} is closed already",
        "不必再结；要改这个月请先用 houqin month reopen 重开",
        "nothing to do; to change the month open it again with houqin month reopen",
    ),
    "CLOSE-MOVED": Text(
        "试结（第{revision}版）之后账有变动（现为第{newest}版）",
        "the ledger moved since the trial (revision {revision}, now {newest})",
        "请重新试结",
        "run the trial again",
    ),
    "CLOSE-MISSING": Text("{title} {key} 疑似删除，仍计入账内", "{title_en} {key} is missing and still counts"),
    "CLOSE-OPEN": Text("{title} {key} 的差异{state}", "the difference {title_en} {key} is {state}"),
    "CLOSE-DIFFERENCE": Text(
        "{agreement}：{object} 差 {diff}，未说明",
        "{agreement}: {object} differs by {diff}, and nobody has said why",
        "请在对账差异表填写原因说明（houqin reconcile -o 文件）",
        "explain it on the difference sheet (houqin reconcile -o FILE)",
    ),
    "CLOSE-WARNING": Text("{warning} 提醒 {count} 条", "{count} warnings {warning}"),
}


@dataclass(frozen=True)
class OpenItem:
    """One thing that is open when a month is to be closed."""

    code: str
    text: Text
    args: Mapping[str, object] = field(default_factory=dict)
    register: str = ""
    key: tuple[str, ...] = ()
    workbook: str = ""
    count: int = 1

    def message(self, language: str) -> str:
        """Return what is open, in plain words."""
        return self.text.message(language, self.args)

    def hint(self, language: str) -> str:
        """Return what to do about it."""
        return self.text.hint(language, self.args)

    def as_json(self, language: str) -> dict[str, object]:
        """Return it as the command line promises it."""
        names = {"code": self.code, "message": self.message(language), "hint": self.hint(language)}
        places = {"register": self.register or None, "key": list(self.key), "workbook": self.workbook or None}
        return {**names, **places, "count": self.count}


def open_item(code: str, register: type[Register] | None = None, key: tuple[str, ...] = (), **args: object) -> OpenItem:
    """Return an open item in the words of this module."""
    workbook, count = str(args.pop("workbook", "")), args.get("count", 1)
    titles = {} if register is None else {"title": register.title, "title_en": register.title_en}
    told = {**titles, "key": " / ".join(key), **args}
    return OpenItem(code, TEXTS[code], told, register.id if register else "", key, workbook, int(str(count)))


@dataclass(frozen=True)
class Month:
    """A month of a book that is to be closed, with everything that the looks want to know."""

    share: Share
    standing: Standing
    found: Scan
    """The files in the departments' folders, under the identities of their workbooks."""
    books: Bookkeeping
    facts: Facts
    book: str
    since: str
    """The month closed before, empty for none: everything after it is closed now."""
    period: str

    @property
    def registers(self) -> list[type[Register]]:
        """Return the registers in use that count in the book."""
        return [register for register in self.books.registers.values() if self.book in books_of(register)]

    def holds(self, month: str | None) -> bool:
        """Tell whether a month is among those that are to be closed; what has no month is."""
        return month is None or self.since < month <= self.period

    def rows(self, register: type[Register]) -> pl.DataFrame:
        """Return the rows of a register, of any status, that post to the months to be closed."""
        month = pl.col("_post_period")
        return self.books.load(register).filter((month > self.since) & (month <= self.period))


Look = Callable[[Month], Iterable[OpenItem]]


def _unmerged(month: Month) -> Iterator[OpenItem]:
    """Files that the ledger does not know as they are now: nobody can tell what they say of the month."""
    for file in month.found.files:
        known = month.standing.workbooks.get(file.identity)
        if known is None or known["sha256"] != file.sha256 or _is_new_again(month, file):
            yield open_item("CLOSE-STALE", workbook=file.name)
        elif known["state"] == "damaged":
            yield open_item("CLOSE-UNREAD", workbook=file.name)
    for finding in month.found.findings:
        yield OpenItem(finding.code, finding.text, finding.args, workbook=finding.workbook)
    present = {file.identity for file in month.found.files}
    for identity, known in month.standing.workbooks.items():
        title = str(known["title"])
        if identity not in present and known["state"] != GONE and not month.found.is_unopened(title):
            yield open_item("CLOSE-AWAY", workbook=title)


def _is_new_again(month: Month, file: Any) -> bool:  # noqa: ANN401 - a found file
    known = month.standing.workbooks[file.identity]
    return known["state"] != "waiting" and is_new(file, month.standing, month.share)


def _held_rows(month: Month) -> Iterator[OpenItem]:
    registers = {register.id: register for register in month.registers}
    for row in month.standing.held:
        register = registers.get(row["register"])
        if register is None or register.date_column is None:
            continue
        day = row["payload"]["cells"].get(register.date_column)
        if month.holds(day[:7] if day else None):
            conflict = COUNTED_AS.get(row["reason"]) == "conflicting"
            code = "CLOSE-CONFLICT" if conflict else "CLOSE-HELD"
            workbook = month.standing.title(row["workbook"])
            yield open_item(code, register, key_parts(row["row_key"] or ""), workbook=workbook)


def _stopped(month: Month) -> Iterator[OpenItem]:
    """Workbooks behind a safe stop, and withdrawals that could not be carried out."""
    own = {register.id for register in month.registers}
    for row in month.standing.stops:
        workbook = month.standing.workbooks.get(row["workbook"], {})
        if own.intersection(workbook.get("registers") or own):
            title = month.standing.title(row["workbook"])
            yield open_item("CLOSE-STOP", workbook=title, count=row["details"]["count"])


def _void_held(month: Month) -> Iterator[OpenItem]:
    for finding in _findings(month):
        register = all_registers().get(finding.register)
        if finding.code not in ("VOID-STOCK", "VOID-USED") or register not in month.registers:
            continue
        rows = month.rows(register).filter(pl.col("_key") == "\x1f".join(finding.key))
        if rows.height:
            yield open_item("CLOSE-VOID", register, finding.key, workbook=month.standing.title(finding.workbook))


def _findings(month: Month) -> Iterator[Finding]:
    for identity, row in month.standing.findings.items():
        if month.standing.workbooks.get(identity, {}).get("state") not in {GONE, ANSWERED, None}:
            yield from (finding_of_json(each) for each in row["findings"])


def _overdrawn(month: Month) -> Iterator[OpenItem]:
    """Negative stock, and amounts without quantities."""
    if month.book != STOCK_BOOK:
        return
    try:
        require_sound(month.books.stock_through(month.period))
    except UnsoundBook as exc:
        yield OpenItem(exc.code, exc.text, exc.args_by_name)


_NUMBER = re.compile(r"(?P<sequence>.+-(?P<year>\d{4})(?P<month>\d{2}))-(?P<number>\d+)")


def _numbering_gaps(month: Month) -> Iterator[OpenItem]:
    """Numbers that nothing says anything of: neither a row nor one that was withdrawn or written as 作废.

    A school that begins with the program in the middle of a month begins with the number it has then.
    """
    void = {(f.register, f.key[0]) for f in _findings(month) if f.code == "ROW-VOID" and f.key}
    for register in month.registers:
        if register.document_column is None or register.document_column not in register.key:
            continue
        used: dict[str, dict[int, str]] = defaultdict(dict)
        documents = month.books.load(register)[register.document_column].drop_nulls().unique().to_list()
        documents += [number for name, number in void if name == register.id]
        documents += [key_parts(row["row_key"])[0] for row in month.standing.held if row["register"] == register.id]
        for document in documents:
            match = _NUMBER.fullmatch(document)
            if match and month.holds(f"{match['year']}-{match['month']}"):
                used[match["sequence"]][int(match["number"])] = match["number"]
        for sequence, numbers in sorted(used.items()):
            first = 1 if month.since else min(numbers)
            missing = [number for number in range(first, max(numbers)) if number not in numbers]
            if missing:
                width = len(next(iter(numbers.values())))
                listed = "、".join(f"{number:0{width}d}" for number in missing[:20]) + ("…" if missing[20:] else "")
                yield open_item("CLOSE-GAP", register, sequence=sequence, missing=listed, count=len(missing))


def _judged(month: Month, register_id: str, code: str, rows: pl.Expr) -> Iterator[OpenItem]:
    """Return what a rule between registers says of the rows in force that belong to the month."""
    register = month.books.registers.get(register_id)
    if register is None:
        return
    rule = next(each for each in register.cross_rules if each.code == code)
    if any(name not in month.books.registers for name in rule.needs):
        return
    books = OpenBooks(month.facts, month.books.load)
    own = books.rows(register_id).filter(rows)
    told = {row["_id"]: row for row in own.iter_rows(named=True)}
    for failing in rule.failing(own, books).to_dicts() if own.height else ():
        row = told[failing["_id"]]
        args = {name: shown(value) for name, value in {**row, **failing}.items() if value is not None}
        yield OpenItem(code, rule.text, args, register_id, key_parts(row["_key"]))


def _counts_undone(month: Month) -> Iterator[OpenItem]:
    """Lines and sheets that the counts of the month lack."""
    plans = month.books.rows("stocktake_plan") if month.book == STOCK_BOOK else None
    if plans is None:
        return
    last_day = (pl.col("cutoff") - pl.duration(microseconds=1)).dt.strftime("%Y-%m")
    own = (last_day > month.since) & (last_day <= month.period)
    yield from _judged(month, "stocktake_plan", "X-16", own)
    numbers = plans.filter(own)["plan_no"].to_list()
    yield from _judged(month, "stocktake_sheet", "CNT-03", pl.col("plan_no").is_in(numbers))


def _unbalanced_bank(month: Month) -> Iterator[OpenItem]:
    if month.book == BANK_BOOK:
        within = (pl.col("period") > month.since) & (pl.col("period") <= month.period)
        yield from _judged(month, "bank_reconciliation", "BRC-01", within)


def _unexplained_differences(month: Month) -> Iterator[OpenItem]:
    """Differences outside the tolerance: at the close an unexplained one is serious, however small (PER-C2)."""
    register = month.books.registers.get("recon_difference")
    if register is None:
        return
    for period in filter(month.holds, open_months(month.books)):
        for judged in serious_differences(month.books, period, month.book):
            title = judged.compared.agreement.title
            for row in judged.unexplained.iter_rows(named=True):
                amount = yuan_of(row["diff"]) if row["diff"] else quantity_of(row["diff_qty"])
                words = {"agreement": title.zh, "object": row["object"], "diff": amount}
                yield open_item("CLOSE-DIFFERENCE", register, (row["recon_id"], str(row["line_no"])), **words)


BLOCKING: tuple[Look, ...] = (
    _unmerged,
    _held_rows,
    _stopped,
    _void_held,
    _overdrawn,
    _numbering_gaps,
    _counts_undone,
    _unbalanced_bank,
    _unexplained_differences,
)
"""What a month must not be closed with."""


def _missing_rows(month: Month) -> Iterator[OpenItem]:
    for register in month.registers:
        for key in month.rows(register).filter(pl.col("_status") == "missing")["_key"]:
            yield open_item("CLOSE-MISSING", register, key_parts(key))


def _carried_differences(month: Month) -> Iterator[OpenItem]:
    """Differences that a count found and that are not settled: carried on (挂账)."""
    register = month.books.registers.get("stocktake_result")
    if month.book != STOCK_BOOK or register is None:
        return
    rows = month.books.rows(register.id)
    for row in rows.iter_rows(named=True) if rows is not None else ():
        if row["status"] in ("待说明", "待审批", "已批", "挂账"):
            yield open_item("CLOSE-OPEN", register, key_parts(row["_key"]), state=row["status"])


def _warnings(month: Month) -> Iterator[OpenItem]:
    own = {register.id for register in month.registers}
    codes = Counter(f.code for f in _findings(month) if f.severity is Severity.WARNING and f.register in own)
    for code, count in sorted(codes.items()):
        yield open_item("CLOSE-WARNING", warning=code, count=count)


LISTED: tuple[Look, ...] = (_missing_rows, _carried_differences, _warnings)
"""What a month may be closed with."""
