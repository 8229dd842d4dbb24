"""Match: near-duplicates, affinity and search over texts."""
