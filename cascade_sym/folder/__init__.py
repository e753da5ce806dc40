"""A paper's folder: what is printed, what is derived, and what the names of both stand for."""
