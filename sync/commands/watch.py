"""``houqin watch``: the daemon, in the foreground, until it is stopped."""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click

from sync.commands.common import named_share, output_options, print_json, share_option
from sync.daemon import Daemon
from sync.hanging import run_watched
from sync.log import FORM, LOGGER, Masked
from sync.run import SyncResult
from sync.run_log import RunLog

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")


@click.command("watch")
@share_option
@output_options
def command(*, share_path: Path | None, as_json: bool, language: str) -> None:
    """Merge what departments save, a few seconds after they saved it, until it is stopped.

    What was saved while nobody watched is taken first. Files that are being saved are left until they have come
    to rest; a share that is offline is waited for. Stop it with Ctrl-C, or with a signal: nothing is lost.

    Example: houqin watch --share school
    """
    folder = named_share(share_path)
    shown = logging.StreamHandler(sys.stderr)
    shown.setFormatter(Masked(FORM))
    LOGGER.addHandler(shown)
    last: list[int] = []
    log = RunLog(language)

    def told(result: SyncResult) -> None:
        last[:] = [result.revision]
        for line in log.lines(result):
            LOGGER.info("%s", line)

    daemon = Daemon(folder, told)

    def stop(_number: int, _frame: FrameType | None) -> None:
        daemon.stop()

    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    ended = run_watched(daemon, folder)
    if as_json:
        print_json({"runs": daemon.runs, "revision": last[0] if last else None})
    if not ended:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)  # what waits for the share in the kernel ends with the process only
