"""Registers of money: what is asked for, decided, budgeted and paid."""
