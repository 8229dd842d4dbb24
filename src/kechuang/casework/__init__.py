"""Casework: where definitions meet tables."""
