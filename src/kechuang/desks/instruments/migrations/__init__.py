"""Migrations of instruments."""
