"""Migrations of integrity."""
