"""Faces: by who stands before them."""
