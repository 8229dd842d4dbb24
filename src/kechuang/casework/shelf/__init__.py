"""The shelf: pages as they stand, read strictly and spliced, with the place of every word; nothing is judged here."""
