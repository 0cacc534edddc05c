"""The registers as declared, against the field's own list of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from stdnum.cn import ric

from schemas.columns import Column, Kind
from schemas.ids import wrong_check_digit
from schemas.normal import matching
from schemas.register import Register, all_registers

FIELD: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "oracles" / "registers.json").read_text(encoding="utf-8")
)
"""All registers of the field; those that are not declared yet are not compared."""
ORACLE = [each for each in FIELD if each["id"] in all_registers()]

ELSEWHERE = {
    "PER-05": "schemas.references",
    "UOM-01": "schemas.measure",
    "CNT-01": "schemas.parse_columns",
    "SUP-01": "schemas.property.receipt_rules",
    "TRF-04": "schemas.stock_balance",
    "CCT-04": "schemas.finance.cash_rules",
    "INV-13": "schemas.parse_columns",
    **dict.fromkeys(("BEX-01", "BEX-02"), "sync.books.budget"),
    **dict.fromkeys(("LED-01", "LED-02", "LED-03"), "sync.books.checks"),
    **dict.fromkeys(("DEC-02", "DEC-03", "DEC-04"), "schemas.finance.decision_rules"),
}
"""Rules that are not declared with the register that lists them, and the module that reports them."""

TYPES = {
    "int": Kind.INT,
    "price": Kind.PRICE,
    "money": Kind.MONEY,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "time": Kind.TIME,
    "month": Kind.MONTH,
    "pct": Kind.PCT,
    "bool": Kind.BOOL,
    "enum list": Kind.ENUM_LIST,
    "code list": Kind.CODE_LIST,
    **dict.fromkeys(("person list", "room list"), Kind.REFERENCE_LIST),
    **dict.fromkeys(("person", "dept", "room", "item", "supplier", "student", "asset"), Kind.REFERENCE),
    **dict.fromkeys(("dept/person", "person/student"), Kind.REFERENCE),
}

each_register = pytest.mark.parametrize("wanted", ORACLE, ids=lambda wanted: wanted["id"])


def declared(wanted: dict[str, Any]) -> type[Register]:
    """Return the declaration of a register of the oracle."""
    return all_registers()[wanted["id"]]


@each_register
def test_register_is_declared_as_the_field_lists_it(wanted: dict[str, Any]) -> None:
    """Titles, key, owner, writers, postings and deletions are those of the specification."""
    register = declared(wanted)
    assert (register.title, register.title_en, register.group) == (wanted["title"], wanted["title_en"], wanted["group"])
    assert (list(register.key), register.owner, list(register.writers)) == (
        wanted["key"],
        wanted["owner"],
        wanted["writers"],
    )
    assert (register.kind, register.deletions) == (wanted["kind"], wanted["deletions"])
    assert list(register.posts) == (wanted["posts"] or [])
    assert register.stock is None or "stock" in register.posts


@each_register
def test_columns_stand_in_order_with_their_headers(wanted: dict[str, Any]) -> None:
    """Columns, headers and need are those of the specification, ``remark`` last."""
    stated = [(column.name, column.title, str(column.need)) for column in declared(wanted).columns]
    assert stated == [
        *((each["name"], each["header"], each["required"]) for each in wanted["columns"]),
        ("remark", "备注", "O"),
    ]


@pytest.mark.parametrize(
    ("register_id", "wanted"),
    [(each["id"], column) for each in ORACLE for column in each["columns"]],
    ids=lambda value: value if isinstance(value, str) else value["name"],
)
def test_column_holds_what_the_field_says(register_id: str, wanted: dict[str, Any]) -> None:
    """Type, pattern, values, references and future dates are those of the specification."""
    column = all_registers()[register_id].column(wanted["name"])
    assert type_agrees(column, wanted["type"])
    assert column.future == wanted.get("future", False)
    assert list(column.values) == wanted.get("enum", ["是", "否"] if wanted["type"] == "bool" else [])
    assert list(column.refs) == wanted.get("ref", [])
    patterns = wanted.get("regex", "").replace("^", "").replace("$", "")
    if patterns:
        assert (column.pattern or "").removeprefix("(?:").removesuffix(")" if "|" in patterns else "") == patterns
        assert re.fullmatch(column.pattern or "", column.example)


def type_agrees(column: Column, wanted: str) -> bool:
    """Tell whether a column has the type of the specification, with its length or decimals."""
    name, _, size = wanted.removesuffix(")").partition("(")
    if name == "qty":
        return column.kind is Kind.QTY and column.places == int(size or 3)
    if name == "text":
        return column.kind in (Kind.TEXT, Kind.NAME) and column.limit == (int(size) if size else None)
    if name == "code":
        return column.kind in (Kind.CODE, Kind.CLASS, Kind.SEMESTER) and column.limit == (int(size) if size else None)
    if name == "enum":
        return column.kind in (Kind.ENUM, Kind.UNIT)
    return column.kind is TYPES[name]


@each_register
def test_every_rule_is_implemented_with_its_severity(wanted: dict[str, Any]) -> None:
    """Each rule code of a register is a row rule, a rule between registers, its duplicate code, or stands elsewhere."""
    register = declared(wanted)
    rules = [*register.row_rules, *register.cross_rules]
    for each in wanted["rules"]:
        own = [rule for rule in rules if rule.code == each["code"]]
        if own:
            assert {rule.severity.name[0] for rule in own} == {each["severity"]}, each
            small = {rule.small.name[0] if rule.small else None for rule in own}
            assert small == {each.get("severity_small")}, each
        else:
            assert each["code"] == register.duplicate_code or each["code"] in ELSEWHERE, each


@each_register
def test_no_two_columns_answer_to_one_header(wanted: dict[str, Any]) -> None:
    """Headers and their aliases are unambiguous within a register."""
    seen: dict[str, str] = {}
    for column in declared(wanted).columns:
        for header in (column.title, *column.aliases):
            assert seen.setdefault(matching(header), column.name) == column.name, header


@each_register
def test_synonyms_lead_to_allowed_values(wanted: dict[str, Any]) -> None:
    """Another spelling of a value stands for one that the list has, and is not itself in the list."""
    for column in declared(wanted).columns:
        assert set(column.synonyms.values()) <= set(column.values), column.name
        assert not set(column.synonyms) & set(column.values), column.name


@each_register
def test_words_exist_in_both_languages(wanted: dict[str, Any]) -> None:
    """Rules, hints and conditions are written in Chinese and in English."""
    register = declared(wanted)
    for rule in (*register.row_rules, *register.cross_rules):
        assert rule.text.zh
        assert rule.text.en
        assert bool(rule.text.hint_zh) == bool(rule.text.hint_en), rule.code
        assert rule.at in register.names(), rule.code
    for column in register.columns:
        assert bool(column.hint) == bool(column.hint_en), column.name
        assert (column.required_when is None) == (column.required_hint == ("", "")), column.name


@each_register
def test_named_columns_exist(wanted: dict[str, Any]) -> None:
    """Whatever a declaration names by column is a column, and keys are not part of a cell group."""
    register = declared(wanted)
    names = set(register.names())
    grouped = [name for group in register.cell_groups for name in group]
    assert set(grouped) <= names - set(register.key)
    assert len(grouped) == len(set(grouped))
    singles = (register.label, register.label_scope, register.active_column, register.date_column)
    documents = (register.document_column, register.line_column, *(register.valid_columns or ()))
    assert {name for name in (*singles, *documents) if name} <= names
    wants = {want.partition(".")[0] for rule in register.row_rules for want in rule.wants}
    assert wants | {want.partition(".")[0] for want in register.fill_wants} | set(register.fills) <= names


def test_declared_registers_are_known_to_the_field() -> None:
    """Registers have the number that the field lists them with; those of our own are numbered after them."""
    order = [each["id"] for each in FIELD] + ["bank_statement_line"]
    own = [register for register in all_registers().values() if register.__module__.startswith("schemas.")]
    assert [order[register.number - 1] for register in own] == [register.id for register in own]


def test_personal_numbers_are_masked() -> None:
    """Identity and phone numbers of staff are not shown outside the ledger."""
    masked = {column.name for column in all_registers()["staff_roster"].columns if column.masked}
    assert masked == {"id_no", "phone"}


def test_amount_of_the_template_is_blank_until_both_factors_are_there() -> None:
    """The template computes the amount of a receipt, and shows nothing while a factor is missing."""
    formula = all_registers()["stock_receipt"].column("amount").formula
    assert formula == '=IF(OR([qty]="",[unit_price]=""),"",ROUND([qty]*[unit_price],2))'


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_check_digit_agrees_with_the_standard(number: str) -> None:
    """The example numbers of GB 11643 pass, and every other last character fails."""
    assert ric.calc_check_digit(number) == number[-1]
    others = [number[:-1] + last for last in "0123456789X" if last != number[-1]]
    judged = pl.DataFrame({"number": [number, *others, None, "33010219800101"]}).select(
        wrong_check_digit(pl.col("number"))
    )
    assert judged["number"].to_list() == [False, *([True] * 10), False, False]
