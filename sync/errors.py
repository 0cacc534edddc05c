"""The base of every error that stops a run: a stable code and its words in Chinese and English."""

from __future__ import annotations

from schemas.findings import Text
from workbooks.reasons import with_place
from workbooks.write import TargetLockedError


class HouqinError(Exception):
    """We cannot go on.

    Subclasses stand beside their cause, set ``code`` and ``text``, and pass the values of the
    message by name. Problems in data are findings, never one of these.
    """

    code = "ERROR"
    text = Text("无法继续", "cannot go on")

    def __init__(self, **args: object) -> None:
        super().__init__(args)
        self.args_by_name = args

    def message(self, language: str = "zh") -> str:
        """Return what stops the run and what to do about it, in plain words."""
        what = self.text.message(language, self.args_by_name)
        hint = self.text.hint(language, self.args_by_name)
        ending = "" if not hint else f"; {hint}" if language == "en" else f"，{hint}"
        return what + ending

    def __str__(self) -> str:
        return self.message()


def words_of(exc: Exception) -> tuple[str, str]:
    """Return in Chinese and English what stopped a step, also where the system or a foreign library says it."""
    match exc:
        case HouqinError() | TargetLockedError():
            return exc.message("zh"), exc.message("en")
        case OSError():
            return with_place(exc)
        case _:
            return str(exc), str(exc)
