"""Restore a backup into a scratch place, to prove that it can be done before it has to be."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from schemas.register import all_registers
from sync.backup_file import CONFIG, Manifest, Package
from sync.config import load_config
from sync.ledger import Ledger
from sync.ledger.dump import load
from sync.ledger.successor import successor
from sync.restore import RestoredOtherwise, proven

_PREFIX = ".rehearsal-"


def rehearse(backup: Path, state: Path) -> Manifest:
    """Restore ledger and settings of a backup into a folder of its own and return what was proven to be in it.

    Every member of the package is compared with its SHA-256, every table is written into an empty SQLite
    database, every digest of the chain is recomputed, and the ledger is opened as the program would open
    it. The ledger in use is never touched, whatever address the settings name. The folder lies in
    ``state`` and is removed; one that a killed run left behind goes too.

    Raises:
        BackupForeign, BackupDamaged: the file cannot be used.
        RestoredOtherwise: what was restored is not what was backed up.
        ConfigError: the settings in it cannot be used.
        OSError: the file cannot be read, or there is no room.
    """
    state.mkdir(parents=True, exist_ok=True)
    for left in state.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
    with (
        Package.open(backup) as package,
        tempfile.TemporaryDirectory(dir=state, prefix=_PREFIX, ignore_cleanup_errors=True) as folder,
    ):
        scratch = Path(folder)
        (scratch / CONFIG).write_bytes(package.config())
        load_config(scratch)
        _restore_ledger(package, scratch)
        return package.manifest


def _restore_ledger(package: Package, scratch: Path) -> None:
    url = f"sqlite:///{(scratch / 'ledger.db').as_posix()}"
    with successor(url, "", scratch / "aside") as connection:
        counts = load(connection, package.manifest.tables, package.slices)
        proven(connection, package, counts)
    with Ledger.open(url, all_registers()) as ledger:
        head = ledger.head()
    wanted = package.manifest.head
    if (head.number, head.digest) != (wanted.number, wanted.digest):
        raise RestoredOtherwise(path=package.path, what=f"{head.number} != {wanted.number}")
