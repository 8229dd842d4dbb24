"""Engines: pure machines; they take values and return values."""
