"""Migrations of funds."""
