"""The files that carry registers: reading, templates, marked copies."""
