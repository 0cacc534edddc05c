"""The state folder of a share, on the server's own disk, and the archive of accepted files in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

import platformdirs

from schemas.findings import Text
from sync.errors import HouqinError
from sync.lock import StateUnusable
from workbooks.opening import opened
from workbooks.reasons import is_full, reason_of
from workbooks.write import make_folder, remove_abandoned, sync_folder

STATE_VARIABLE = "HOUQIN_STATE"
"""Environment variable that names the state folder itself, for the one share that is worked with."""

RESTORING = ".restore-"
"""Begins the names of folders in which a restore unpacks files."""
SUCCESSOR = ".restoring"
"""Ends the name of a database that is to take the place of the ledger."""
REPLACED = "replaced"
"""Folder in the state folder that keeps ledgers whose place was taken, each in a folder of its own."""

_PIECE_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_IN_URLS = re.compile(r"[^\w.-]")
_SUFFIX = re.compile(r"\.[0-9a-z]{1,5}")


class SourceChanged(HouqinError):  # noqa: N818 - says what is wrong
    """A file is no longer the one that was read (``path``)."""

    code = "FILE-CHANGED"
    text = Text(
        "文件 {path} 在读取后又被修改",
        "the file {path} was changed after it had been read",
        "下次同步会重新读取",
        "the next run reads it again",
    )


class StateElsewhere(HouqinError):  # noqa: N818 - says what is wrong
    """A service keeps the ledger of the share under another account (``service``, ``account``, ``state``)."""

    code = "STATE-ELSEWHERE"
    text = Text(
        "这个共享文件夹的账由本机的服务 {service} 以账号 {account} 记在 {state}",
        "the service {service} of this machine keeps the ledger of this share in {state}, as {account}",
        "请用该账号执行：sudo -u {account} houqin …",
        "run it as that account: sudo -u {account} houqin …",
    )


def state_dir(share: Path) -> Path:
    """Return the state folder of a share; it need not exist yet.

    It is the one that ``HOUQIN_STATE`` names, else that of the service that keeps the share on this machine, else
    one of the user. The name of that carries a hash of the share's full path, so that two shares never meet.
    """
    named = os.environ.get(STATE_VARIABLE)
    if named:
        return Path(named).expanduser().resolve()
    kept = keeper_of(share)
    return own_state(share) if kept is None else kept.state


def own_state(share: Path) -> Path:
    """Return the state folder that a share has below the user's own folders."""
    return platformdirs.user_state_path("houqin", appauthor=False) / state_name(share)


SYSTEM_UNITS = Path("/etc/systemd/system")
KEPT_SECTION = "X-Houqin"
"""The section of a unit that systemd leaves alone: who keeps which state folder, for every other command."""
_KEPT = re.compile(r"^Kept=(\{.*\})$", re.MULTILINE)
_NOT_IN_UNITS = re.compile(r"[^0-9A-Za-z_.-]")


@dataclass(frozen=True)
class Keeper:
    """The service of the machine that keeps the ledger of a share."""

    service: str
    account: str
    state: Path


def service_name(share: Path) -> str:
    """Return the name of the service of a share."""
    return f"houqin-{_NOT_IN_UNITS.sub('_', state_name(share))}"


def kept_line(state: PurePath, account: str) -> str:
    """Return the line of a unit that ``keeper_of`` reads."""
    return f"Kept={json.dumps({'account': account, 'state': str(state)})}"


def keeper_of(share: Path, units: Path = SYSTEM_UNITS) -> Keeper | None:
    """Return the service of this machine that keeps the ledger of a share, None where there is none."""
    name = service_name(share)
    try:
        found = _KEPT.search((units / f"{name}.service").read_text(encoding="utf-8"))
        kept = json.loads(found[1]) if found else {}
        return Keeper(name, str(kept["account"]), Path(str(kept["state"])))
    except (OSError, ValueError, KeyError):
        return None


def refuse_another_account(share: Path, units: Path = SYSTEM_UNITS) -> None:
    """Refuse to work on a share whose ledger a service keeps under another account.

    A second ledger would begin, and what an administrator writes into the first one the service could not change.

    Raises:
        StateElsewhere: it does, and ``HOUQIN_STATE`` names no other place.
    """
    kept = None if os.environ.get(STATE_VARIABLE) else keeper_of(share, units)
    if kept is None or sys.platform == "win32":
        return
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        its = pwd.getpwnam(kept.account).pw_uid
    except KeyError:
        return
    if its != os.geteuid():
        raise StateElsewhere(service=kept.service, account=kept.account, state=kept.state)


def state_name(share: Path) -> str:
    """Return the name by which a share is told from others on this machine."""
    place = share.expanduser().resolve()
    mark = hashlib.sha256(os.path.normcase(place).encode()).hexdigest()[:12]
    name = _NOT_IN_URLS.sub("_", place.name) or "share"
    return f"{name}-{mark}"


def archive_file(state: Path, source: Path, sha256: str) -> Path:
    """Keep a copy of an accepted file under its SHA-256 (hex) and return where; a known one is left alone.

    Raises:
        SourceChanged: the file no longer has this content.
        StateUnusable: there is no room for it.
        ValueError: ``sha256`` is not one.
    """
    known = archived(state, sha256)
    if known is not None:
        return known
    suffix = source.suffix.lower()
    target = _folder(state, sha256) / f"{sha256}{suffix if _SUFFIX.fullmatch(suffix) else '.file'}"
    make_folder(target.parent)
    with _written_beside(target) as part:
        if _copy(source, part) != sha256:
            raise SourceChanged(path=source)
    return target


def archived(state: Path, sha256: str) -> Path | None:
    """Return the archived file with a SHA-256 (hex), None if it was never accepted.

    Raises:
        ValueError: ``sha256`` is not one.
    """
    return next(iter(sorted(_folder(state, sha256).glob(f"{sha256}.*"))), None)


def remove_parts(state: Path) -> None:
    """Remove what killed programs were copying into the archive; only the holder of the writer's lock may."""
    for part in (state / "archive").glob("??/.*"):
        part.unlink(missing_ok=True)


def tidy(state: Path) -> None:
    """Remove what killed programs left in a state folder; only the holder of the writer's lock may.

    What others than that one write there may be in the making: it stays as long as its process runs.
    """
    for left in (*state.glob(f"{RESTORING}*"), *state.glob(f"*{SUCCESSOR}*")):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
    for folder in (state, *state.glob(f"{REPLACED}/*")):
        remove_abandoned(folder)


def archived_files(state: Path) -> list[Path]:
    """Return every file of the archive in the order of their names, which begin with their SHA-256 (hex)."""
    return sorted(file for file in (state / "archive").glob("??/*.*") if _SHA256.fullmatch(file.stem))


def _folder(state: Path, sha256: str) -> Path:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(sha256)
    return state / "archive" / sha256[:2]


@contextmanager
def _written_beside(target: Path) -> Iterator[Path]:
    """Give a file beside the target that takes its place at the end, or vanishes after an error."""
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        yield part
        part.replace(target)
        sync_folder(target.parent)
        sync_folder(target.parent.parent)  # a run that was killed may have made the folder
    except OSError as exc:
        if not is_full(exc):
            raise
        raise StateUnusable(folder=target.parent.parent.parent, **reason_of(exc).args()) from exc
    finally:
        part.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> str:
    """Copy to the disk itself and return the SHA-256 of what was copied.

    Raises:
        SourceChanged: the file is there no more, or another thing is in its place.
        OSError: the copy cannot be written.
    """
    digest = hashlib.sha256()
    with target.open("wb") as writer:
        for piece in _pieces(source):
            digest.update(piece)
            writer.write(piece)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def _pieces(source: Path) -> Iterator[bytes]:
    """Yield what is in a file of a department, of whom nobody knows what he does with it meanwhile."""
    try:
        with opened(source) as reader:
            while piece := reader.read(_PIECE_BYTES):
                yield piece
    except OSError as exc:
        raise SourceChanged(path=source) from exc
