"""The texts desk."""
