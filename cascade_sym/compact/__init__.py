"""Formulas as a paper would print them."""
