"""Pictures of results: spectra, ellipses of covariances, scalings against the optimum, sweeps.

Each function takes the data and `ax` (matplotlib Axes; without one a new figure in the style of `cascade_sym.plot`) and
returns the artists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import singledispatch
from pathlib import Path
from typing import Any

import numpy as np

from cascade_sym.asymptotics.result import Scaling
from cascade_sym.errors import ParameterError, UnknownName, listing
from cascade_sym.evaluate.evaluator import evaluator
from cascade_sym.latex.layout import layout
from cascade_sym.latex.notation import current
from cascade_sym.plot import COLOURS, DPI, canvas, styled
from cascade_sym.plot import save as save_figure
from cascade_sym.solve import Covariance
from cascade_sym.spectra.spectrum import Spectrum

CYCLE = [COLOURS[c] for c in ("red", "blue", "green", "black", "grey")]
SIZE = (3.4, 2.6)  # of one panel in inches: half a column
POINTS = 801  # frequencies of a spectrum
VACUUM = 0.5  # of a quadrature and of a spectrum


class Artists(list[Any]):
    """What was drawn; `figure` is what it was drawn on, and a notebook shows that."""

    def __repr__(self) -> str:
        return f"picture of {', '.join(type(a).__name__ for a in self)}; to files: .save('stem')"

    @property
    def figure(self) -> Any:
        return self[0].figure

    def save(self, stem: str | Path) -> tuple[Path, ...]:
        """Write stem.pdf and stem.png."""
        return save_figure(self.figure, Path(stem))

    def _repr_png_(self) -> bytes:
        from io import BytesIO

        out = BytesIO()
        self.figure.savefig(out, format="png", dpi=DPI // 2)
        return out.getvalue()


@singledispatch
def value_plot(value: Any, **options: Any) -> Artists:
    """The picture of a value; ParameterError for a type that has none."""
    raise ParameterError(f"a {type(value).__name__} has no plot; there are plots of spectra, covariances and scalings.")


def axes_for(ax: Any, panels: int = 1) -> list[Any]:
    if ax is not None:
        return [ax]
    _, axes = canvas((SIZE[0] * panels, SIZE[1]), (1, panels))
    return [axes] if panels == 1 else list(axes)


def math_name(name: str) -> str:
    """A name for matplotlib, which reads simple LaTeX; else as plain text."""
    latex = current().name(name)
    simple = not any(c in latex for c in ("\\text", "\\operatorname", "\\left", "\\begin"))
    return f"${latex}$" if simple else layout(latex).text


@value_plot.register
def plot_spectrum(
    N: Spectrum, frequencies: Any = None, values: Mapping[Any, Any] | None = None, *, dB: bool = False,
    reference: Any = None, strength: Any = None, label: str | None = None, ax: Any = None,
) -> Artists:  # fmt: skip
    """A spectrum over its frequency, at `values` of its parameters.

    `dB` shows 10 log10 of the ratio to `reference`: "shot" (vacuum, the default), "sql" (at each frequency the least
    value for any `strength`, the parameter that says how strongly is measured), or a number or array.
    Raises ParameterError for another reference and for a spectrum at a fixed frequency, MissingParameter by name.
    """
    if N.frequency is None:
        raise ParameterError(f"{N.name} was taken at a fixed frequency; take it over a symbol to plot it.")
    given = {getattr(k, "name", k): v for k, v in (values or {}).items()}
    x = np.asarray(_frequencies(N, given) if frequencies is None else frequencies, dtype=float)
    f = evaluator(N, unstable="raise")
    y = _at(f, N, x, given)
    if np.iscomplexobj(y):
        raise ParameterError(f"{N.name} is complex; plot the spectrum of one output, or its real or imaginary part.")
    level: Any = None
    if reference is not None or dB:
        level = _reference(f, N, x, given, "shot" if reference is None else reference, strength)
    ratio = dB or reference is not None
    with styled():
        (a,) = axes_for(ax)
        shown = y / level if ratio else y
        lines = a.plot(x, 10 * np.log10(shown) if dB else shown, color=CYCLE[len(a.lines) % len(CYCLE)], label=label)
        if ratio:
            lines.append(a.axhline(0 if dB else 1, color=COLOURS["grey"], linewidth=0.8, linestyle="--"))
        a.set_xlim(x.min(), x.max())
        a.set_xlabel(math_name(N.frequency.name))
        unit = {"shot": " / shot noise", "sql": " / SQL"}.get(reference if isinstance(reference, str) else "shot", "")
        a.set_ylabel(f"{math_name(N.name)}{unit if ratio else ''}{' (dB)' if dB else ''}")
        if label:
            a.legend()
    return Artists(lines)


def _at(f: Any, N: Spectrum, x: np.ndarray, given: Mapping[str, Any]) -> Any:
    known = {n: v for n, v in given.items() if n in f.parameters or n not in {s.name for s in N.parameters}}
    point = {n: v for n, v in known.items() if n in f.parameters}
    assert N.frequency is not None
    if N.frequency.name in f.parameters:
        point[N.frequency.name] = x
    unknown = [n for n in given if n not in f.parameters and n not in N.definitions.domains.gone]
    if unknown:
        raise ParameterError(f"{N.name} has no parameter {listing(unknown)}; it has {listing(f.parameters)}.")
    return np.broadcast_to(f(point), x.shape)


def _frequencies(N: Spectrum, given: Mapping[str, Any]) -> np.ndarray:
    """Five linewidths on both sides of all resonances, where these are known in closed form."""
    centers, widths = [], []
    for c in N.susceptibilities:
        place = N.subs({k: v for k, v in given.items() if k in {s.name for s in N.parameters}})
        try:
            gamma, omega = (complex(place.only("g", e.subs(given))) for e in (c.gamma, c.omega))
        except (ValueError, ArithmeticError, TypeError):
            continue
        centers.append(omega.real)
        widths.append(abs(gamma.real))
    width = max(widths, default=1.0) or 1.0
    return np.linspace(min(centers, default=0.0) - 5 * width, max(centers, default=0.0) + 5 * width, POINTS)


def _reference(f: Any, N: Spectrum, x: np.ndarray, given: Mapping[str, Any], what: Any, strength: Any) -> Any:
    if isinstance(what, str):
        if what == "shot":
            return VACUUM
        if what != "sql":
            raise ParameterError(f"reference is {what!r}; give 'shot', 'sql', a number or an array.")
        name = getattr(strength, "name", strength)
        if name not in f.parameters:
            raise ParameterError(f"reference='sql' needs strength=, the parameter that says how strongly is measured: "
                                 f"one of {listing(f.parameters)}; got {strength!r}.")  # fmt: skip
        scale = float(given.get(name, 1.0)) or 1.0
        grid = scale * np.logspace(-9, 9, 1801)
        rest = {k: v for k, v in given.items() if k != name}
        f = evaluator(N, unstable="quiet")
        return np.array([np.nanmin(_at(f, N, np.full(grid.shape, w), {**rest, name: grid})) for w in x])
    level = np.asarray(what, dtype=float)
    if level.shape not in ((), x.shape):
        raise ParameterError(
            f"the reference has shape {level.shape}; give a number or one value a frequency, {x.shape}."
        )
    return level


@value_plot.register
def plot_covariance(
    V: Covariance, values: Mapping[Any, Any] | None = None, *, modes: Sequence[str] | None = None, which: str = "",
    ax: Any = None,
) -> Artists:  # fmt: skip
    """Ellipses of one standard deviation, with vacuum (dashed): of the modes, and of the EPR variables of each pair.

    The EPR variables of two modes are (X_a - X_b)/sqrt2 with (P_a + P_b)/sqrt2, and the other signs. `which` is "modes"
    or "epr" (default: both beside each other, with `ax` the modes); `modes` picks some. Raises UnknownName for a mode
    that is not there, ParameterError for another `which`.
    """
    names = tuple(V.modes if modes is None else modes)
    if bad := set(names) - set(V.modes):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(V.modes)}.")
    if which not in ("", "modes", "epr"):
        raise ParameterError(f"which is {which!r}; give 'modes' or 'epr'.")
    found = evaluator(V)({getattr(k, "name", k): v for k, v in (values or {}).items()})
    vacuum = float(V.conventions.vacuum)
    kinds = [which] if which else ["modes"] if ax is not None or len(names) < 2 else ["modes", "epr"]
    out = Artists()
    with styled():
        for a, kind in zip(axes_for(ax, len(kinds)), kinds, strict=True):
            ellipses = _of_modes(found, names) if kind == "modes" else _of_pairs(found, names)
            out += _ellipses(a, ellipses, vacuum)
            a.set_xlabel("$X$" if kind == "modes" else r"$(X_a \mp X_b)/\sqrt{2}$")
            a.set_ylabel("$P$" if kind == "modes" else r"$(P_a \pm P_b)/\sqrt{2}$")
    return out


def _of_modes(V: Any, names: Iterable[str]) -> list[tuple[str, np.ndarray]]:
    return [(math_name(m), _block(V, [{f"X_{m}": 1.0}, {f"P_{m}": 1.0}])) for m in names]


def _of_pairs(V: Any, names: Sequence[str]) -> list[tuple[str, np.ndarray]]:
    r = 2**-0.5
    return [
        (f"{math_name(a)}, {math_name(b)}: {'$-,+$' if s < 0 else '$+,-$'}",
         _block(V, [{f"X_{a}": r, f"X_{b}": s * r}, {f"P_{a}": r, f"P_{b}": -s * r}]))
        for k, a in enumerate(names) for b in names[k + 1 :] for s in (-1, 1)
    ]  # fmt: skip


def _block(V: Any, forms: Sequence[Mapping[str, float]]) -> np.ndarray:
    """The covariance matrix of linear forms in quadratures."""
    return np.array(
        [[sum(c * d * float(V[i, j]) for i, c in f.items() for j, d in g.items()) for g in forms] for f in forms]
    )


def _ellipses(a: Any, ellipses: Sequence[tuple[str, np.ndarray]], vacuum: float) -> list[Any]:
    from matplotlib.patches import Ellipse

    out, size = [], vacuum**0.5
    for k, (name, V) in enumerate(ellipses):
        lengths, axes = np.linalg.eigh(V)
        if not np.all(np.isfinite(lengths)) or lengths[0] < 0:
            raise ParameterError(f"there is no steady state of {name} at these values.")
        angle = float(np.degrees(np.arctan2(axes[1, 1], axes[0, 1])))
        size = max(size, float(lengths[1]) ** 0.5)
        colour = CYCLE[k % len(CYCLE)]
        patch = Ellipse(
            (0, 0), 2 * lengths[1] ** 0.5, 2 * lengths[0] ** 0.5, angle=angle, fill=False, color=colour, label=name
        )
        out.append(a.add_patch(patch))
    circle = Ellipse(
        (0, 0), 2 * vacuum**0.5, 2 * vacuum**0.5, fill=False, linestyle="--", color=COLOURS["grey"], label="vacuum"
    )
    out.append(a.add_patch(circle))
    a.set_xlim(-1.25 * size, 1.25 * size)
    a.set_ylim(-1.25 * size, 1.25 * size)
    a.set_aspect("equal")
    a.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=1.6)
    return out


@value_plot.register
def plot_scaling(law: Scaling, *, ax: Any = None) -> Artists:
    """The optimum that was found in high precision (points), against the law (line), on logarithmic axes."""
    points = [(float(p[0]), float(p[1])) for p in law.certificate.points]
    x, y = (np.array(c) for c in zip(*points, strict=True))
    lead = float(law.at({k: v for k, v in law.certificate.sample.items() if k != law.large.name}))
    with styled():
        (a,) = axes_for(ax)
        out = a.loglog(x, y, "o", color=COLOURS["red"], markersize=4, label="optimum")
        power = str(law.exponent)
        curve = lead * x ** float(law.exponent)
        out += a.loglog(
            x, curve, color=COLOURS["blue"], zorder=1, label=f"{lead:.4g} {math_name(law.large.name)}$^{{{power}}}$"
        )
        a.set_xlabel(math_name(law.large.name))
        a.set_ylabel(math_name(law.name))
        a.legend()
    return Artists(out)


def plot_sweep(data: Any, name: str | None = None, *, ax: Any = None) -> Artists:
    """A result of `cascade_sym.sweep`: a line over one axis of the grid, a map over two.

    `name` is the variable (default: the first). Raises UnknownName for one that is not there, ParameterError for a grid
    of more than two axes.

    >>> import xarray
    >>> data = xarray.Dataset({"xi": ("C", [1.0, 0.5])}, {"C": [1.0, 10.0]})
    >>> [type(artist).__name__ for artist in plot_sweep(data)]
    ['Line2D']
    """
    if not hasattr(data, "data_vars"):
        raise ParameterError(f"data must be a result of cascade_sym.sweep; got {type(data).__name__}.")
    chosen = next(iter(data.data_vars), None) if name is None else name
    if chosen not in data:
        raise UnknownName(f"the data has no variable {chosen!r}; it has {listing(data.data_vars)}.")
    z = data[chosen].squeeze(drop=True)
    if len(z.dims) not in (1, 2):
        raise ParameterError(
            f"{chosen} lies on {len(z.dims)} axes ({listing(z.dims)}); pick one or two with data.sel(...)."
        )
    scales = {d: "log" if _is_geometric(np.asarray(z[d].values, dtype=float)) else "linear" for d in z.dims}
    with styled():
        (a,) = axes_for(ax)
        first = z.dims[-1]
        if len(z.dims) == 1:
            out = list(a.plot(z[first], z, color=CYCLE[len(a.lines) % len(CYCLE)]))
            a.set_ylabel(math_name(str(chosen)))
        else:
            out = [a.pcolormesh(z[first], z[z.dims[0]], z.values, shading="nearest", cmap="viridis")]
            a.figure.colorbar(out[0], ax=a, label=math_name(str(chosen)))
            a.set_ylabel(math_name(str(z.dims[0])))
            a.set_yscale(scales[z.dims[0]])
        a.set_xscale(scales[first])
        a.set_xlabel(math_name(str(first)))
    return Artists(out)


def _is_geometric(x: np.ndarray) -> bool:
    """Whether values are equally spaced on a logarithmic axis rather than on a linear one."""
    if len(x) < 3 or np.any(x <= 0):
        return False
    return bool(
        np.std(np.diff(np.log(x))) / abs(np.mean(np.diff(np.log(x)))) < np.std(np.diff(x)) / abs(np.mean(np.diff(x)))
    )
