"""Registers of plans and their tasks."""
