"""Tally: indicators counted from records."""
