"""Which share a ledger belongs to: another school's folder that comes to lie in its place is not merged into it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.findings import Text
from sync.errors import HouqinError
from workbooks.write import replace_bytes

if TYPE_CHECKING:
    from sync.share import Share

NAME = "share.id"
"""The file in the state folder that says which share the ledger was made of."""


class ShareForeign(HouqinError):  # noqa: N818 - says what is wrong
    """Another share lies in this place than the one of the ledger (``path``, ``state``, ``known``, ``found``)."""

    code = "SHARE-FOREIGN"
    text = Text(
        "{path} 里是另一个共享文件夹（houqin.toml 的 id 是“{found}”），不是这本总账的那一个（“{known}”），没有入账",
        "another shared folder lies in {path} (id “{found}” in its houqin.toml) than that of this ledger (“{known}”); "
        "nothing was taken",
        "请核对连接的是哪个文件夹；确是同一所学校的，请把 houqin.toml 的 id 改为 {known}",
        "see which folder is connected; if it is that of the same school, write {known} as id into its houqin.toml",
    )


class ShareMoved(HouqinError):  # noqa: N818 - says what is wrong
    """The folder leads to another place than at the start, which has another ledger (``path``, ``state``)."""

    code = "SHARE-MOVED"
    text = Text(
        "{path} 现在指向另一个位置，那里另有一本总账",
        "{path} leads to another place now, which has a ledger of its own",
        "请换回原来的文件夹；确要搬迁时，请停掉守护程序，把 HOUQIN_STATE 设为 {state} 再启动",
        "put the folder back; to move it for good stop the daemon and start it with HOUQIN_STATE={state}",
    )


def check_share(share: Share) -> None:
    """See that the share is the one from which the ledger in its state folder was made, if it says which one it is.

    Raises:
        ShareForeign: it is another one.
    """
    known = _known(share.state)
    if known and share.config.id and known != share.config.id:
        raise ShareForeign(path=share.path, known=known, found=share.config.id)


def remember_share(share: Share) -> None:
    """Note from which share the ledger is made, once; only the holder of the writer's lock may.

    Raises:
        ShareForeign: it was made from another one.
    """
    check_share(share)
    if share.config.id and not _known(share.state):
        with contextlib.suppress(OSError):  # where there is no room for this there is none for the ledger
            replace_bytes(share.state / NAME, share.config.id.encode())


def _known(state: Path) -> str:
    try:
        return (state / NAME).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
