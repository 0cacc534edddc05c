"""Registers of people and departments."""
