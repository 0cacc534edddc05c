"""The master ledger: every accepted row with its source and its whole history."""

from sync.canonical import content_hashes
from sync.ledger.digest import ZERO_DIGEST, join_key, row_keys
from sync.ledger.errors import LedgerError, LedgerMismatch, LedgerUnreachable, NotCurrent, NotFitting
from sync.ledger.read import Revision
from sync.ledger.store import Ledger
from sync.ledger.verify import Problem
from sync.ledger.writer import Writer
from sync.versioned import IN_THE_BOOKS, META

__all__ = [
    "IN_THE_BOOKS",
    "META",
    "ZERO_DIGEST",
    "Ledger",
    "LedgerError",
    "LedgerMismatch",
    "LedgerUnreachable",
    "NotCurrent",
    "NotFitting",
    "Problem",
    "Revision",
    "Writer",
    "content_hashes",
    "join_key",
    "row_keys",
]
