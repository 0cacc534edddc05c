"""``published/books/``: what the ledger has, without personal numbers; only what changed is written, the list last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from addin import published as reader
from addin.published import NothingPublished, OtherProgram, PublicationDamaged, Published
from schemas.findings import Text
from schemas.register import all_registers
from sync.current import rows_in_ledger
from sync.ledger_books import books_of
from sync.publish.books import PAST_OF_A_FILE, ROWS_OF_A_FILE
from sync.publish.manifest import FOLDER, MANIFEST, Manifest
from sync.publish.releases import present
from sync.publish_books import Wanted, WantedBooks, WantedGroup, publish_books, wanted_books
from sync.publish_run import releases_of
from sync.versioned import OWN_TABLES
from tests.sync.test_incremental import RECEIPT, Office, moved


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Yield an office with receipts in October and November, one of them changed once, published."""
    made = Office(tmp_path / "share")
    made.state("stock_receipt", moved(1, "2026-10", 5), moved(2, "2026-11", 7))
    made.state("stock_receipt", moved(1, "2026-10", 6))
    publish(made)
    yield made
    made.ledger.close()


def wanted_of(office: Office) -> WantedBooks:
    """Return the books that are to be published of the newest revision."""
    current = office.current()
    return wanted_books(office.share, office.ledger, current, books_of(office.share, office.ledger, current.rows))


def publish(office: Office) -> None:
    """Publish the books as a run does, and nothing else."""
    known = releases_of(office.ledger)
    done = publish_books(wanted_of(office), known, present(known, office.folder), office.folder)
    office.ledger.published(office.ledger.head().number, done.news)


def files(office: Office) -> dict[str, bytes]:
    """Return every published file of the books."""
    return {path.name: path.read_bytes() for path in sorted((office.folder / FOLDER).iterdir())}


def named(office: Office) -> set[str]:
    """Return the files that the list names."""
    return {piece.file for piece in Manifest.from_json((office.folder / MANIFEST).read_bytes()).pieces()}


def of_receipts(names: set[str]) -> set[str]:
    """Return the files with receipts in force among some."""
    return {name for name in names if name.startswith("stock_receipt-") and "-past-" not in name}


def test_one_changed_row_writes_its_own_files(office: Office) -> None:
    """Beside the list a change writes the file of its month, what it ended, and the stock; the rest stays."""
    before = files(office)
    office.state("stock_receipt", moved(2, "2026-11", 8))
    publish(office)
    after = files(office)
    written = {name for name in after if after[name] != before.get(name)}
    assert sorted(name.rpartition("-")[0] for name in written) == ["", "stock", "stock_receipt", "stock_receipt-past"]
    assert len(of_receipts(named(office))) == 2
    assert set(before) <= set(after)
    office.state("stock_receipt", moved(2, "2026-11", 9))
    publish(office)
    assert not of_receipts(set(before)) & of_receipts(set(files(office))) - named(office)


def test_a_large_month_lies_in_several_files(office: Office) -> None:
    """Of a month with more rows than a file is to have, one changed row writes two files at most."""
    many = [moved(number, "2026-09", 1) for number in range(10, ROWS_OF_A_FILE + 11)]
    office.state("stock_receipt", *many)
    publish(office)
    before = files(office)
    assert len(of_receipts(named(office))) == 4
    office.state("stock_receipt", moved(500, "2026-09", 2))
    publish(office)
    after = files(office)
    assert len(of_receipts(set(after)) - set(before)) == 2
    books = Published.open(office.folder)
    assert_frame_equal(books.load(RECEIPT), rows_in_ledger(office.ledger, RECEIPT, books.revision))


def test_what_ended_is_added_at_the_end(office: Office) -> None:
    """Full files of ended versions never change."""
    many = [moved(number, "2026-09", 1) for number in range(10, PAST_OF_A_FILE + 12)]
    office.state("stock_receipt", *many)
    office.state("stock_receipt", *many)
    publish(office)
    full = {name for name in named(office) if name.startswith("stock_receipt-past-")}
    office.state("stock_receipt", moved(1, "2026-10", 3))
    publish(office)
    assert len(full) == 2
    assert len(full & named(office)) == 1


def test_equal_books_are_equal_bytes(office: Office) -> None:
    """Published anew from the same ledger, files have the same names and bytes; only the moment differs."""
    before = {name: content for name, content in files(office).items() if name in named(office)}
    listed = json.loads((office.folder / MANIFEST).read_bytes())
    office.forget()
    publish(office)
    again = json.loads((office.folder / MANIFEST).read_bytes())
    after = files(office)
    del after["manifest.json"]
    assert (after, again | {"published_at": ""}) == (before, listed | {"published_at": ""})


@pytest.mark.parametrize("lost", ["manifest.json", "stock_receipt"])
def test_a_file_that_was_deleted_comes_back(office: Office, lost: str) -> None:
    """A file of the books that somebody deleted or changed is written again by the next run."""
    before = files(office)
    gone = next(path for path in (office.folder / FOLDER).iterdir() if path.name.startswith(lost))
    gone.unlink()
    office.publish()
    assert set(files(office)) == set(before)
    gone.write_bytes(b"something else")
    office.publish()
    Published.open(office.folder).load(RECEIPT)


def test_killed_in_between(office: Office) -> None:
    """A run that is killed while it writes leaves the publication before it whole; the next run completes it."""
    before = Published.open(office.folder)
    office.state("stock_receipt", moved(2, "2026-11", 8))
    wanted, known = wanted_of(office), releases_of(office.ledger)

    def killed() -> pl.DataFrame:
        raise KeyboardInterrupt

    last = WantedGroup("shape", (Wanted("last", "source", 0, killed),))
    with pytest.raises(KeyboardInterrupt):
        publish_books(replace(wanted, tables={**wanted.tables, "last": last}), known, known, office.folder)
    assert Published.open(office.folder) is before
    assert set(files(office)) > {*named(office), "manifest.json"}
    assert before.load(RECEIPT)["qty"].to_list() == [6, 7]
    office.publish()
    assert Published.open(office.folder).load(RECEIPT)["qty"].to_list() == [6, 8]


def test_a_reader_of_the_publication_before(office: Office) -> None:
    """Who opened the books can go on reading them after the next publication; after two he is told to press again."""
    first = Published.open(office.folder)
    office.state("stock_receipt", moved(2, "2026-11", 8))
    publish(office)
    assert first.load(RECEIPT)["qty"].to_list() == [6, 7]
    second = Published.open(office.folder)
    assert second.name != first.name
    for qty in (9, 10):
        office.state("stock_receipt", moved(2, "2026-11", qty))
        publish(office)
    with pytest.raises(PublicationDamaged) as told:
        second.load(RECEIPT)
    assert "请再按一次" in told.value.message("zh")
    assert Published.open(office.folder).load(RECEIPT)["qty"].to_list() == [6, 10]


def test_what_cannot_be_read(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing, torn or changed publication, and one of another program, is told in a sentence."""
    monkeypatch.setattr(reader, "_OPENED", {})
    with pytest.raises(NothingPublished):
        Published.open(office.folder / "elsewhere")
    (piece,) = (path for path in (office.folder / FOLDER).glob("item_catalogue-*"))
    content = piece.read_bytes()
    piece.write_bytes(content[:-1] + b"?")
    register = all_registers()["item_catalogue"]
    with pytest.raises(PublicationDamaged, match="item_catalogue"):
        Published.open(office.folder).load(register)
    piece.write_bytes(content)
    assert Published.open(office.folder).load(register).height == 1
    manifest = office.folder / MANIFEST
    listed = manifest.read_bytes()
    manifest.write_bytes(listed[: len(listed) // 2])
    with pytest.raises(PublicationDamaged):
        Published.open(office.folder)
    manifest.write_bytes(listed.replace(b'"layout":', b'"layout":9'))
    with pytest.raises(OtherProgram):
        Published.open(office.folder)


def test_old_books_say_so(office: Office) -> None:
    """Books older than a day are used with a sentence that says as of when they are, in the school's time."""
    books = Published.open(office.folder)
    assert timedelta(0) <= datetime.now(UTC) - books.published_at < timedelta(minutes=5)
    assert books.age_warning(books.published_at + timedelta(hours=23)) is None
    told = books.age_warning(books.published_at + timedelta(hours=25))
    assert isinstance(told, Text)
    local = books.published_at + timedelta(hours=8)
    assert f"{local:%Y-%m-%d %H:%M}" in told.message("zh", {})


def test_every_table_of_decisions_is_published() -> None:
    """The tables that a reader may ask for are tables of the ledger."""
    from sync.publish.books import CLOSED, TABLES, WITH_PAST

    assert {*TABLES, *CLOSED} <= OWN_TABLES.keys()
    assert set(WITH_PAST) <= set(TABLES)


def test_a_folder_that_leads_elsewhere(office: Office, tmp_path: Path) -> None:
    """Where a link leads out of the share nothing is written, and the next run tries again."""
    outside = tmp_path / "outside"
    (office.folder / FOLDER).rename(outside)
    (office.folder / FOLDER.rstrip("/")).symlink_to(outside)
    before = sorted(path.name for path in outside.iterdir())
    office.state("stock_receipt", moved(2, "2026-11", 8))
    assert office.publish().postponed == (MANIFEST,)
    assert sorted(path.name for path in outside.iterdir()) == before
    (office.folder / FOLDER.rstrip("/")).unlink()
    assert office.publish().postponed == ()
    assert Published.open(office.folder).load(RECEIPT)["qty"].to_list() == [6, 8]
