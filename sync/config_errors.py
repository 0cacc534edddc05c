"""What is wrong in houqin.toml, said in Chinese and English with the place and what to write."""

from __future__ import annotations

import difflib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from schemas.findings import Text
from sync.errors import HouqinError

TEXTS = {
    "missing_file": Text(
        "没有找到这个文件",
        "the file does not exist",
        "请核对共享文件夹是否已连接、路径是否正确；只有新学校才用 houqin init 新建",
        "see whether the shared folder is connected and the path right; only a new school makes one with houqin init",
    ),
    "unreadable_file": Text("无法读取（{reason}）", "it cannot be read ({reason_en})"),
    "not_utf8": Text(
        "不是 UTF-8 编码",
        "it is not UTF-8 text",
        "请在记事本中另存为，编码选 UTF-8",
        "save it again with the encoding UTF-8",
    ),
    "not_toml": Text(
        "格式有误（{reason}）",
        "it is not valid TOML ({reason})",
        "文字要放在英文双引号内，列表用方括号",
        "texts stand in double quotes, lists in square brackets",
    ),
    "not_a_day": Text("“{value}”不是日期", "“{value}” is not a date", "请写如 2026-11-22", "write it as 2026-11-22"),
    "extra_forbidden": Text(
        "不认识的设置“{key}”",
        "the setting “{key}” is unknown",
        "{nearest}可用的有：{allowed}",
        "{nearest_en}allowed are: {allowed}",
    ),
    "unknown_register": Text(
        "没有名为“{value}”的登记表",
        "there is no register “{value}”",
        "{nearest}houqin registers 列出全部编号",
        "{nearest_en}houqin registers lists all ids",
    ),
    "unknown_parameter": Text(
        "没有名为“{value}”的参数",
        "there is no parameter “{value}”",
        "{nearest}可用的有：{allowed}",
        "{nearest_en}allowed are: {allowed}",
    ),
    "not_a_number": Text("参数 {name} 的值“{value}”不是数字", "the parameter {name} “{value}” is not a number"),
    "not_a_flag": Text(
        "参数 {name} 的值“{value}”不是“是”或“否”",
        "the parameter {name} “{value}” is not yes or no",
        "请写 true 或 false",
        "write true or false",
    ),
    "not_a_text": Text(
        "参数 {name} 的值“{value}”不是文字",
        "the parameter {name} “{value}” is not text",
        "请放在英文双引号内",
        "put it in double quotes",
    ),
    "not_in_form": Text(
        "参数 {name} 的值“{value}”格式不对",
        "the parameter {name} “{value}” does not have the right form",
        "应如 {example}",
        "it should look like {example}",
    ),
    "department_code": Text(
        "部门代码“{value}”不合规则",
        "the department code “{value}” is not allowed",
        "请用 2–6 个大写字母，后面最多 2 位数字，如 ZW、NJ1",
        "write 2 to 6 capital letters and at most 2 digits, such as ZW or NJ1",
    ),
    "folder_name": Text(
        "文件夹名“{value}”不合规则",
        "the folder name “{value}” is not allowed",
        "只写 departments 下一级文件夹的名称",
        "write only the name of a folder directly below departments",
    ),
    "same_folder": Text(
        "部门 {value} 共用文件夹“{folder}”",
        "the departments {value} share the folder “{folder}”",
        "请为每个部门各用一个文件夹",
        "give each department a folder of its own",
    ),
    "zone_name": Text(
        "没有时区“{value}”",
        "there is no time zone “{value}”",
        "请写如 Asia/Shanghai",
        "write it as Asia/Shanghai",
    ),
    "other": Text(
        "值“{value}”不合适",
        "the value “{value}” does not fit",
        "应为{wanted}",
        "it should be {wanted_en}",
    ),
}

_WANTED = {
    "string": ("英文双引号内的文字", "text in double quotes"),
    "tuple": ("方括号内的列表", "a list in square brackets"),
    "model": ("一组设置", "a table of settings"),
    "dict": ("一组设置", "a table of settings"),
    "time": ("时间，如 20:00:00", "a time such as 20:00:00"),
    "date": ("日期，如 2026-09-01", "a date such as 2026-09-01"),
    "float": ("数字", "a number"),
    "int": ("整数", "a whole number"),
    "greater": ("更大的数字", "a larger number"),
    "literal": ("zh 或 en", "zh or en"),
}

_SECRET = ("notifications.urls", "ledger.url")
"""Settings that hold passwords: what is wrong about them is told without their values."""


@dataclass(frozen=True)
class ConfigProblem:
    """One setting that is wrong: where it stands and the words about it."""

    setting: str
    """Dotted name, such as ``departments.ZW.folder``; empty for the whole file."""
    text: Text
    args: Mapping[str, object]

    def line(self, language: str) -> str:
        """Return setting, message and hint in one line."""
        what, hint = self.text.message(language, self.args), self.text.hint(language, self.args)
        place, comma = (f"{self.setting}: ", "; ") if language == "en" else (f"{self.setting}：", "，")
        return (place if self.setting else "") + what + (comma + hint if hint else "")


class ConfigError(HouqinError):
    """The settings cannot be used; every problem is named."""

    code = "CONFIG"

    def __init__(self, place: Path | str, problems: Sequence[ConfigProblem]) -> None:
        super().__init__(place=place, problems=problems)
        self.place = str(place)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, place: Path | str, kind: str, **args: object) -> ConfigError:
        """Return the error with one problem that concerns the whole file."""
        return cls(place, [ConfigProblem("", TEXTS[kind], args)])

    def message(self, language: str = "zh") -> str:
        """Return the place and every problem, one a line."""
        lines = [problem.line(language) for problem in self.problems]
        return "\n".join(f"{self.place}: {line}" for line in lines)


def problem_lines(error: ValidationError, model: type[BaseModel]) -> list[ConfigProblem]:
    """Return what is wrong with the settings of ``model``, in the order of the file's structure."""
    return [_problem(details, model) for details in error.errors(include_url=False)]


def _problem(details: Mapping[str, Any], model: type[BaseModel]) -> ConfigProblem:
    kind, place = details["type"], [str(part) for part in details["loc"]]
    setting = ".".join(place)
    if kind == "extra_forbidden":
        allowed = _allowed(model, place)
        args = {"key": place[-1], "allowed": "、".join(allowed), **nearest(place[-1], allowed)}
        return ConfigProblem(".".join(place[:-1]), TEXTS[kind], args)
    if kind in TEXTS:
        return ConfigProblem(setting, TEXTS[kind], details.get("ctx", {}))
    wanted = next((words for start, words in _WANTED.items() if kind.startswith(start)), (kind, kind))
    value = "***" if setting.startswith(_SECRET) else details["input"]
    shown = {"value": value, "wanted": wanted[0], "wanted_en": wanted[1]}
    return ConfigProblem(setting, TEXTS["other"], shown)


def nearest(word: str, allowed: Sequence[str]) -> dict[str, object]:
    """Return what was probably meant, in both languages, for the hint of a message."""
    close = difflib.get_close_matches(word, allowed, 1)
    return {
        "nearest": f"是否为 {close[0]}？" if close else "",
        "nearest_en": f"did you mean {close[0]}? " if close else "",
    }


def _allowed(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    """Return the settings that may stand where the unknown one stands."""
    found = model
    for part in place[:-1]:
        field = found.model_fields.get(part)
        inner = next(iter(_models(field.annotation)), None) if field else None
        found = inner or found
    return list(found.model_fields)


def _models(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any annotation of a field
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in typing.get_args(annotation) for model in _models(part)]
