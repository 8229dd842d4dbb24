"""The form engine: what is asked, what was answered, and what is wrong with it."""
