"""The funds desk."""
