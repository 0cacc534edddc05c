"""Put the files of an installation in place, take away exactly those, and look at what is there."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from addin.building.basic import has_library, with_library, without_library
from addin.install import Plan
from schemas.findings import Text
from sync.errors import HouqinError
from workbooks.write import remove_abandoned, replace_file

State = Literal["present", "changed", "missing"]
Action = Literal["written", "unchanged", "removed", "kept", "gone"]


class LibreOfficeRunningError(HouqinError):
    """LibreOffice is open: it would write its own list of libraries over ours when it ends (``lock``)."""

    code = "ADDIN-OFFICE-OPEN"
    text = Text(
        "LibreOffice 正在运行（{lock}）",
        "LibreOffice is running ({lock})",
        "请先关闭 LibreOffice 再试；如果它并没有运行，请删除这个文件",
        "close LibreOffice and try again; delete that file if it is not running",
    )


class LibreOfficeNewError(HouqinError):
    """LibreOffice has not made the user's folder yet, and would begin with a list of its own (``folder``)."""

    code = "ADDIN-OFFICE-NEW"
    text = Text(
        "这个用户还没有启动过 LibreOffice（没有 {folder}）",
        "this user has never started LibreOffice (no {folder})",
        "请先启动一次 LibreOffice Calc，关闭后再试",
        "start LibreOffice Calc once, close it and try again",
    )


@dataclass(frozen=True)
class Step:
    """What happened to one file; ``kept`` are files that were there before, or were changed since."""

    path: Path
    action: Action


@dataclass(frozen=True)
class Receipt:
    """What an installation wrote: its version, each file with its SHA-256, and the lists that it added to."""

    version: str
    program: str
    files: Mapping[str, str]
    lists: Mapping[str, bool]
    """List of libraries to whether it was new."""

    @classmethod
    def read(cls, path: Path) -> Receipt | None:
        """Return the receipt in a file, None where there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None


def install(plan: Plan, receipt_path: Path, version: str) -> list[Step]:
    """Write what a plan names; the same plan again changes nothing.

    Files that an earlier installation wrote and this one no longer needs are taken away.

    Raises:
        LibreOfficeNewError: LibreOffice was never started.
        LibreOfficeRunningError: LibreOffice is open.
        TargetLockedError: a file is open elsewhere, or may not be written.
    """
    _refuse_new(plan.lists)
    _refuse_running(plan.lists)
    before = Receipt.read(receipt_path)
    owned = dict(before.files) if before else {}
    steps = [_written(path, content, owned) for path, content in plan.files.items()]
    steps += [_remove(Path(path), owned.pop(path)) for path in list(owned) if Path(path) not in plan.files]
    lists = dict(before.lists) if before else {}
    for path, kind in plan.lists.items():
        lists.setdefault(str(path), not path.exists())
        listed = _text_of(path)
        steps.append(_rewritten(path, listed, with_library(listed, kind)))
    receipt = Receipt(version, plan.program, owned, lists)
    content = json.dumps(asdict(receipt), ensure_ascii=False, indent=1).encode("utf-8")
    replace(receipt_path, content)
    return steps


def uninstall(receipt_path: Path) -> list[Step]:
    """Take away what an installation wrote, and nothing else; files that were changed since are kept.

    Raises:
        LibreOfficeRunningError: LibreOffice is open.
        TargetLockedError: a file is open elsewhere, or may not be written.
    """
    receipt = Receipt.read(receipt_path)
    if receipt is None:
        return []
    _refuse_running({Path(path): "" for path in receipt.lists})
    steps = [_remove(Path(path), digest) for path, digest in receipt.files.items()]
    for path, was_new in receipt.lists.items():
        steps.append(_unlisted(Path(path), is_ours=was_new))
    receipt_path.unlink()
    _remove_empty({receipt_path.parent, *(Path(path).parent for path in receipt.files)})
    return steps


def state_of(plan: Plan) -> dict[Path, State]:
    """Return whether each file of a plan is there as it should be."""
    states = {path: _state(_bytes_of(path), content) for path, content in plan.files.items()}
    for path in plan.lists:
        states[path] = "present" if has_library(_text_of(path) or "") else "missing"
    return states


def _state(there: bytes | None, wanted: bytes) -> State:
    if there is None:
        return "missing"
    return "present" if there == wanted else "changed"


def _written(path: Path, content: bytes, owned: dict[str, str]) -> Step:
    """Write a file, and note that it is ours unless somebody else had put the same there."""
    is_there = _bytes_of(path) == content
    if not is_there:
        replace(path, content)
    if not is_there or str(path) in owned:
        owned[str(path)] = hashlib.sha256(content).hexdigest()
    return Step(path, "unchanged" if is_there else "written")


def _remove(path: Path, digest: str) -> Step:
    content = _bytes_of(path)
    if content is None:
        return Step(path, "gone")
    if hashlib.sha256(content).hexdigest() != digest:
        return Step(path, "kept")
    path.unlink()
    return Step(path, "removed")


def _unlisted(path: Path, *, is_ours: bool) -> Step:
    """Take our library out of a list; a list that we began goes where nothing else is in it."""
    listed = _text_of(path)
    if listed is None or not has_library(listed):
        return Step(path, "gone")
    rest = without_library(listed)
    if is_ours and "<library:library " not in rest:
        path.unlink()
    else:
        replace(path, rest.encode("utf-8"))
    return Step(path, "removed")


def _rewritten(path: Path, before: str | None, after: str) -> Step:
    if before == after:
        return Step(path, "unchanged")
    replace(path, after.encode("utf-8"))
    return Step(path, "written")


def _refuse_new(lists: Mapping[Path, str]) -> None:
    """Refuse a profile that LibreOffice has not filled: it does so when it first starts, whatever lies there."""
    for path in lists:
        profile = path.parents[1]
        if not (profile / "registrymodifications.xcu").exists():
            raise LibreOfficeNewError(folder=profile)


def _refuse_running(lists: Mapping[Path, str]) -> None:
    """Refuse while LibreOffice runs on the profile whose lists are to be changed."""
    for path in lists:
        lock = path.parents[2] / ".lock"
        if lock.exists():
            raise LibreOfficeRunningError(lock=lock)


def _remove_empty(folders: set[Path]) -> None:
    """Remove folders of our own name that nothing is left in."""
    for folder in folders:
        if folder.name in ("Houqin", ".houqin", "houqin") and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def replace(path: Path, content: bytes) -> None:
    """Replace a file by some bytes in one step.

    Raises:
        TargetLockedError: it is open elsewhere, or may not be written.
    """

    def write(beside: Path) -> None:
        beside.write_bytes(content)

    remove_abandoned(path.parent)  # Excel opens whatever lies in its folder
    replace_file(path, write)


def _bytes_of(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _text_of(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
