"""Put the service to work on this machine, take it away, tell whether it runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from sync.service import (
    Installation,
    Scope,
    Service,
    ServiceFailed,
    ServiceNeedsAccount,
    ServiceUnsupported,
    systemd_installation,
    task_installation,
)
from sync.share import Share
from sync.state import STATE_VARIABLE, state_name
from workbooks.write import replace_bytes

SYSTEM_UNITS = Path("/etc/systemd/system")
_SECONDS = 60


@dataclass(frozen=True)
class ServiceStatus:
    """How the service stands."""

    installed: bool
    active: bool


def service_of(share: Share, scope: Scope, account: str = "") -> Service:
    """Return the service of a share as this user would install it.

    Raises:
        ServiceNeedsAccount: a service of the machine has no account, or one that does not exist.
    """
    who = account or os.environ.get("SUDO_USER", "") if scope == "system" else account
    if scope == "system" and not who:
        raise ServiceNeedsAccount
    state = share.state if scope == "user" or os.environ.get(STATE_VARIABLE) else _state_of(share, who)
    name = f"houqin-{_plain(state_name(share.path))}"
    return Service(name, share.config.school, share.path, state, program(), scope, who)


def _plain(name: str) -> str:
    return re.sub(r"[^0-9A-Za-z_.-]", "_", name)


def _state_of(share: Share, account: str) -> Path:
    """Return the state folder that an account has by itself, where systems have a list of accounts."""
    if sys.platform == "win32":
        return share.state
    import pwd  # noqa: PLC0415 - not on Windows

    try:
        home = Path(pwd.getpwnam(account).pw_dir)
    except KeyError as exc:
        raise ServiceNeedsAccount from exc
    return home / ".local" / "state" / "houqin" / state_name(share.path)


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
        ServiceFailed: the service manager refused.
        TargetLockedError: its file may not be written.
    """
    there = installation_of(service)
    _refuse_without_manager(service)
    replace_bytes(there.path, there.content)
    for command in there.install:
        _run(command)
    return there


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
    for command in there.uninstall:
        _run(command)
    there.path.unlink()
    for command in there.after:
        _run(command)
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
    asked = _asked((*there.after[0][:-1], "is-active", there.path.name))
    return ServiceStatus(installed=True, active=asked.stdout.strip() == "active")


def _refuse_without_manager(service: Service) -> None:
    """Ask the service manager for anything at all: a container has the program, but nothing that answers."""
    if sys.platform == "win32":
        return
    if shutil.which("systemctl") is None:
        raise ServiceUnsupported(reason="没有 systemd", reason_en="there is no systemd")
    scope = ("--user",) if service.scope == "user" else ()
    asked = _asked(("systemctl", *scope, "show", "--property=Version"))
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


def _run(command: Sequence[str]) -> None:
    done = _asked(command)
    if done.returncode:
        reason = " ".join((done.stderr or done.stdout).split()) or str(done.returncode)
        raise ServiceFailed(command=" ".join(command), reason=reason)
