"""What the clerk is told in one dialog: what was found, what could not be shown, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from addin.handing_in import Way
from schemas.findings import Finding, Severity, Text

if TYPE_CHECKING:
    from addin.checking import Checked
    from addin.handing_in import Handed
    from addin.showing import Shown
    from addin.where import Place

CLEAN = Text("没有发现错误，共检查 {rows} 行", "No mistakes found in {rows} rows")
_MILD = Text("没有错误；有{counts}，请核对", "No errors, but {counts}: please look at them")
_FAULTY = Text("发现{counts}。第一处错误 {first}", "Found {counts}. The first error: {first}")
_LISTED = Text(
    "都列在“校验结果”表中，按“下一处”逐个查看",
    "All are listed on the sheet “Findings”; press “Next” to go through them",
)
_ERRORS = Text("错误 {count} 处", "errors: {count}")
_WARNINGS = Text("提醒 {count} 处", "warnings: {count}")
_NOTES = Text("提示 {count} 处", "notes: {count}")
_UNMARKABLE = Text(
    "旧版 .xls 工作簿只列清单，不标单元格；另存为 .xlsx 后可以标",
    "In an old .xls workbook cells are not marked; save it as .xlsx for that",
)
_PROTECTED = Text(
    "工作表{sheets}受保护，没有标在单元格上，请看清单",
    "{sheets} are protected: nothing was marked there, see the list",
)
_UNMARKED = Text("另有 {count} 格只列在清单中", "{count} more cells are in the list only")
_UNLISTED = Text(
    "工作簿结构受保护，不能加“校验结果”表", "The workbook's structure is protected: no list could be added"
)
_NOTHING_MARKED = Text(
    "没有标出的地方。请先按“校验”；若已校验，就是没有要改的",
    "Nothing is marked. Press “Check” first; if you did, there is nothing to correct",
)
_SEE_LIST = Text("没有标在单元格上的问题，请看“校验结果”表", "Nothing is marked at a cell: see the sheet “Findings”")
_NEXT = Text("第 {number}/{total} 处　{where}\n{words}", "{number} of {total}　{where}\n{words}")

_STAYS = Text("“{name}”已保存在本部门的文件夹里，下次合并就会读到", "“{name}” is saved in the department's folder")
_HANDED = Text("“{name}”已提交给{department}（{folder}）", "“{name}” is handed in to {department} ({folder})")
_ALREADY = Text("{department}的文件夹里已是这个内容，不用再交", "{department} has exactly this already")
_BESIDE = Text(
    "{department}的文件夹里“{other}”是另一个版本（{who}{when} 保存），没有覆盖它；"
    "本工作簿作为副本“{name}”交上，系统逐行合并，不会重复计数，有矛盾的行会列为冲突",
    "In the folder of {department} “{other}” is another version (saved {when}{who}) and was left alone; "
    "this workbook went beside it as the copy “{name}”, which is merged row by row: nothing counts twice",
)
_HELD = Text(
    "出错的 {rows} 行改正以前不入账，其他行照常",
    "{rows} rows wait until they are corrected, all others are taken",
)
_NO_REGISTER = Text(
    "没有提交：“{name}”里没有认得出的登记表。请按“帮助”看说明，或使用模板",
    "Not handed in: “{name}” holds no known register. Use a template",
)
_LOOK_LATER = Text("合并后按“状态”看哪些行已入账", "After the next merge “Status” shows which rows were taken")


def counts_of(findings: Iterable[Finding], language: str) -> str:
    """Return how many errors, warnings and notes there are, without those of which there is none."""
    count = Counter(found.severity for found in findings)
    texts = ((Severity.ERROR, _ERRORS), (Severity.WARNING, _WARNINGS), (Severity.INFO, _NOTES))
    parts = (text.message(language, {"count": count[severity]}) for severity, text in texts if count[severity])
    return (", " if language == "en" else "、").join(parts)


def found_in(checked: Checked, language: str) -> str:
    """Return what a check found, in one sentence."""
    findings = checked.findings
    if not findings:
        return CLEAN.message(language, {"rows": sum(register.rows for register in checked.registers)})
    errors = [found for found in findings if found.severity is Severity.ERROR]
    counts = counts_of(findings, language)
    if not errors:
        return _MILD.message(language, {"counts": counts})
    first = min(errors, key=lambda found: not found.cell)
    # The workbook is the one in front: its name would only push the rest out of sight.
    line = first.line(language).removeprefix(f"[{first.workbook.rpartition('/')[2]}]").removeprefix(": ")
    return _FAULTY.message(language, {"counts": counts, "first": line})


def said_of_check(checked: Checked, shown: Shown, place: Place) -> str:
    """Return the sentences of the button 校验."""
    return paragraph([found_in(checked, place.language), *_limits(checked, shown, place)], place.language)


def _limits(checked: Checked, shown: Shown, place: Place) -> Iterator[str]:
    language = place.language
    if checked.findings and shown.is_listed:
        yield _LISTED.message(language, {})
    if checked.findings and shown.is_unmarkable:
        yield _UNMARKABLE.message(language, {})
    if shown.protected:
        yield _PROTECTED.message(language, {"sheets": "、".join(f"“{name}”" for name in shown.protected)})
    if shown.unmarked:
        yield _UNMARKED.message(language, {"count": shown.unmarked})
    if not shown.is_listed:
        yield _UNLISTED.message(language, {})
    yield from place.remarks


def said_of_submission(checked: Checked, shown: Shown, place: Place, handed: Handed) -> str:
    """Return the sentences of the button 提交: mistakes first, then what became of the workbook."""
    language = place.language
    text = {Way.SAME: _ALREADY, Way.BESIDE: _BESIDE}.get(handed.way, _HANDED) if handed.way else _STAYS
    who = "" if not handed.who else f" by {handed.who}" if language == "en" else f"{handed.who}，"
    places = {
        "name": handed.name,
        "department": handed.department,
        "folder": handed.folder,
        "other": handed.other,
        "who": who,
        "when": handed.when,
    }
    rows = {(found.sheet, found.row) for found in checked.findings if found.severity is Severity.ERROR and found.row}
    held = [_HELD.message(language, {"rows": len(rows)})] if rows else []
    later = [] if handed.way is Way.SAME else [_LOOK_LATER.message(language, {})]
    limits = _limits(checked, shown, place)
    said = [found_in(checked, language), text.message(language, places), *held, *later, *limits]
    return paragraph(said, language)


def said_of_strange_book(name: str, language: str) -> str:
    """Return the sentence of 提交 for a workbook without any register."""
    return paragraph([_NO_REGISTER.message(language, {"name": name})], language)


def said_of_next(where: str, words: str, number: int, total: int, language: str) -> str:
    """Return the sentences of the button 下一处 at one place."""
    return _NEXT.message(language, {"where": where, "words": words, "number": number, "total": total})


def said_of_nothing(language: str, *, is_listed: bool) -> str:
    """Return the sentence of 下一处 where nothing is marked."""
    return (_SEE_LIST if is_listed else _NOTHING_MARKED).message(language, {})


def paragraph(sentences: Iterable[str], language: str) -> str:
    """Return sentences as one text, each with a full stop where it has no end yet."""
    stop = "." if language == "en" else "。"
    ended = (text if text.endswith(("。", ".", "！", "？", "!", "?")) else text + stop for text in sentences if text)
    return (" " if language == "en" else "").join(ended)
