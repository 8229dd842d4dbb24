"""The one expression language of the book."""
