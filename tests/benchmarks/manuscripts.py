"""A manuscript read without a folder: CPU per displayed formula, and a large file from the command to its end.

The corpus is its own displays over and over, in the styles that papers use, with macros, rows and labels.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from cascade_sym.errors import FormulaError
from cascade_sym.manuscript import read_manuscript
from tests.benchmarks.timing import header, quick, row

GOAL = 10.0  # ms of CPU a formula
LARGE_GOAL = 60.0  # seconds for a file of 50 MB
HEAD = r"\newcommand\g[1]{\gamma_{\mathrm{#1}}}\newcommand\half{\tfrac12}\def\be{\begin{equation}}\def\ee{\end{equation}}"
BODY = r"""
\be \Delta^2 X_S = \frac{1}{\g S}\left(\half\Gamma_S + \g{S,0}\left(\bar n_S + \half\right)\right), \label{a} \ee
\begin{align}
\dot{\hat a}(t) &= -\frac{\kappa}{2}\hat a(t) - i\Delta\hat a + \sqrt{\kappa}\,\hat a_{\mathrm{in}}(t) \nonumber\\
 &\quad + \sqrt{\kappa_0}\,\hat f(t), \\
S_{xx}(\Omega) &= \int_{-\infty}^{\infty}\!\mathrm dt\, e^{i\Omega t}\langle\hat x(t)\hat x(0)\rangle, \qquad
\chi(\Omega) = \frac{1}{m(\Omega_m^2 - \Omega^2 - i\gamma\Omega)}
\end{align}
Prose between the formulas, with inline $x^2$ and 50\% of it, as papers have it.
\[ \xi_g \approx \frac{2\sqrt{1 - \epsilon}}{\sqrt{C}}\left[1 + \cos(2\theta) - e^{-r}\right] \quad\text{and}\quad C = \frac{4 g^2}{\kappa\g m} \]
"""


def main() -> None:
    few = quick(__doc__)
    header()
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "m.tex"
        path.write_text(HEAD + BODY * (20 if few else 400))
        start = time.process_time()
        found = read_manuscript(path)
        spent = 1000 * (time.process_time() - start) / len(found.formulas)
        said = f"{len(found.formulas)} formulas, {found.understood} read"
        row(said, f"{spent:.1f} ms a formula", "", f"at most {GOAL:g} ms", spent < GOAL)
        for title, unit in (("formulas", HEAD + BODY), ("open groups", "\\frac{"), ("one line", "x + ")):
            path.write_text("\\[" + unit * (50_000_000 // len(unit)))
            start = time.process_time()
            try:
                how = f"{len(read_manuscript(path).formulas)} formulas"
            except FormulaError as err:
                how = f"refused: {str(err).partition(': ')[2]}"
            spent = time.process_time() - start
            row(f"50 MB of {title}", f"{spent:.1f} s, {how}", "", f"at most {LARGE_GOAL:g} s", spent < LARGE_GOAL)
        path.write_text("\\[" + "x + " * 950_000)  # the largest file that is read, one formula
        start = time.process_time()
        count = len(read_manuscript(path).formulas)
        spent = time.process_time() - start
        row(f"3.8 MB, {count} formula", f"{spent:.1f} s", "", f"at most {LARGE_GOAL:g} s", spent < LARGE_GOAL)


if __name__ == "__main__":
    main()
