"""Words: values that every room speaks."""
