"""The words of the reader's codes: severity, message zh, message en, hint zh, hint en."""

from __future__ import annotations

from schemas.texts_cells import CELL_TEXTS
from schemas.texts_files import FILE_TEXTS

READER_TEXTS = {**CELL_TEXTS, **FILE_TEXTS}
"""Code to its words; a code with other words at another severity has an entry ``CODE:E`` or ``CODE:W`` too."""
