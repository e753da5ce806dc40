"""Programs as source code: how each language writes an operation, a name and a function."""
