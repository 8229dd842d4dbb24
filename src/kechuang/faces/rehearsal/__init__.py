"""The rehearsal: a synthetic region plays a programme year through the same acts that the pages call."""
