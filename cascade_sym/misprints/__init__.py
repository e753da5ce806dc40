"""Misprints: small typed edits of written formulas, and the search for the one that makes a formula exact."""
