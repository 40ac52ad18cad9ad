"""Which remedy for which goal, with its source. Pure functions on counts; standard library or NumPy only."""
