"""Desks: what is particular to one office; desks do not know one another."""
