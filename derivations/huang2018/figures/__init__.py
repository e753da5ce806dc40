"""The figures with numbers in them: Figs. 2, 3, S3, S4, S5. One file each: what is computed, and how it is drawn."""

from . import fig2, fig3, figS3, figS4, figS5  # noqa: F401
