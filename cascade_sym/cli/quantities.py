"""The commands on quantities that a folder declares: values, scalings, sweeps, source code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cascade_sym.cli.commands import AsJson, Folder, Jobs, Output, Texts, loaded, print_json, progress, put, say_written
from cascade_sym.errors import DuplicateName, FormulaError, ParameterError
from cascade_sym.processes import number_of

if TYPE_CHECKING:
    from sympy import Expr

MOST = 10**7  # points on one axis
Name = Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")]
Set = Annotated[Texts, typer.Option("--set", help="KEY=VALUE, exact: 4/3, pi/4, 1e3, oo (repeatable).")]
Equal = Annotated[Texts, typer.Option("--equal", help="Parameters kept equal, as theta_S,theta_M (repeatable).")]


def evaluate(
    folder: Folder,
    name: Name,
    set_: Set = None,
    digits: Annotated[int, typer.Option("--digits", min=1, help="Significant digits.")] = 15,
    as_json: AsJson = False,
) -> int:
    """A declared quantity at numbers, right to every digit that is printed."""
    from cascade_sym.cli.remembered import remembered

    def evaluated() -> dict[str, Any]:
        from cascade_sym.declared.computed import evaluate_declared

        found = evaluate_declared(loaded(folder).model, name, settings(set_ or []), digits)
        given = {k: str(v) for k, v in found.parameters.items()}
        return {"text": found.text, "error": found.error, "parameters": given}

    found = remembered("eval", folder, [name, set_, digits], evaluated)
    if as_json:
        value = _parts(found["text"])
        rest = {"error": found["error"], "digits": digits, "parameters": found["parameters"]}
        print(json.dumps({"name": name, "value": value, **rest}))
    else:
        print(found["text"])
    return 0


def _parts(text: str) -> str | dict[str, str]:
    """A number's decimals, a complex one's by its parts.

    >>> _parts("1.5"), _parts("1.5 - 2*I"), _parts("-2*I")
    ('1.5', {'re': '1.5', 'im': '-2'}, {'re': '0', 'im': '-2'})
    """
    if not text.endswith("*I"):
        return text
    real, sign, size = (["0", "", *text.split()] if " " not in text else text.split())[-3:]
    return {"re": real, "im": ("-" if sign == "-" else "") + size.removesuffix("*I")}


def scaling(
    folder: Folder,
    name: Name,
    large: Annotated[str, typer.Option("--large", help="The parameter that grows (or falls, with --limit 0).")],
    over: Annotated[str, typer.Option("--over", help="Parameters to optimise, as C_M,theta_S,theta_M.")] = "",
    equal: Equal = None,
    set_: Set = None,
    limit: Annotated[str, typer.Option("--limit", help="What --large tends to: oo or 0.")] = "oo",
    terms: Annotated[int, typer.Option("--terms", min=1, max=2, help="1: leading order only; 2: the next one.")] = 2,
    as_json: AsJson = False,
) -> int:
    """Minimise NAME over parameters as another one grows: exponent, exact prefactor, optimum, certificate."""
    from cascade_sym.cli.tables import scaling_table
    from cascade_sym.declared.computed import scale_declared
    from cascade_sym.formula import parse_value

    model = loaded(folder).model
    with progress(f"scaling {name}", None) as tick:
        found = scale_declared(
            model, name, large=large.strip(), over=names(over), given=settings(set_ or []),
            equal=[names(g) for g in equal or []], limit=parse_value(limit), terms=terms, progress=tick,
        )  # fmt: skip
    if as_json:
        print_json({"name": name, "large": large, **found.to_json()})
    else:
        scaling_table(found)
    return 0


def sweep(
    folder: Folder,
    name: Name,
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write: netCDF (.nc) or CSV (.csv).")],
    grid: Annotated[Texts, typer.Option("--grid", help="KEY=FROM:TO:COUNT[:log] or KEY=A,B,C (repeatable).")] = None,
    optimise: Annotated[str, typer.Option("--optimise", help="Parameters, as C_M,theta_S or C_M=1e-2:1e4.")] = "",
    equal: Equal = None,
    set_: Set = None,
    also: Annotated[str, typer.Option("--also", help="Further quantities at the same points, as R,gamma_M.")] = "",
    maximise: Annotated[bool, typer.Option("--maximise", help="The largest value instead of the least.")] = False,
    unstable: Annotated[str, typer.Option("--unstable", help="nan (with a warning that counts) or raise.")] = "nan",
    guaranteed: Annotated[
        bool, typer.Option("--guaranteed", help="Values right to 1e-13 relative, with bounds on their errors.")
    ] = False,
    jobs: Jobs = 1,
    scheduler: Annotated[str, typer.Option("--scheduler", help="A Dask scheduler's address: its workers do it.")] = "",
) -> int:
    """NAME of FOLDER over a grid, minimised over --optimise at every point, into a netCDF or CSV file.

    Interrupted, it goes on where it was when it is called again: finished pieces are kept beside the file.
    """
    import warnings

    from cascade_sym.declared.computed import sweep_declared
    from cascade_sym.sweeps.netcdf import require_output
    from cascade_sym.sweeps.space import read_grid
    from cascade_sym.sweeps.work import pieces

    axes = grids(grid or [])
    if not axes and not optimise:
        raise ParameterError("nothing to sweep or to optimise; add --grid KEY=FROM:TO:COUNT or --optimise NAMES.")
    number_of(jobs)
    model = loaded(folder).model
    require_output(output)
    kept = output.with_name(output.name + ".part")
    steps = len(pieces(read_grid(axes))) + 1 if optimise else 1
    try:
        with progress(f"sweep {name}", steps) as tick, warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always", RuntimeWarning)
            found = sweep_declared(
                model, name, axes, settings(set_ or []), optimise=free_parameters(optimise),
                equal=[names(g) for g in equal or []], also=names(also), maximise=maximise, unstable=unstable,
                precision="guaranteed" if guaranteed else "double", n_jobs=None if scheduler else jobs,
                scheduler=scheduler or None, output=output, progress=tick,
            )  # fmt: skip
    except KeyboardInterrupt:
        if kept.is_file():
            print(f"interrupted; {kept} holds what is finished: the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None  # as shells have it
    for w in told:
        print(f"warning: {w.message}", file=sys.stderr)
    if check := found.attrs.get("optimum_check"):
        print(f"optimum: {check}", file=sys.stderr)
    say_written([output])
    return 0


def code(
    folder: Folder,
    name: Name,
    language: Annotated[str, typer.Option("--language", "-l", help="python, c, julia, mathematica, ...")] = "python",
    output: Output = None,
) -> int:
    """Print a declared quantity as a function in Python, C, Julia or Mathematica."""
    from cascade_sym.evaluate.source.code import code as source_of

    put(output, source_of(loaded(folder).model.declared(name).make(), language))
    return 0


def settings(pairs: Iterable[str]) -> dict[str, Expr]:
    """{name: exact number} from texts such as "epsilon=1/10"; a value is a number, `pi/4`, `sqrt(2)` or `oo`.

    >>> settings(["theta=pi/4", "n=oo"])
    {'theta': pi/4, 'n': oo}
    """
    found = _pairs("--set", pairs, "KEY=VALUE, such as --set epsilon=1/10")
    return {name: _value(f"--set {name}", value) for name, value in found.items()}


def grids(texts: Iterable[str]) -> dict[str, list[float]]:
    """{name: numbers} from texts such as "C=1:1e3:200:log", "theta=0:pi/2:5" or "epsilon=0,1/10".

    >>> grids(["C=1:100:3:log", "epsilon=0,1/4"])
    {'C': [1.0, 10.0, 100.0], 'epsilon': [0.0, 0.25]}
    """
    found = _pairs("--grid", texts, "KEY=FROM:TO:COUNT, KEY=FROM:TO:COUNT:log or KEY=A,B,C")
    return {name: _axis(f"--grid {name}", value) for name, value in found.items()}


def _pairs(option: str, texts: Iterable[str], form: str) -> dict[str, str]:
    """{name: text} from texts NAME=TEXT, each name once."""
    found: dict[str, str] = {}
    for text in texts:
        name, _, value = (part.strip() for part in text.partition("="))
        if not name or not value:
            raise ParameterError(f"{option} {text!r}: write {form}.")
        if name in found:
            raise DuplicateName(f"{option} {name} was given twice.")
        found[name] = value
    return found


def _axis(label: str, text: str) -> list[float]:
    parts = text.split(":")
    if len(parts) == 1:
        return [number(label, v) for v in text.split(",")]
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3].strip() not in ("log", "lin")):
        raise ParameterError(f"{label}={text}: write FROM:TO:COUNT, or FROM:TO:COUNT:log for equal ratios.")
    low, high, count = number(label, parts[0]), number(label, parts[1]), parts[2].strip()
    if not count.isdecimal() or not 2 <= int(count) <= MOST:
        raise ParameterError(f"{label}: the count is {count!r}; give an integer from 2 to {MOST}.")
    if low == high:
        raise ParameterError(f"{label}: both ends are {low:g}; give two different numbers.")
    import numpy as np

    log = parts[-1].strip() == "log"
    if log and not (low > 0 and high > 0):
        raise ParameterError(f"{label}: a logarithmic axis needs positive ends; got {low:g} and {high:g}.")
    return (np.geomspace if log else np.linspace)(low, high, int(count)).tolist()


def number(label: str, text: str) -> float:
    """A finite real number, written as for --set."""
    value = _value(label, text)
    if not value.is_finite or not value.is_extended_real:
        raise ParameterError(f"{label}: {text.strip()} is no finite real number.")
    return float(value)


def _value(label: str, text: str) -> Expr:
    from cascade_sym.formula import parse_value

    try:
        return parse_value(text)
    except FormulaError as err:
        raise FormulaError(f"{label}: {err}") from err


def free_parameters(text: str) -> dict[str, tuple[float, float] | None]:
    """Names to optimise, some with bounds, from a text such as "theta_S,C_M=1e-2:1e4".

    >>> free_parameters("theta_S, C_M=1:100")
    {'theta_S': None, 'C_M': (1.0, 100.0)}
    """
    out: dict[str, tuple[float, float] | None] = {}
    for part in (p for p in text.split(",") if p.strip()):
        name, sign, bounds = (p.strip() for p in part.partition("="))
        if name in out:
            raise DuplicateName(f"--optimise {name} was given twice.")
        ends = bounds.split(":")
        if sign and len(ends) != 2:
            raise ParameterError(f"--optimise {part.strip()}: write NAME or NAME=LOW:HIGH.")
        out[name] = (number(f"--optimise {name}", ends[0]), number(f"--optimise {name}", ends[1])) if sign else None
    return out


def names(text: str) -> list[str]:
    """Names from a list such as "theta_S,theta_M"."""
    return list(dict.fromkeys(n.strip() for n in text.split(",") if n.strip()))
