"""File formats: what a file is, how its table or array is opened, and nothing about what labels mean."""
