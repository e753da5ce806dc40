"""All benchmarks, one after the other: `python -m tests.benchmarks.run [NAME ...]`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Runs the modules of this folder that have a `main`, or those that are named; 1 where one failed."""
    found = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if "\ndef main(" in p.read_text())
    names = sys.argv[1:] or [n for n in found if n != "run"]
    failed = []
    for name in names:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"]).returncode:
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else "all ran")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
