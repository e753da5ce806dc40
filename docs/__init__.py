"""The documentation site: `python -m docs.build` writes it to build/docs."""
