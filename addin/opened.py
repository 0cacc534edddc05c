"""What a button that looks things up begins with: the school's published books, and the open sheet as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from addin.book import file_of, saved_copy
from addin.sentences import paragraph
from addin.where import department_by_folder, published_for, user_language
from schemas.parse import Reading
from workbooks.taking import take_file

if TYPE_CHECKING:
    import xlwings as xw

    from addin.published import Published
    from schemas.values import Table
    from sync.bookkeeping import Bookkeeping
    from workbooks.taking import TakenFile


@dataclass(frozen=True)
class Opened:
    """An open workbook of a school."""

    book: xw.Book
    published: Published

    @classmethod
    def of(cls, book: xw.Book) -> Opened:
        """Return a workbook with the published books of its school.

        Raises:
            NoShareError: nothing says where the shared folder is.
            ShareUnreachableError: it cannot be opened.
            PublicationError: it has no published books, or they are damaged.
        """
        return cls(book, published_for(file_of(book)))

    @property
    def language(self) -> str:
        """Return the language of dialogs, ``zh`` or ``en``."""
        return user_language()

    def told(self, *sentences: str) -> str:
        """Return sentences as one text, with a word where the books are old."""
        old = self.published.age_warning(datetime.now(UTC))
        return paragraph((*sentences, old.message(self.language, {}) if old else ""), self.language)

    @property
    def department(self) -> str:
        """Return the code of the department in whose folder the workbook lies, empty outside of all."""
        return department_by_folder(self.published.school, self.published.share, file_of(self.book)) or ""

    @cached_property
    def bookkeeping(self) -> Bookkeeping:
        """Return the published books."""
        from addin.basis import bookkeeping_of  # noqa: PLC0415 - looking up one figure needs no books

        return bookkeeping_of(self.published)

    @cached_property
    def taken(self) -> TakenFile:
        """Return what the workbook holds, unsaved changes included."""
        school = self.published.school
        with TemporaryDirectory(prefix="houqin-", ignore_cleanup_errors=True) as folder:
            path = saved_copy(self.book, Path(folder))
            return take_file(path, self.book.name, Reading(school.today, school.class_aliases, school.term_start))

    def table(self) -> Table | None:
        """Return the register of the sheet in front, None where it is none."""
        front = self.book.sheets.active.name
        return next((table for table in self.taken.tables if table.sheet == front), None)

    def as_of(self) -> str:
        """Return as of when the books are, in the school's time."""
        moment = self.published.published_at.astimezone(self.published.school.zone)
        return f"{moment:%Y-%m-%d %H:%M}"
