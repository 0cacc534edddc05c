"""``houqin service``: let the operating system keep ``houqin watch`` running."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sync.commands.common import DONE, FINDINGS, console, named_share, output_options, print_json, share_option

if TYPE_CHECKING:
    from sync.service import Scope, Service


@click.command("service")
@click.argument("action", type=click.Choice(["install", "uninstall", "status"]))
@click.option(
    "--scope",
    type=click.Choice(["user", "system"]),
    help="For this user, or for the machine (needs an administrator).  [default: where it is installed, else user]",
)
@click.option("--account", default="", help="With --scope system: the account under which it runs.")
@click.option("--print", "only_show", is_flag=True, help="Show what would be written and run, and do nothing.")
@share_option
@output_options
def command(
    *,
    action: str,
    scope: Scope | None,
    account: str,
    only_show: bool,
    share_path: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Install, remove or look at the service that runs ``houqin watch`` for a share.

    It starts with the machine (system) or the user's session (user) and comes back whenever it ends. Linux
    with systemd, Windows with the Task Scheduler. ``status`` leaves with 1 where it does not run.

    Example: houqin service install --share school --print
    """
    from sync.service_run import service_there, service_wanted  # noqa: PLC0415 - asks the operating system

    folder = named_share(share_path)
    service = service_wanted(folder, scope or "user", account) if action == "install" else service_there(folder, scope)
    told = _plan(service, action) if only_show else _ACTIONS[action](service)
    if as_json:
        print_json(told)
    else:
        _show(told, language)
    return FINDINGS if action == "status" and not only_show and not told["active"] else DONE


def _plan(service: Service, action: str) -> dict[str, Any]:
    from sync.service import shown  # noqa: PLC0415
    from sync.service_run import installation_of  # noqa: PLC0415

    there = installation_of(service)
    commands = {"install": there.install, "uninstall": (*there.uninstall, *there.after)}.get(action, ())
    encoding = "utf-16" if there.path.suffix == ".xml" else "utf-8"
    content = there.content.decode(encoding)
    return {"name": service.name, "path": there.path, "content": content, "commands": shown(commands)}


def _install(service: Service) -> dict[str, Any]:
    from sync.service_run import install, status  # noqa: PLC0415

    there = install(service)
    return {"name": service.name, "path": there.path, "installed": True, "active": status(service).active}


def _uninstall(service: Service) -> dict[str, Any]:
    from sync.service_run import installation_of, uninstall  # noqa: PLC0415

    removed = uninstall(service)
    path = installation_of(service).path
    return {"name": service.name, "path": path, "removed": removed, "installed": False, "active": False}


def _status(service: Service) -> dict[str, Any]:
    from sync.service_run import installation_of, status  # noqa: PLC0415

    found, path = status(service), installation_of(service).path
    return {
        "name": service.name,
        "path": path,
        "installed": found.installed,
        "active": found.active,
        "state": found.state,
    }


_ACTIONS = {"install": _install, "uninstall": _uninstall, "status": _status}


def _show(told: dict[str, Any], language: str) -> None:
    out = console()
    if "content" in told:
        out.print(f"# {told['path']}", markup=False, soft_wrap=True)
        click.echo(told["content"])
        for line in told["commands"]:
            out.print(f"$ {line}", markup=False, soft_wrap=True)
        return
    if language == "zh":
        installed, active = "已安装" if told["installed"] else "未安装", "运行中" if told["active"] else "未运行"
    else:
        installed = "installed" if told["installed"] else "not installed"
        active = "running" if told["active"] else "not running"
    if not told["active"] and told.get("state"):
        active = f"{active} ({told['state']})"
    out.print(f"{told['name']}: {installed} · {active} · {told['path']}", markup=False, soft_wrap=True)
