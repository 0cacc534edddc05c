"""Registers of the program itself."""
