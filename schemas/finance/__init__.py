"""Registers of money: journals, counts of cash, statements, fees."""
