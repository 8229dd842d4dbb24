"""API: the same doors for machines."""
