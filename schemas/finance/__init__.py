"""Registers of money: asked for, decided, budgeted, paid; journals, counts of cash, statements, fees."""
