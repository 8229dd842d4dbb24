"""The instruments desk."""
