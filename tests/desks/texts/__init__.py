"""Tests of the texts desk."""
