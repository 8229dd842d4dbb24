"""Migrations of enterprises."""
