"""The transfer desk."""
