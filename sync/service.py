"""``houqin watch`` as a service: what is written for the operating system, and how it is told.

Pure descriptions: a service is a text, the file it lies in, and the commands that put it to work.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal
from xml.sax.saxutils import escape

from schemas.findings import Text
from sync.errors import HouqinError
from sync.state import KEPT_SECTION, kept_line

Scope = Literal["user", "system"]

STOP_SECONDS = 300
"""A night that is told to stop may have to finish its backup."""
START_SECONDS = 120
"""How long a slow machine may need until the daemon watches."""
RESTART_SECONDS = 15


class ServiceUnsupported(HouqinError):  # noqa: N818 - says what is wrong
    """This machine has no service manager that we know (``reason``, ``reason_en``)."""

    code = "SERVICE-UNSUPPORTED"
    text = Text(
        "这台电脑不能安装为服务（{reason}）",
        "the service cannot be installed here ({reason_en})",
        "请用别的方式让 houqin watch 一直运行，例如容器或 cron 的 @reboot",
        "keep houqin watch running in another way, such as a container or @reboot of cron",
    )


class ServiceFailed(HouqinError):  # noqa: N818 - says what is wrong
    """The service manager refused (``command``, ``reason``)."""

    code = "SERVICE-FAILED"
    text = Text(
        "命令没有成功：{command}（{reason}）",
        "a command failed: {command} ({reason})",
        "请按提示处理后再试；--scope system 需要管理员权限",
        "do what it asks for and try again; --scope system needs the rights of an administrator",
    )


class ServiceLeavesLedger(HouqinError):  # noqa: N818 - says what is wrong
    """Whoever installs the service keeps a ledger of this share himself (``mine``, ``its``, ``make``, ``account``)."""

    code = "SERVICE-LEDGER"
    text = Text(
        "这个共享文件夹的总账在 {mine}；服务以账号 {account} 运行，会在 {its} 另起一本",
        "the ledger of this share lies in {mine}; run by {account}, the service would begin another one in {its}",
        "请先移过去：{make} && mv {mine} {its} && chown -R {account} {its}，再安装",
        "move it first: {make} && mv {mine} {its} && chown -R {account} {its}; then install",
    )


class ServiceNeedsAccount(HouqinError):  # noqa: N818 - says what is wrong
    """A service of the whole machine needs to know the account under which it runs."""

    code = "SERVICE-ACCOUNT"
    text = Text(
        "系统服务要说明用哪个账号运行",
        "a system service needs an account to run under",
        "请加 --account 账号，该账号只需能写 published、feedback 和状态文件夹",
        "add --account NAME; it needs to write published, feedback and the state folder only",
    )


@dataclass(frozen=True)
class Service:
    """What is to run, and as whom."""

    name: str
    """Differs from share to share."""
    school: str
    share: PurePath
    state: PurePath
    program: tuple[str, ...]
    """The words that start ``houqin``."""
    scope: Scope
    account: str = ""
    """Whose rights it has; empty for a service of the user who installs it."""

    @property
    def command(self) -> tuple[str, ...]:
        """Return the words of the command that runs for ever."""
        return (*self.program, "watch", "--share", str(self.share))


@dataclass(frozen=True)
class Installation:
    """One file, and the commands that put it to work, take it away and ask for it."""

    path: Path
    content: bytes
    install: tuple[tuple[str, ...], ...]
    uninstall: tuple[tuple[str, ...], ...]
    after: tuple[tuple[str, ...], ...] = ()
    """What comes after the file is gone."""


def systemd_installation(service: Service, folder: Path) -> Installation:
    """Return a unit of systemd in its folder."""
    control = ("systemctl", "--user") if service.scope == "user" else ("systemctl",)
    unit = f"{service.name}.service"
    reload = (*control, "daemon-reload")
    return Installation(
        folder / unit,
        systemd_unit(service).encode(),
        (reload, (*control, "enable", "--now", unit)),
        ((*control, "disable", "--now", unit),),
        (reload,),
    )


def systemd_unit(service: Service) -> str:
    """Return the text of a unit: it comes back after every end, and may change nothing but what it must.

    Its share is not required to be mounted: systemd would end the service with the mount, and never start it where the
    file server answers later than the machine does. A unit of a user gets no hardening that needs the rights to make
    name spaces.
    """
    is_system = service.scope == "system"
    lines = [
        "[Unit]",
        f"Description=Houqin 后勤账 {_specifiers(service.school or service.share.name)}",
        *(_system_order(service) if is_system else ()),
        "StartLimitIntervalSec=0",
        "",
        "[Service]",
        "Type=notify",
        f"ExecStart={' '.join(_unit_word(word).replace('$', '$$') for word in service.command)}",
        f"Environment={_unit_word(f'HOUQIN_STATE={service.state}')}",
        "Restart=always",
        f"RestartSec={RESTART_SECONDS}",
        "KillMode=mixed",
        f"TimeoutStartSec={START_SECONDS}",
        f"TimeoutStopSec={STOP_SECONDS}",
        "NoNewPrivileges=true",
    ]
    if is_system:
        lines += [f"User={service.account}", *_HARDENING, *_hidden_folders(service)]
    lines += ["", "[Install]", f"WantedBy={'multi-user' if is_system else 'default'}.target"]
    if is_system:
        lines += ["", f"[{KEPT_SECTION}]", kept_line(service.state, service.account)]
    return "\n".join([*lines, ""])


def _system_order(service: Service) -> tuple[str, ...]:
    """Return what is to be there before: the disk of the state folder must, the share may come later."""
    return (
        f"RequiresMountsFor={_unit_word(str(service.state))}",
        "After=network-online.target remote-fs.target",
        "Wants=network-online.target",
    )


def _hidden_folders(service: Service) -> tuple[str, ...]:
    """Return the setting for temporary folders of its own, where the service needs nothing in the usual ones."""
    needed = (service.share, service.state, *map(PurePath, service.program))
    shared = any(place.is_relative_to(folder) for place in needed for folder in ("/tmp", "/var/tmp"))  # noqa: S108 - not written
    return () if shared else ("PrivateTmp=true",)


_HARDENING = (
    "CapabilityBoundingSet=",
    "LockPersonality=true",
    "PrivateDevices=true",
    "ProtectClock=true",
    "ProtectControlGroups=true",
    "ProtectHostname=true",
    "ProtectKernelLogs=true",
    "ProtectKernelModules=true",
    "ProtectKernelTunables=true",
    "ProtectSystem=full",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces=true",
    "RestrictRealtime=true",
    "RestrictSUIDSGID=true",
)


def _specifiers(text: str) -> str:
    """Return a text for a unit: a percent sign would begin a specifier, a line break another setting."""
    return " ".join(text.split()).replace("%", "%%")


def _unit_word(word: str) -> str:
    """Return one word of a setting, quoted where it needs to be; in commands a dollar needs another one besides."""
    escaped = _specifiers(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if set(word) - _PLAIN else escaped


_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=")


def task_installation(service: Service, folder: Path) -> Installation:
    """Return a task of the Windows Task Scheduler; its file is kept in a folder to be looked at."""
    path = folder / f"{service.name}.xml"
    name = f"\\Houqin\\{service.name}"
    create: tuple[str, ...] = ("schtasks", "/Create", "/TN", name, "/XML", str(path), "/F")
    if service.scope == "system":
        create = (*create, "/RU", service.account, "/RP", "*")
    end, delete = ("schtasks", "/End", "/TN", name), ("schtasks", "/Delete", "/TN", name, "/F")
    return Installation(
        path,
        task_xml(service).encode("utf-16"),
        (create, ("schtasks", "/Run", "/TN", name)),
        (end, delete),
    )


def task_xml(service: Service) -> str:
    """Return the definition of a task: it begins at log-on or start-up, never ends, and comes back after a failure."""
    trigger = "LogonTrigger" if service.scope == "user" else "BootTrigger"
    account = f"<UserId>{escape(service.account)}</UserId>" if service.account else ""
    logon = "InteractiveToken" if service.scope == "user" else "Password"
    program, arguments = _windows_words(service)
    return f"""<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>Houqin 后勤账 {escape(service.school)}</Description></RegistrationInfo>
  <Triggers><{trigger}><Enabled>true</Enabled></{trigger}></Triggers>
  <Principals>
    <Principal id="Author">{account}<LogonType>{logon}</LogonType><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>{escape(program)}</Command><Arguments>{escape(arguments)}</Arguments></Exec>
  </Actions>
</Task>
"""


def _windows_words(service: Service) -> tuple[str, str]:
    """Return program and arguments; a task has no environment of its own, so that the shell sets it."""
    command = " ".join(f'"{word}"' for word in service.command)
    return "cmd.exe", f'/d /c "set "HOUQIN_STATE={service.state}" && {command}"'


def shown(commands: Sequence[Sequence[str]]) -> list[str]:
    """Return commands as one would type them."""
    return [shlex.join(words) for words in commands]
