"""Parties: people, organisations, roles, signing in."""
