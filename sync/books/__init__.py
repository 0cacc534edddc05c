"""Keeping the books: pure arithmetic on accepted rows; no file, Excel or database library."""
