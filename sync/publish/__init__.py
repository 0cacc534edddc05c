"""What people look at after a merge: the master ledger, its volumes and a page per workbook."""
