"""Exports: Word, PDF, spreadsheets."""
