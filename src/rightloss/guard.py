"""Placeholder while the guard is being written."""
