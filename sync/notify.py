"""Tell people through the channels of houqin.toml: mail, WeCom, DingTalk, Feishu and what else apprise knows."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sync.log import LOGGER
from sync.nights import Sent

if TYPE_CHECKING:
    from apprise import Apprise, AppriseResult
    from apprise.attachment.file import AttachFile

    from sync.share import Share

SECONDS = 60
"""How long one channel may take."""
_HIDDEN = "****"
_APPRISE = logging.getLogger("apprise")
"""Its entries may quote addresses: only what ``notify`` returns is told, without them."""
_APPRISE.addHandler(logging.NullHandler())
_APPRISE.propagate = False
_PARTS = re.compile(r"[/:@?&=,;]+")


@dataclass(frozen=True)
class Event:
    """What is told."""

    title: str
    lines: tuple[str, ...] = ()
    failed: bool = False
    """Whether something went wrong that somebody has to look at."""
    attachment: Path | None = None
    """A file for channels that take one; the lines should name it for the others."""
    attached_as: str = "houqin.html"
    """Its name there: apprise writes one that is not ASCII in a way that mail programs cannot read."""


def notify(share: Share, event: Event) -> list[Sent]:
    """Tell every channel of the settings and return what became of each; no channel stops another one.

    Channels are named by kind and number: their addresses hold passwords and are never shown.
    """
    sent = [_send(number, url, event) for number, url in enumerate(share.config.notifications.urls, 1)]
    for each in sent:
        LOGGER.log(20 if each.ok else 40, "%s: %s", each.channel, each.message(share.config.language))
    return sent


def channel_name(number: int, url: str) -> str:
    """Return how a channel is called: its kind, and its number in the settings."""
    scheme, found, _ = url.partition("://")
    return f"{scheme.lower() if found and scheme.isalnum() else '?'} #{number}"


def _send(number: int, url: str, event: Event) -> Sent:
    from apprise import Apprise, NotifyFormat, NotifyType  # noqa: PLC0415 - costs start-up time

    channel = channel_name(number, url)
    sender = Apprise()
    if not _added(sender, url):
        return Sent(channel, False, "地址写法不对，请查看 docs/operations.md", "the address is not understood")
    kind = NotifyType.FAILURE if event.failed else NotifyType.INFO
    try:
        with sender.notify(
            body="\n".join(event.lines) or event.title,
            title=event.title,
            notify_type=kind,
            body_format=NotifyFormat.TEXT,
            attach=_attached(event),
            timeout=SECONDS,
        ) as result:
            return _told(channel, url, result)
    except Exception as exc:  # noqa: BLE001 - a hundred services, each with errors of its own
        reason = scrubbed(f"{type(exc).__name__}: {exc}", url)
        return Sent(channel, False, f"没有发出：{reason}", f"not sent: {reason}")


def _added(sender: Apprise, url: str) -> bool:
    try:
        return bool(sender.add(url))
    except Exception:  # noqa: BLE001 - what a service thinks of its address; the reason may show the address
        return False


def _attached(event: Event) -> AttachFile | None:
    """Return the attachment by its path: apprise would read a name with ``?`` or ``%`` as an address."""
    from apprise.attachment.file import AttachFile  # noqa: PLC0415 - costs start-up time

    if event.attachment is None:
        return None
    return AttachFile(str(event.attachment), name=event.attached_as)  # type: ignore[no-untyped-call]


def _told(channel: str, url: str, result: AppriseResult) -> Sent:
    if result:
        return Sent(channel, True, "已发出", "sent")
    reason = next(_reasons(result, url), "")
    return Sent(channel, False, f"没有发出：{reason or '无法连接或被拒绝'}", f"not sent: {reason or 'refused'}")


def _reasons(result: AppriseResult, url: str) -> Iterator[str]:
    for entry in result.logs():
        if entry.level in {"WARNING", "ERROR", "CRITICAL"} and entry.message:
            yield scrubbed(entry.message, url)


def scrubbed(text: str, url: str) -> str:
    """Return a text without any part of an address but its kind: what services complain of may quote it."""
    _, _, rest = url.partition("://")
    parts = {piece for part in _PARTS.split(rest) for piece in (part, unquote(part)) if len(piece) > 2}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, _HIDDEN)
    return " ".join(text.split())
