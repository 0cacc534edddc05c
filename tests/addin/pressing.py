"""Buttons in a headless LibreOffice: the profile that answers them, and the process that a press starts."""

from __future__ import annotations

import os
import select
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from addin.calc import bridge
from addin.calc.bridge import UnoObject
from addin.install import Machine, libreoffice_plan
from addin.installing import install

ROOT = Path(__file__).resolve().parents[2]

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/Office"><prop oor:name="ooSetupInstCompleted" oor:op="fuse">
<value>true</value></prop></item>
</oor:items>
"""
"""A profile that LibreOffice has filled already."""

_STAND_IN = """#!/bin/sh
cd {folder}
if [ -e real ]; then PYTHONPATH={root} {python} "$@" 2>>said; fi
printf '%s\\n' "$*" > pressed
"""
"""In place of Python: tells what it was started with, after Python itself did it where a test asks for that."""

RUN_MACROS = 4
"""MacroExecutionMode: without asking."""


@dataclass(frozen=True)
class Pressing:
    """A profile of LibreOffice with our library, and a stand-in for the Python that it starts."""

    folder: Path

    @classmethod
    def installed(cls, folder: Path) -> Pressing:
        """Put the library into a new profile, as ``houqin addin install`` does."""
        stand_in = folder / "python"
        places = {"folder": folder, "root": ROOT, "python": sys.executable}
        stand_in.write_text(_STAND_IN.format(**{name: shlex.quote(str(place)) for name, place in places.items()}))
        stand_in.chmod(0o755)
        os.mkfifo(folder / "pressed")
        machine = Machine("linux", folder / "home", {"XDG_CONFIG_HOME": str(folder)}, stand_in, ROOT)
        user = folder / "libreoffice" / "4" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_SETTINGS)
        install(libreoffice_plan(machine, {}), machine.receipt, "test")
        return cls(folder)

    @property
    def profile(self) -> Path:
        """Return the folder that LibreOffice is started with."""
        return self.folder / "libreoffice" / "4"

    @contextmanager
    def real_python(self) -> Iterator[Path]:
        """Let presses start Python itself; gives the file with what it writes to its error output."""
        flag, said = self.folder / "real", self.folder / "said"
        flag.touch()
        said.write_text("")
        try:
            yield said
        finally:
            flag.unlink()

    def press(self, document: UnoObject, sheet: str, label: str, seconds: float = 30.0) -> list[str]:
        """Press a form button with the mouse's own action, and return what Python was started with once it is done."""
        controller = document.CurrentController
        page = document.Sheets.getByName(sheet)
        controller.setActiveSheet(page)
        models = [form[place] for form in page.DrawPage.Forms for place in range(form.Count)]
        model = next(model for model in models if model.Label == label)
        mouse = controller.getControl(model).getAccessibleContext()
        return self._started_by(lambda: mouse.doAccessibleAction(0), seconds)

    def dispatch(self, app: UnoObject, document: UnoObject, command: str, seconds: float = 30.0) -> list[str]:
        """Send the command of a button in a toolbar, and return what Python was started with once it is done."""
        frame = document.CurrentController.Frame
        helper = bridge.service(app.impl.context, "com.sun.star.frame.DispatchHelper")
        return self._started_by(lambda: helper.executeDispatch(frame, command, "", 0, ()), seconds)

    def _started_by(self, action: Callable[[], object], seconds: float) -> list[str]:
        done = os.open(self.folder / "pressed", os.O_RDONLY | os.O_NONBLOCK)
        try:
            action()
            ready, _, _ = select.select([done], [], [], seconds)
            assert ready, f"nothing was started within {seconds} s"
            return os.read(done, 4096).decode().split()
        finally:
            os.close(done)


def opened(app: UnoObject, path: Path, **options: object) -> UnoObject:
    """Open a workbook whose macros may run and return LibreOffice's document."""
    wanted = bridge.properties(MacroExecutionMode=RUN_MACROS, **options)
    return app.api.loadComponentFromURL(bridge.url_of(path), "_blank", 0, wanted)
