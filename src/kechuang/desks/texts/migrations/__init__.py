"""Migrations of texts."""
