"""Where a night keeps its backups: the folder, and whether it is the one that it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.findings import Text
from sync.errors import HouqinError
from sync.nights import NightBackup
from workbooks.write import make_folder

if TYPE_CHECKING:
    from sync.share import Share


class BackupFolderMissing(HouqinError):  # noqa: N818 - says what is wrong
    """The folder of the settings is not there (``path``)."""

    code = "BACKUP-FOLDER"
    text = Text(
        "备份文件夹 {path} 不存在",
        "the folder of backups {path} is not there",
        "请建好这个文件夹，或检查磁盘有没有挂上",
        "make it, or look whether its disk is mounted",
    )


def backup_folder(share: Share) -> Path:
    """Return the folder of the nightly backups; only the one in the state folder is made where it is missing.

    A folder that the settings name may lie on a disk that is not mounted: made anew, it would lie on this one.

    Raises:
        BackupFolderMissing: the folder of the settings is not there.
    """
    folder = share.config.backup_folder
    if not share.config.backup.folder:
        make_folder(folder)
    elif not folder.is_dir():
        raise BackupFolderMissing(path=folder)
    return folder.resolve()


def settled(folder: Path, kept: Sequence[NightBackup]) -> list[NightBackup]:
    """Return the backups with those that a night announced and did not note: made if they are there, else never made.

    What is said of another folder stays, and of this one if all its backups are gone: its disk may not be mounted.
    """
    here = backups_in(folder, kept)
    if all_gone(here):
        return list(kept)
    there = {each: each not in here or not each.announced or Path(each.path).exists() for each in kept}
    return [replace(each, announced=each.announced and each not in here) for each, stays in there.items() if stays]


def backups_in(folder: Path, kept: Sequence[NightBackup]) -> list[NightBackup]:
    """Return the backups of earlier nights that were made in a folder."""
    return [each for each in kept if Path(each.path).parent == folder]


def all_gone(earlier: Sequence[NightBackup]) -> bool:
    """Tell whether there were backups of which none is there any more: another disk, or somebody removed them."""
    made = [each for each in earlier if not each.announced]
    return bool(made) and not any(Path(each.path).exists() for each in made)
