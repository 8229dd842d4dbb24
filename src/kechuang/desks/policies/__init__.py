"""Policies: the rules in force, tried on a case, on a firm, on a whole region."""
