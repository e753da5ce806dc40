"""How tightly printed LaTeX binds: a - b, a/b on one line, a b, and things that are closed in themselves."""

SUM, SLASH, PRODUCT, ATOM = 1, 2, 3, 4
