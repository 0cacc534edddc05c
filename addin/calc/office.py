"""A headless LibreOffice of our own: started with a fresh profile, stopped for sure."""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from addin.calc import bridge
from addin.calc.errors import CalcError, NoOfficeError, NotConnectedError

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.05


class Office:
    """A LibreOffice without windows that listens at a pipe of its own.

    Use it as a context manager: leaving the block ends the process and removes the profile.

    Args:
        profile: Folder of the user profile; by default a new one that is removed at the end.
        program: The office program; by default ``soffice`` of the search path.
    """

    def __init__(self, profile: Path | None = None, program: str | None = None) -> None:
        self.pipe = f"houqin{secrets.token_hex(6)}"
        self._program = program or shutil.which("soffice")
        self.profile = profile
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def address(self) -> str:
        """Return where the office listens, as :func:`addin.calc.connect` takes it."""
        return f"pipe,name={self.pipe}"

    def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            NoOfficeError: There is no such program, it ended at once, or it does not answer within a minute.
        """
        if self._program is None:
            raise NoOfficeError(reason="soffice")
        bridge.load_uno()
        atexit.register(self.stop)
        if self.profile is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="houqin-office-", ignore_cleanup_errors=True)
            self.profile = Path(self._scratch.name)
        command = [
            self._program,
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            f"-env:UserInstallation={self.profile.absolute().as_uri()}",
            f"--accept={self.address};urp",
        ]
        # A session of its own: the program is a chain of three processes that end together.
        self._process = subprocess.Popen(  # noqa: S603 - the office program itself
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._await_answer()
        except NoOfficeError:
            self.stop()
            raise

    def _await_answer(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with contextlib.suppress(NotConnectedError):
                bridge.resolve(self.address)
                return
            if self._process is None or self._process.poll() is not None:
                raise NoOfficeError(reason="soffice")
            if time.monotonic() > deadline:
                raise NoOfficeError(reason=f"{_START_SECONDS:.0f} s")
            time.sleep(_LOOK_AGAIN_SECONDS)

    def stop(self) -> None:
        """End the process, by force if it does not go, and remove the profile that was made for it."""
        atexit.unregister(self.stop)
        process, self._process = self._process, None
        if process is not None:
            self._close()
            _end(process)
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = self.profile = None

    def _close(self) -> None:
        """Close what is open, or the lock files of the workbooks would stay behind."""

        def close() -> None:
            context = bridge.resolve(self.address)
            desktop = bridge.service(context, "com.sun.star.frame.Desktop")
            open_now = desktop.Components.createEnumeration()
            while open_now.hasMoreElements():
                open_now.nextElement().close(True)
            desktop.terminate()

        with contextlib.suppress(CalcError):
            bridge.refused(close, lambda reason: CalcError(what="close", reason=reason))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the office to end, then end what is left of it."""
    _signal(process, force=signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        pass
    finally:
        _signal(process, force=getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[bytes], force: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, force)
