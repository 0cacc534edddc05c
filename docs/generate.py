#!/usr/bin/env python3
"""Write docs/registers.md and docs/rules.md from the declarations of the program: ``python docs/generate.py``."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import sync
from schemas.columns import Column, Need
from schemas.findings import LETTERS, Text, reader_text
from schemas.measure import UOM_01
from schemas.parameters import DEFAULTS
from schemas.register import Register, all_registers
from schemas.rules import CrossRule, Effect, RowRule
from schemas.texts import READER_TEXTS
from sync.books.agreement_list import AGREEMENTS
from sync.commands.common import exit_code_of
from sync.config_default import default_config_text
from sync.errors import HouqinError
from sync.ledger.verify import TEXTS as VERIFY_TEXTS
from sync.open_items import TEXTS as CLOSE_TEXTS
from workbooks.template_hints import input_message

HERE = Path(__file__).resolve().parent

_NEEDS = {Need.REQUIRED: "必填 R", Need.OPTIONAL: "选填 O", Need.SYSTEM: "系统 S"}
_SEVERITIES = {"error": "E 错误", "warning": "W 提醒", "info": "I 说明"}
_DELETIONS = {
    "confirm": "stays in the books as 疑似删除 until it is confirmed",
    "follow": "leaves the books at once",
}
_PARAMETERS_EN = {
    "capitalisation_threshold": "unit price in yuan from which an item is a fixed asset",
    "purchase_request_min": "purchases from this amount in yuan need a purchase request",
    "small_unit": "few people: rules marked “small unit” warn instead of holding the row",
    "valuation_method": "how issues are valued (for the valuation to come)",
    "requisition_required": "every issue of kind 领用 needs the number of a requisition",
    "requisition_exempt_depts": "codes of departments that need none, separated by 、",
    "allow_inspector_is_keeper": "the keeper of stores may inspect what arrives",
    "receipt_over_pct": "how much more than requested may be received, in per cent",
    "receipt_over_pct_food": "the same for food",
    "price_deviation_pct": "difference to the last price, in per cent, from which there is a warning",
    "min_remaining_days": "least days of shelf life left on arrival",
    "premises_report_month": "month in which the premises survey is normally reported (1 to 12)",
    "count_tolerance_pct": "difference to the books, in per cent of them, from which goods are counted again",
    "count_tolerance_pct_food": "the same for weighed food",
    "count_approve_level": "the lowest level whose approval adjusts the stock (总务主任, 校长, 领导班子, 主管部门)",
    "appraisal_min": "original value in yuan from which a disposal needs an appraisal; 0: only before the least life",
    "cash_float_limit": "how much cash may stay overnight, in yuan; 0: not checked",
    "remit_within_days": "days within which fees go to the bank or the treasury; 0: the same day",
    "nontax_fee_kinds": "kinds of fees that local rules make the state's, separated by 、",
    "refund_min_leave_days": "days of leave from which a kindergarten refunds; 0: every day",
    "quote_min": "purchases from this amount in yuan need three quotations",
    "collective_decision_threshold": "purchases from this amount in yuan are decided by the leaders together",
    "public_procurement_limit": "purchases from this amount in yuan go through public procurement",
    "cash_settlement_threshold": "cash payments above this amount in yuan are reported",
    "quorum": "part of the leaders that has to be present at a collective decision",
    "school_names": "further names of the school on invoices, separated by 、: former ones, the canteen's",
    "bank_match_days": "days that may lie between the journal and the bank's statement for the same payment",
    "budget_pace_points": "points by which a budget item may be spent faster or slower than the year goes on",
    "school_tax_no": "the school's credit code; blank: the buyer's number on invoices is not compared",
    "recon_tolerance": "differences up to this amount in yuan are within the tolerance of an agreement",
    "recon_critical_amount": "an unexplained difference from this amount in yuan is serious",
    "gl_stock_account": "account of stock in the general ledger; several are separated by 、",
    "gl_asset_account": "account of the original value of fixed assets",
    "gl_depreciation_account": "account of accumulated depreciation",
    "gl_cash_account": "account of cash",
    "gl_bank_account": "account of money in banks",
    "gl_zero_balance_account": "account of zero-balance bank accounts; empty where there is none",
    "gl_expense_account": "account below which expenses stand by economic code: its sub-accounts end with that code",
    "semester_starts": "first days of the autumn and the spring semester (month-day)",
    "semester_ends": "last days of the autumn and the spring semester (month-day); loans end there",
    "asset_disposal_limit": "original value in yuan up to which the school itself may dispose of an asset; 0: never",
}
_SECTIONS = (
    ("Dates and times 日期", ("DATE-", "TIME-", "MONTH-", "SEM-", "DITTO")),
    ("Numbers, quantities and units 数字与单位", ("NUM-", "NEG-", "MON-", "PRICE-", "INT-", "QTY-", "UOM-", "UNIT-")),
    ("Cells 单元格", ("CELL-", "FORMULA-", "EXT-", "RED-")),
    ("Rows 行", ("KEY-", "ROW-", "SUBTOTAL-", "PERIOD-", "LATE")),
    ("Sheets 工作表", ("SHEET-", "COL-")),
    ("Files 文件", ("FILE-",)),
    ("The merge 合并", ("IMP-", "RIGHT-", "VOID-")),
)
_OTHER = "Texts, codes and references 文字、编码与引用"

_NOTICE = "<!-- Written by docs/generate.py from the program's declarations. Change those and run it again. -->\n"


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return re.sub(r"\s*\n\s*", " ", str(value)).replace("|", "\\|").replace("<", "&lt;").strip()


def anchor(title: str) -> str:
    """Return the anchor that a Markdown heading has, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _heading(register: type[Register]) -> str:
    return f"{register.title} {register.id}"


def own_registers() -> list[type[Register]]:
    """Return the registers of the program itself, without those that ``HOUQIN_REGISTERS`` or a test adds."""
    return [register for register in all_registers().values() if register.__module__.startswith("schemas.")]


def registers_page() -> str:
    """Return docs/registers.md: every register with its key, writers, columns and rules."""
    known = own_registers()
    overview = table(
        ("register", "id", "in English", "group", "written by", "key", "columns", "rules"),
        (
            (
                f"[{register.title}](#{anchor(_heading(register))})",
                f"`{register.id}`",
                register.title_en,
                register.group,
                " ".join(_writers(register)),
                " + ".join(f"`{name}`" for name in register.key),
                len(register.columns),
                len(register.rules()),
            )
            for register in known
        ),
    )
    return "\n".join(
        [
            _NOTICE,
            "# Registers 登记表\n",
            "A register is one class below `schemas/`; this page says what each of them declares. `*` means every",
            "department. What a cell may hold is told in the words that a template shows when the cell is selected;",
            "the words of all codes are in [rules.md](rules.md).\n",
            overview,
            *(_register_section(register) for register in known),
        ]
    )


def _writers(register: type[Register]) -> list[str]:
    return [code for code in (register.owner, *register.writers) if code]


def _register_section(register: type[Register]) -> str:
    titles = {column.name: column.title for column in register.columns}
    facts = [
        ("Key", " + ".join(f"{titles[name]} `{name}`" for name in register.key)),
        ("Written by", " ".join(_writers(register)) + (" (`*`: every department)" if "*" in register.writers else "")),
        ("Signed by", register.sign),
        ("Written when", register.period),
        ("Recognised by", "、".join(register.keywords)),
        ("Date that decides the month", f"`{register.date_column}`" if register.date_column else ""),
        ("Moves stock", _stock(register)),
        ("A row that leaves its workbook", _DELETIONS[register.deletions]),
        (
            "Cells that merge as one",
            "; ".join("、".join(titles[name] for name in group) for group in register.cell_groups),
        ),
    ]
    lines = [f"## {_heading(register)}\n", f"{register.title_en} · {register.group}\n"]
    lines += [f"* **{name}**: {_cell(words)}" for name, words in facts if words]
    columns = table(
        ("column", "name", "type", "need", "what to fill in", "in English", "other headers"),
        (_column_row(column) for column in register.columns),
    )
    rules = table(
        ("code", "severity", "at", "message", "in English", "needs"),
        (_rule_row(register, rule) for rule in register.rules()),
    )
    lines += ["", columns]
    lines += ["Rules of this register:\n", rules] if register.rules() else ["No rules of its own.\n"]
    return "\n".join(lines)


def _stock(register: type[Register]) -> str:
    if register.stock is None:
        return ""
    if len(register.stock.places) > 1:
        return "out of one warehouse and into another"
    way = "in" if register.stock.sign > 0 else "out"
    back = register.stock.return_kind
    return f"{way}; {back} takes it back" if back else way


def _column_row(column: Column) -> tuple[object, ...]:
    refs = "".join(f" → `{ref}`" for ref in column.refs)
    return (
        column.title,
        f"`{column.name}`",
        column.type_name + refs,
        _NEEDS[column.need],
        input_message(column, "zh"),
        input_message(column, "en"),
        "、".join(column.aliases),
    )


def _rule_row(register: type[Register], rule: RowRule | CrossRule) -> tuple[object, ...]:
    wanted = (register.column(want.partition(".")[0]) for want in getattr(rule, "wants", ()))
    needs = [*rule.needs, *(target for column in wanted for target in column.register_refs)]
    return (
        f"`{rule.code}`",
        _severity(rule),
        f"`{rule.at}`",
        rule.text.zh,
        rule.text.en,
        " ".join(f"`{each}`" for each in dict.fromkeys(needs)),
    )


def _severity(rule: RowRule | CrossRule) -> str:
    words = _SEVERITIES[str(rule.severity)]
    effect = getattr(rule, "effect", Effect.ADMISSION)
    words += "" if effect is Effect.ADMISSION else f", {effect}"
    return words if rule.small is None else f"{words} (small unit: {_SEVERITIES[str(rule.small)]})"


def rules_page() -> str:
    """Return docs/rules.md: every code with severity, words and hint, the parameters, the errors."""
    headers = ("code", "severity", "message", "in English", "what to do", "in English")
    parts = [
        _NOTICE,
        "# Rules and codes 规则与代码\n",
        "**E** holds the row back: it stays out of the books (its last accepted version stays in) and is tried again",
        "in every run. **W** is accepted and reported. **I** is information. Codes never change their meaning.",
        "`{title}` stands for the column, `{value}` for what was typed, `{read}` for how it was read; other names in",
        "braces are values of the row. A severity after “small unit” holds where the parameter `small_unit` is on.\n",
        "# Reading and merging\n",
        "These belong to no register.\n",
    ]
    parts += [f"## {title}\n\n{table(headers, rows)}" for title, rows in _reader_sections() if rows]
    parts += ["# Registers\n", "Columns and keys are in [registers.md](registers.md).\n"]
    for register in own_registers():
        own = (_text_row(rule.code, _severity(rule), rule.text) for rule in register.rules())
        if rows := [*_duplicates(register), *own]:
            parts.append(f"## {_heading(register)}\n\n{table(headers, rows)}")
    parts += [
        "# Agreements 对账\n",
        "`houqin reconcile` compares both sides of each; none of them holds a row. A number is the end of the",
        "`recon_id` of its differences (`DZ-20261130-0103`); an unexplained difference keeps the month of its book",
        "open (`PER-C2`).\n",
        table(("number", "id", "asked as", "kind", "sides", "in English", "rule", "book", "needs"), _agreement_rows()),
        "# Parameters 参数\n",
        "Set in `houqin.toml` under `[parameters]`.\n",
        table(("parameter", "default", "meaning", "in English"), _parameter_rows()),
        "# Errors of the program 程序错误\n",
        'Raised where the program cannot go on; with `--json` as `{"error": {"code": …, "message": …}}`.\n',
        table(("code", "exit", "message", "in English", "what to do", "in English"), _error_rows()),
        "# What `houqin verify` finds\n",
        table(("code", "message", "in English"), ((f"`{code}`", t.zh, t.en) for code, t in VERIFY_TEXTS.items())),
        "## What keeps a month open 月结\n",
        "`houqin month trial` names these besides the codes of rules.\n",
        table(
            ("code", "message", "in English", "what to do", "in English"),
            ((f"`{code}`", t.zh, t.en, t.hint_zh, t.hint_en) for code, t in CLOSE_TEXTS.items()),
        ),
    ]
    return "\n".join(parts)


def _reader_sections() -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    rows: dict[str, list[tuple[object, ...]]] = {title: [] for title in (*dict(_SECTIONS), _OTHER)}
    for name, (letter, *_) in sorted(READER_TEXTS.items()):
        code = name.partition(":")[0]
        text = reader_text(code, LETTERS[letter] if ":" in name else None)
        rows[_section_of(code)].append(_text_row(code, _SEVERITIES[str(LETTERS[letter])], text))
    rows[_section_of("UOM-01")].append(_text_row("UOM-01", _SEVERITIES["error"], UOM_01))
    yield from ((title, sorted(found)) for title, found in rows.items())


def _section_of(code: str) -> str:
    return next((title for title, starts in _SECTIONS if code.startswith(starts)), _OTHER)


def _text_row(code: str, severity: str, text: Text) -> tuple[object, ...]:
    return f"`{code}`", severity, text.zh, text.en, text.hint_zh, text.hint_en


def _duplicates(register: type[Register]) -> list[tuple[object, ...]]:
    """Return the code that a key with two contents has in this register, in the words of KEY-DUP."""
    code = register.duplicate_code
    if code == "KEY-DUP":
        return []
    return [_text_row(code, _SEVERITIES["error"], reader_text("KEY-DUP", LETTERS["E"]))]


def _agreement_rows() -> Iterator[tuple[str, ...]]:
    for each in AGREEMENTS:
        needs = " ".join(f"`{register}`" for register in each.needs)
        sides = f"{each.left_name} = {each.right_name}"
        code = f"`{each.code}`" if each.code else ""
        names = (f"{each.number:04d}", f"`{each.id}`", each.group, each.kind)
        yield (*names, sides, each.title.en, code, each.book, needs)


def _parameter_rows() -> Iterator[tuple[object, ...]]:
    words = dict(re.findall(r"(?m)^# (\w+) = .*?# (.+)$", default_config_text("", "").partition("[parameters]")[2]))
    for name, value in DEFAULTS.items():
        shown = str(value).lower() if isinstance(value, bool) else str(value) or "（空）"
        yield f"`{name}`", shown, words.get(name, ""), _PARAMETERS_EN[name]


def errors() -> Mapping[str, type[HouqinError]]:
    """Return every error class of the program by its code."""
    for module in pkgutil.walk_packages(sync.__path__, "sync."):
        importlib.import_module(module.name)
    found: dict[str, type[HouqinError]] = {}
    waiting = [HouqinError]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        found |= {kind.code: kind for kind in below if kind.__module__.startswith("sync.")}
    return dict(sorted(found.items()))


def _error_rows() -> Iterator[tuple[object, ...]]:
    yield "`USAGE`", 2, "命令写法有误", "the command was not understood", "houqin 命令 --help", "houqin COMMAND --help"
    for code, kind in errors().items():
        text = kind.text
        if text is not HouqinError.text:
            yield f"`{code}`", exit_code_of(kind()), text.zh, text.en, text.hint_zh, text.hint_en
        elif code == "CONFIG":
            yield f"`{code}`", 2, "设置有误，逐条列出", "houqin.toml is wrong; every problem is named", "", ""
    yield "`FILE`", 5, "文件无法读写", "a file cannot be read or written", "核对路径和权限", "check path and rights"
    yield "`INTERRUPTED`", 130, "已中断", "interrupted", "再试一次", "try again"
    yield "`INTERNAL`", 1, "程序出错，账没有改动", "unexpected error; nothing was written", "HOUQIN_TRACEBACK=1", ""


PAGES = {"registers.md": registers_page, "rules.md": rules_page}
"""File in ``docs/`` to the function that returns its content."""


def main() -> None:
    """Write every generated page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
