"""Put the service to work on this machine, take it away, tell whether it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from schemas.register import all_registers
from sync.config import load_config
from sync.errors import HouqinError
from sync.heartbeat import ask_to_stop
from sync.ledger import Ledger
from sync.lock import StateUnusable
from sync.service import (
    STOP_SECONDS,
    Installation,
    Scope,
    Service,
    ServiceFailed,
    ServiceLeavesLedger,
    ServiceNeedsAccount,
    ServiceUnsupported,
    systemd_installation,
    task_installation,
)
from sync.state import STATE_VARIABLE, SYSTEM_UNITS, keeper_of, own_state, service_name, state_dir, state_name
from workbooks.reasons import reason_of
from workbooks.write import replace_bytes

_SECONDS = STOP_SECONDS + 60
"""A service manager answers when what it was asked for is done: a night that is stopped may end its backup."""
_SYSTEM_STATES = Path("/var/lib/houqin")


@dataclass(frozen=True)
class ServiceStatus:
    """How the service stands."""

    installed: bool
    active: bool
    state: str = ""
    """What the service manager calls it."""


def service_wanted(folder: Path, scope: Scope, account: str = "") -> Service:
    """Return the service of a share as this user would install it.

    Raises:
        ConfigError: the folder has no usable houqin.toml.
        ServiceNeedsAccount: a service of the machine has no account, or one that does not exist.
    """
    share = folder.resolve()
    school = load_config(share).school
    if scope == "user":
        return Service(service_name(share), school, share, state_dir(share), program(), scope, account)
    who = account or os.environ.get("SUDO_USER", "")
    if not who:
        raise ServiceNeedsAccount
    return Service(service_name(share), school, share, _state_of(share, who), program(), scope, who)


def service_there(folder: Path, scope: Scope | None) -> Service:
    """Return the service of a share to look at or to remove, by its name alone: the share may be offline."""
    share = folder.resolve()
    name = service_name(share)
    found: Scope = "system" if (SYSTEM_UNITS / f"{name}.service").exists() else "user"
    return Service(name, "", share, state_dir(share), program(), scope or found)


def _state_of(share: Path, account: str) -> Path:
    """Return the state folder of a service that runs under an account: the one named, or that it has, or a new one."""
    kept = keeper_of(share)
    if os.environ.get(STATE_VARIABLE) or sys.platform == "win32":
        return state_dir(share)
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        home = Path(pwd.getpwnam(account).pw_dir)
    except KeyError as exc:
        raise ServiceNeedsAccount from exc
    if kept is not None and kept.account == account:
        return kept.state
    below = home / ".local" / "state" / "houqin" if home.is_dir() else _SYSTEM_STATES
    return below / state_name(share)


def program() -> tuple[str, ...]:
    """Return the words that start this very program, whatever folder is the current one then."""
    script = Path(sys.executable).with_name("houqin.exe" if sys.platform == "win32" else "houqin")
    return (str(script),) if script.is_file() else (sys.executable, "-P", "-m", "sync.cli")


def installation_of(service: Service) -> Installation:
    """Return what is written and done on this operating system.

    Raises:
        ServiceUnsupported: there is nothing for it.
    """
    if sys.platform == "win32":
        return task_installation(service, Path(service.state))
    if not sys.platform.startswith("linux"):
        raise ServiceUnsupported(reason=f"{sys.platform} 不受支持", reason_en=f"{sys.platform} is not supported")
    user_units = platformdirs.user_config_path() / "systemd" / "user"
    return systemd_installation(service, user_units if service.scope == "user" else SYSTEM_UNITS)


def install(service: Service) -> Installation:
    """Write the service and start it, now and whenever the machine or the user's session starts.

    Raises:
        ServiceUnsupported: no service manager runs here; nothing was written.
        StateUnusable: its state folder cannot be made.
        ServiceLeavesLedger: the ledger of the share lies elsewhere; nothing was written.
        ServiceFailed: the service manager refused, or the service does not start.
        TargetLockedError: its file may not be written.
    """
    there = installation_of(service)
    _refuse_without_manager(service)
    if service.scope == "system":
        _refuse_second_ledger(service)
        _give_state(service)
    replace_bytes(there.path, there.content)
    for command in there.install:
        _run(command, service)
    return there


def _refuse_second_ledger(service: Service) -> None:
    """Refuse a service that would begin a new ledger beside the one that this user keeps of the share."""
    mine, its = own_state(Path(service.share)), Path(service.state)
    file = mine / "ledger.db"
    if mine == its or (its / "ledger.db").exists() or not file.exists():
        return
    with suppress(HouqinError), Ledger.open(f"sqlite:///{file}", all_registers()) as ledger:
        if not ledger.head().number:
            return
    maker = "" if its.parent == _SYSTEM_STATES else f"sudo -u {service.account} "
    raise ServiceLeavesLedger(mine=mine, its=its, make=f"{maker}mkdir -p {its.parent}", account=service.account)


def _give_state(service: Service) -> None:
    """Make the state folder of an account that has no home, and so no place of its own to make it in."""
    state = Path(service.state)
    if state.parent != _SYSTEM_STATES or state.exists():
        return
    try:
        state.mkdir(mode=0o700, parents=True)
        shutil.chown(state, service.account)
    except OSError as exc:
        raise StateUnusable(folder=state, **reason_of(exc).args()) from exc


def uninstall(service: Service) -> bool:
    """Stop the service and remove it; tell whether there was one.

    Raises:
        ServiceUnsupported: no service manager runs here.
        ServiceFailed: the service manager refused.
    """
    there = installation_of(service)
    _refuse_without_manager(service)
    if not there.path.exists():
        return False
    if sys.platform == "win32":
        # the Task Scheduler ends the shell that it started, not the daemon in it
        ask_to_stop(Path(service.state), STOP_SECONDS)
    for command in there.uninstall:
        _run(command, service)
    there.path.unlink()
    for command in there.after:
        _run(command, service)
    return True


def status(service: Service) -> ServiceStatus:
    """Return how the service stands.

    Raises:
        ServiceUnsupported: no service manager runs here.
    """
    there = installation_of(service)
    _refuse_without_manager(service)
    if not there.path.exists():
        return ServiceStatus(installed=False, active=False)
    if sys.platform == "win32":
        asked = _asked(("schtasks", "/Query", "/TN", f"\\Houqin\\{service.name}", "/FO", "LIST"))
        return ServiceStatus(asked.returncode == 0, "Running" in asked.stdout)
    asked = _asked((*_control(service), "is-active", there.path.name))
    state = asked.stdout.strip()
    return ServiceStatus(installed=True, active=state == "active", state=state)


def _control(service: Service) -> tuple[str, ...]:
    return ("systemctl", "--user") if service.scope == "user" else ("systemctl",)


def _refuse_without_manager(service: Service) -> None:
    """Ask the service manager for anything at all: a container has the program, but nothing that answers."""
    if sys.platform == "win32":
        return
    if shutil.which("systemctl") is None:
        raise ServiceUnsupported(reason="没有 systemd", reason_en="there is no systemd")
    asked = _asked((*_control(service), "show", "--property=Version"))
    if asked.returncode:
        said = " ".join(asked.stderr.split()) or "systemd"
        raise ServiceUnsupported(reason=said, reason_en=said)


def _asked(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - words of our own, without a shell
            command, capture_output=True, check=False, encoding="utf-8", errors="replace", timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as exc:
        raise ServiceFailed(command=" ".join(command), reason=str(exc)) from exc


def _run(command: Sequence[str], service: Service) -> None:
    done = _asked(command)
    if done.returncode:
        reason = " ".join((done.stderr or done.stdout).split()) or str(done.returncode)
        raise ServiceFailed(command=" ".join(command), reason=" ".join((reason, *_last_words(service))))


def _last_words(service: Service) -> list[str]:
    """Return what the service itself said last, where the journal can be read: why it does not start."""
    if shutil.which("journalctl") is None:
        return []
    scope = ("--user",) if service.scope == "user" else ()
    own = ("-u", service.name, "-t", Path(service.program[0]).name)
    said = _asked(("journalctl", *scope, *own, "-o", "cat", "--no-pager", "--quiet", "-n", "1"))
    return said.stdout.split()
