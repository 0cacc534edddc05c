"""Checks of single settings; each names the wrong value and what would be right."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic_core import PydanticCustomError

from schemas.parameters import DEFAULTS, FORMS
from schemas.register import all_registers
from sync.config_errors import nearest

if TYPE_CHECKING:
    from typing import LiteralString

_Department = TypeVar("_Department")

_CODE = re.compile(r"[A-Z]{2,6}\d{0,2}")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]|^\.|[. ]$')
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)(\..*)?", re.IGNORECASE)
_FLAGS = {"是": True, "true": True, "yes": True, "否": False, "false": False, "no": False}


def _refuse(kind: LiteralString, **args: object) -> PydanticCustomError:
    return PydanticCustomError(kind, "{kind}", {"kind": kind, **args})


def known_registers(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Accept ids of registers that exist."""
    known = list(all_registers())
    for register_id in ids:
        if register_id not in known:
            msg = "unknown_register"
            raise _refuse(msg, value=register_id, **nearest(register_id, known))
    return ids


def zone_name(name: str) -> str:
    """Accept the name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        msg = "zone_name"
        raise _refuse(msg, value=name) from exc
    return name


def folder_name(name: str) -> str:
    """Accept a name of a single folder that every operating system can have."""
    if _NOT_IN_NAMES.search(name) or _RESERVED.fullmatch(name):
        msg = "folder_name"
        raise _refuse(msg, value=name)
    return name


def department_codes(departments: dict[str, _Department]) -> dict[str, _Department]:
    """Accept department codes as documents carry them (DOMAIN.md 2.2)."""
    for code in departments:
        if not _CODE.fullmatch(code):
            msg = "department_code"
            raise _refuse(msg, value=code)
    return departments


def one_folder_each(folders: Mapping[str, str]) -> None:
    """Accept departments (code to folder) of which no two share a folder."""
    owners: dict[str, str] = {}
    for code, folder in folders.items():
        other = owners.setdefault(unicodedata.normalize("NFC", folder).casefold(), code)
        if other != code:
            msg = "same_folder"
            raise _refuse(msg, value=f"{other}、{code}", folder=folder)


def typed_parameters(values: Mapping[str, object]) -> dict[str, str | Decimal | bool]:
    """Return parameters typed as their defaults are; 是 and 否 are yes and no."""
    return {name: _typed(name, value) for name, value in values.items()}


def _typed(name: str, value: object) -> str | Decimal | bool:
    if name not in DEFAULTS:
        allowed = "、".join(DEFAULTS)
        msg = "unknown_parameter"
        raise _refuse(msg, value=name, allowed=allowed, **nearest(name, list(DEFAULTS)))
    default = DEFAULTS[name]
    if isinstance(default, bool):
        return _flag(name, value)
    if isinstance(default, Decimal):
        return _number(name, value)
    if not isinstance(value, str):
        msg = "not_a_text"
        raise _refuse(msg, name=name, value=str(value))
    if name in FORMS and not re.fullmatch(FORMS[name], value):
        msg = "not_in_form"
        raise _refuse(msg, name=name, value=value, example=default)
    return value


def _flag(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _FLAGS:
        msg = "not_a_flag"
        raise _refuse(msg, name=name, value=str(value))
    return _FLAGS[word]


def _number(name: str, value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as exc:
        msg = "not_a_number"
        raise _refuse(msg, name=name, value=str(value)) from exc
    if isinstance(value, bool) or not number.is_finite():
        msg = "not_a_number"
        raise _refuse(msg, name=name, value=str(value))
    return number
