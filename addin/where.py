"""Find the school's shared folder for a workbook, and the department whose folder it belongs to."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from addin.conf import conf_path, read_conf
from schemas.findings import Text
from sync.errors import HouqinError

if TYPE_CHECKING:
    from addin.published import Published
    from addin.school import School

CONFIG_NAME = "houqin.toml"
SHARE_VARIABLE, LANGUAGE_VARIABLE = "HOUQIN_SHARE", "HOUQIN_LANG"
DEPARTMENTS_FOLDER = "departments"
_ALONE = Text(
    "没有找到学校的共享文件夹：只检查了不需要总账的规则",
    "No shared folder was found: only rules that need no ledger were checked",
)
_BOOKLESS = Text("只检查了不需要总账的规则：{reason}", "Only rules that need no ledger were checked: {reason}")
_STATED = re.compile(r"(?:填报|使用|归口)?部门\s*[:：]\s*([^\s　]+)")


class NoShareError(HouqinError):
    """Nothing says where the school's shared folder is."""

    code = "SHARE-UNKNOWN"
    text = Text(
        "不知道学校的共享文件夹在哪里",
        "nothing says where the school's shared folder is",
        "请从共享文件夹里打开工作簿，或请管理员在 houqin.conf 中写明 SHARE",
        "open the workbook from the shared folder, or have SHARE written into houqin.conf",
    )


class ShareUnreachableError(HouqinError):
    """The shared folder is named but cannot be opened (``path``)."""

    code = "SHARE-UNREACHABLE"
    text = Text(
        "打不开共享文件夹“{path}”",
        "the shared folder “{path}” cannot be opened",
        "请检查网络或网盘是否已连接，再按一次",
        "see whether the network drive is connected and press again",
    )


class DepartmentUnclearError(HouqinError):
    """It is not certain which department a workbook belongs to (``name``, ``candidates``)."""

    code = "DEPARTMENT-UNCLEAR"
    text = Text(
        "看不出“{name}”该交给哪个部门（可能：{candidates}）",
        "it is not clear which department “{name}” belongs to (maybe: {candidates})",
        "请在表头写明“填报部门：食堂”这样的部门名称，或另存到本部门的文件夹后再提交",
        "write the department into the line below the title (填报部门：…), or save it in the department's folder first",
    )


@dataclass(frozen=True)
class Place:
    """Where a workbook stands: its own file, the shared folder, and the books that were published there."""

    path: Path | None
    share: Path | None
    published: Published | None
    language: str
    remarks: tuple[str, ...] = ()
    """What limits the answers of a button: no shared folder, no books, old books; sentences for the clerk."""


def place_of(path: Path | None) -> Place:
    """Return where the workbook at ``path`` (None: never saved) stands; what is missing is a remark.

    Raises:
        ShareUnreachableError: a shared folder is set, and it cannot be opened.
    """
    from addin.published import PublicationError, Published  # noqa: PLC0415 - a click that needs no books stays quick

    conf = _conf()
    language = language_of(os.environ, conf)
    share = share_of(path, os.environ, conf)
    if share is None:
        return Place(path, None, None, language, (_ALONE.message(language, {}),))
    try:
        published = Published.open(share)
    except PublicationError as error:
        return Place(path, share, None, language, (_BOOKLESS.message(language, {"reason": error.message(language)}),))
    old = published.age_warning(datetime.now(UTC))
    return Place(path, share, published, language, (old.message(language, {}),) if old else ())


def published_for(path: Path | None) -> Published:
    """Return the books that the school of a workbook (None: whatever is set) has published.

    Raises:
        NoShareError: nothing says where the shared folder is.
        ShareUnreachableError: it cannot be opened.
        PublicationError: it has no published books, or they are damaged.
    """
    from addin.published import Published  # noqa: PLC0415 - as above

    share = share_of(path, os.environ, _conf())
    if share is None:
        raise NoShareError
    return Published.open(share)


def _conf() -> Mapping[str, str]:
    return read_conf(conf_path(sys.platform, Path.home()))


def user_language() -> str:
    """Return the language of this user: ``HOUQIN_LANG``, LANGUAGE in houqin.conf, else Chinese."""
    return language_of(os.environ, _conf())


def language_of(environment: Mapping[str, str], conf: Mapping[str, str]) -> str:
    """Return the language that somebody set for this user, else Chinese."""
    wanted = environment.get(LANGUAGE_VARIABLE) or conf.get("LANGUAGE", "")
    return "en" if wanted.strip().lower().startswith("en") else "zh"


def share_of(path: Path | None, environment: Mapping[str, str], conf: Mapping[str, str]) -> Path | None:
    """Return the shared folder of a workbook: the one it lies in, else the one that is set, None where none is.

    Raises:
        ShareUnreachableError: one is set, and it cannot be opened.
    """
    for folder in path.parents if path is not None else ():
        if (folder / CONFIG_NAME).is_file():
            return folder
    named = environment.get(SHARE_VARIABLE, "").strip() or conf.get("SHARE", "")
    if not named:
        return None
    share = Path(os.path.expandvars(named)).expanduser()
    if not (share / CONFIG_NAME).is_file():
        raise ShareUnreachableError(path=share)
    return share


def department_by_folder(school: School, share: Path, path: Path | None) -> str | None:
    """Return the code of the department in whose folder a workbook lies, None outside of all."""
    if path is None:
        return None
    folders = {_folded(share / DEPARTMENTS_FOLDER / each.folder): code for code, each in school.departments.items()}
    return next((folders[_folded(folder)] for folder in path.parents if _folded(folder) in folders), None)


def department_by_content(school: School, name: str, registers: Iterable[str], lines: Iterable[str]) -> str:
    """Return the code of the department that a workbook from elsewhere is to be handed in by.

    Args:
        school: its departments and what they may write.
        name: of the workbook, for the message.
        registers: ids of the registers in it.
        lines: what stands above its tables, where a template says 填报部门.

    Raises:
        DepartmentUnclearError: neither what it says nor what it holds leads to exactly one department.
    """
    wanted = set(registers)
    able = {code: each for code, each in school.departments.items() if wanted and wanted <= set(each.registers)}
    stated = {found for line in lines for found in _STATED.findall(line)}
    named = {code for code, each in school.departments.items() if stated & {code, each.name}}
    candidates = named & able.keys() if named else set(able)
    if len(candidates) == 1:
        return candidates.pop()
    shown = "、".join(f"{each.name or code}" for code, each in (able or school.departments).items())
    raise DepartmentUnclearError(name=name, candidates=shown)


def _folded(path: Path) -> str:
    return unicodedata.normalize("NFC", os.path.normcase(path.resolve())).casefold()
