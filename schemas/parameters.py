"""The parameters of DOMAIN.md 2.0.6 with their defaults; the school's own values win."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULTS: dict[str, str | Decimal | bool] = {
    "capitalisation_threshold": Decimal("1000.00"),
    "purchase_request_min": Decimal("200.00"),
    "small_unit": False,
    "valuation_method": "移动加权平均",
    "requisition_required": False,
    "requisition_exempt_depts": "",
    "allow_inspector_is_keeper": False,
    "receipt_over_pct": Decimal(0),
    "receipt_over_pct_food": Decimal(5),
    "price_deviation_pct": Decimal(30),
    "min_remaining_days": Decimal(0),
    "premises_report_month": Decimal(3),
    "count_tolerance_pct": Decimal(0),
    "count_tolerance_pct_food": Decimal(2),
    "count_approve_level": "校长",
    "appraisal_min": Decimal(0),
    "asset_disposal_limit": Decimal(0),
    "cash_float_limit": Decimal("0.00"),
    "remit_within_days": Decimal(0),
    "nontax_fee_kinds": "行政事业性收费",
    "refund_min_leave_days": Decimal(0),
    "quote_min": Decimal("10000.00"),
    "collective_decision_threshold": Decimal("5000.00"),
    "public_procurement_limit": Decimal("300000.00"),
    "cash_settlement_threshold": Decimal("1000.00"),
    "bank_match_days": Decimal(5),
    "budget_pace_points": Decimal("20.00"),
    "quorum": "2/3",
    "school_names": "",
    "school_tax_no": "",
    "recon_tolerance": Decimal("0.00"),
    "recon_critical_amount": Decimal("1000.00"),
    "gl_stock_account": "1302",
    "gl_asset_account": "1601",
    "gl_depreciation_account": "1602",
    "gl_cash_account": "1001",
    "gl_bank_account": "1002",
    "gl_zero_balance_account": "1011",
    "gl_expense_account": "7201",
    "semester_starts": "09-01、02-15",
    "semester_ends": "01-31、08-31",
}
"""Name to default. Later registers add theirs here; each is documented in docs/rules.md."""

_MONTH_DAY = r"(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31"
_TWO_DAYS = rf"(?:{_MONTH_DAY})[、,，](?:{_MONTH_DAY})"
FORMS: dict[str, str] = dict.fromkeys(("semester_starts", "semester_ends"), _TWO_DAYS) | {
    "quorum": r"[1-9]\d?/[1-9]\d?",
    "count_approve_level": "总务主任|校长|领导班子|主管部门",
    "valuation_method": "移动加权平均|先进先出",
}
"""Name to the form of a parameter that is a text, to be matched in full."""


def number_of(name: str, parameters: Mapping[str, object]) -> Decimal:
    """Return a parameter as an exact number.

    Raises:
        KeyError: there is no such parameter.
    """
    return Decimal(str(parameters.get(name, DEFAULTS[name])))


def flag_of(name: str, parameters: Mapping[str, object]) -> bool:
    """Return a yes/no parameter; 是, true and 1 mean yes.

    Raises:
        KeyError: there is no such parameter.
    """
    value = parameters.get(name, DEFAULTS[name])
    return value if isinstance(value, bool) else str(value).strip().lower() in {"是", "true", "1", "yes"}


def fraction_of(name: str, parameters: Mapping[str, object]) -> Fraction:
    """Return a parameter such as ``2/3`` as an exact number.

    Raises:
        KeyError: there is no such parameter.
    """
    return Fraction(text_of(name, parameters))


def text_of(name: str, parameters: Mapping[str, object]) -> str:
    """Return a parameter as text.

    Raises:
        KeyError: there is no such parameter.
    """
    return str(parameters.get(name, DEFAULTS[name]))
