"""Importing: tables from Excel and CSV, checked row by row against what the book declares, never guessed."""
