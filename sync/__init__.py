"""Moving rows from the shared folder into the ledger, keeping the books, publishing."""

__version__ = "0.1.0"
