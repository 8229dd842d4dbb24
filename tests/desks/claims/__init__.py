"""Tests of the claims desk."""
