"""Panel: who reviews what, drawn fairly."""
