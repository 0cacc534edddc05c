"""Moving rows from the shared folder into the ledger, keeping the books, publishing."""
