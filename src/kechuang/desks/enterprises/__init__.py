"""The enterprises desk."""
