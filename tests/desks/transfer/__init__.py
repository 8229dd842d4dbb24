"""The desk of technology contracts."""
