"""Registers of places, items and stock."""
