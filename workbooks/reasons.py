"""Say in Chinese and English why the operating system refused a file."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Reason(NamedTuple):
    """Why something could not be done, in both languages."""

    zh: str
    en: str

    def args(self) -> dict[str, str]:
        """Return it under the names that texts have for it in Chinese and English."""
        return {"reason": self.zh, "reason_en": self.en}


_MISSING = Reason("找不到，请核对路径", "not found; check the path")
_DENIED = Reason("没有权限或正在别处打开", "no permission, or open elsewhere")
_FULL = Reason("磁盘已满或超过限额，请先腾出空间", "the disk is full, or a limit is reached; make room first")
_BROKEN = Reason("磁盘或网络读写出错", "the disk or the network fails")
_AWAY = Reason("网络盘没有连接", "the network drive is not connected")
_REASONS = {
    errno.ENOENT: _MISSING,
    errno.EISDIR: Reason("是文件夹，请写文件的路径", "is a folder; name a file"),
    errno.ENOTDIR: Reason("不是文件夹，请核对路径", "is not a folder; check the path"),
    errno.EEXIST: Reason("已有同名的文件", "a file of that name is there"),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: Reason("只能读，不能写", "it may only be read"),
    errno.EBUSY: Reason("正被别的程序占用", "another program uses it"),
    errno.ENAMETOOLONG: Reason("名称太长", "the name is too long"),
    errno.ELOOP: Reason("链接指向自己", "a link leads to itself"),
    errno.ENOSPC: _FULL,
    errno.EFBIG: _FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): _FULL,
    errno.EMFILE: Reason("打开的文件太多", "too many files are open"),
    errno.EIO: _BROKEN,
    errno.ESTALE: _AWAY,
    errno.ENOTCONN: _AWAY,
    errno.EHOSTDOWN: _AWAY,
    errno.EHOSTUNREACH: _AWAY,
    errno.ETIMEDOUT: _AWAY,
}
"""The reasons that people meet, by the number of the system's error."""


def is_full(exc: OSError) -> bool:
    """Tell whether there was no room for what was being written."""
    return _REASONS.get(exc.errno or 0) is _FULL


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let errors name the file that is being written: the system says none where a disk is full."""
    try:
        yield
    except OSError as exc:
        if exc.filename is None:
            exc.filename = str(path)
        raise


def reason_of(exc: OSError) -> Reason:
    """Return in plain words why the system refused, else as it says itself."""
    said = exc.strerror or str(exc) or type(exc).__name__
    return _REASONS.get(exc.errno or 0, Reason(said, said))


def with_place(exc: OSError) -> Reason:
    """Return the reason with the file before it that the error names, where it names one."""
    place = "" if exc.filename is None else f"{exc.filename}: "
    return Reason(*(place + said for said in reason_of(exc)))
