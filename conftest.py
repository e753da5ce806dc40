"""All rooms are imported before doctests are collected.

pytest sets a module that it is the first to import on its package, where it would hide a function of the same name.
"""

import cascade_sym

for _name in cascade_sym.__all__:
    getattr(cascade_sym, _name)
