"""Rules: policies, run exactly, as a query, and checked."""
