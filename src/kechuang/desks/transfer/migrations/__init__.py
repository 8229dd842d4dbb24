"""Migrations of transfer."""
