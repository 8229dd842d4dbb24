"""The book: definitions as data, first edition."""
