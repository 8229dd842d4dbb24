"""The experts desk."""
