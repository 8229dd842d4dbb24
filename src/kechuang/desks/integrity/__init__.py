"""The integrity desk."""
