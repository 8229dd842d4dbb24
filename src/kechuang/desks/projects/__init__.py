"""The projects desk."""
