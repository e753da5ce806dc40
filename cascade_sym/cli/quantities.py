"""The commands on quantities that a folder declares: values, scalings, sweeps, source code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf, nextafter
from pathlib import Path
from typing import Annotated, Any

import typer

from cascade_sym.cli.commands import AsJson, Folder, Output, Texts, loaded, print_json, progress, put, say_written
from cascade_sym.errors import ParameterError

Name = Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")]


def evaluate(
    folder: Folder,
    name: Name,
    set_: Annotated[Texts, typer.Option("--set", help="KEY=VALUE, exact: 4/3, pi/4, 1e3, oo.")] = None,
    digits: Annotated[int | None, typer.Option("--digits", min=1, help="Significant digits (default 15).")] = None,
    as_json: AsJson = False,
) -> int:
    """A declared quantity at numbers, right to every digit that is printed."""
    from cascade_sym.cli.values import settings
    from cascade_sym.paper.declared import evaluate_declared

    found = evaluate_declared(loaded(folder).model, name, settings(set_ or []), digits or 15)
    if as_json:
        value: Any = found.text if digits else float(found.text)
        # a JSON number is the nearest double: half a unit in its last place comes on top
        error = found.error if digits else nextafter(found.error + abs(float(found.text)) * 2.0**-53, inf)
        given = {k: str(v) for k, v in found.parameters.items()}
        print(json.dumps({"name": name, "value": value, "error": error, "digits": found.digits, "parameters": given}))
    else:
        print(found.text)
    return 0


def scaling(
    folder: Folder,
    name: Name,
    large: Annotated[str, typer.Option("--large", help="The parameter that grows (or falls, with --limit 0).")],
    over: Annotated[str, typer.Option("--over", help="Parameters to optimise, as C_M,theta_S,theta_M.")] = "",
    equal: Annotated[
        Texts, typer.Option("--equal", help="Parameters kept equal, as theta_S,theta_M (repeatable).")
    ] = None,
    set_: Annotated[
        Texts, typer.Option("--set", help="KEY=VALUE, exact: 4/3, pi/4, oo; the others stay symbolic.")
    ] = None,
    limit: Annotated[str, typer.Option("--limit", help="What --large tends to: oo or 0.")] = "oo",
    terms: Annotated[int, typer.Option("--terms", min=1, max=2, help="1: leading order only; 2: the next one.")] = 2,
    as_json: AsJson = False,
) -> int:
    """Minimise NAME over parameters as another one grows: exponent, exact prefactor, optimum, certificate."""
    from cascade_sym.cli.tables import scaling_table
    from cascade_sym.cli.values import names, settings
    from cascade_sym.formula import parse_value
    from cascade_sym.paper.declared import scale_declared

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
    output: Annotated[Path, typer.Option("-o", "--output", help="The netCDF file to write.")],
    grid: Annotated[Texts, typer.Option("--grid", help="KEY=FROM:TO:COUNT[:log] or KEY=A,B,C (repeatable).")] = None,
    optimise: Annotated[str, typer.Option("--optimise", help="Parameters, as C_M,theta_S or C_M=1e-2:1e4.")] = "",
    equal: Annotated[Texts, typer.Option("--equal", help="Kept equal, as theta_S,theta_M (repeatable).")] = None,
    set_: Annotated[Texts, typer.Option("--set", help="KEY=VALUE: 4/3, pi/4, 1e3.")] = None,
    also: Annotated[str, typer.Option("--also", help="Further quantities at the same points, as R,gamma_M.")] = "",
    maximise: Annotated[bool, typer.Option("--maximise", help="The largest value instead of the least.")] = False,
    unstable: Annotated[str, typer.Option("--unstable", help="nan (with a warning that counts) or raise.")] = "nan",
    guaranteed: Annotated[
        bool, typer.Option("--guaranteed", help="Values right to 1e-13 relative, with bounds on their errors.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes; -1 for all cores.")] = 1,
) -> int:
    """NAME of FOLDER over a grid, minimised over --optimise at every point, into a netCDF file.

    Interrupted, it goes on where it was when it is called again: finished pieces are kept beside the file.
    """
    import warnings

    from cascade_sym.cli.values import free_parameters, grids, names, settings
    from cascade_sym.paper.declared import sweep_declared
    from cascade_sym.sweeps.space import read_grid
    from cascade_sym.sweeps.work import pieces, write

    axes = grids(grid or [])
    if not axes and not optimise:
        raise ParameterError("nothing to sweep or to optimise; add --grid KEY=FROM:TO:COUNT or --optimise NAMES.")
    if jobs == 0:
        raise ParameterError("--jobs is 0; give a number of processes, or -1 for all cores.")
    model = loaded(folder).model
    kept = output.with_name(output.name + ".part")
    steps = pieces(read_grid(axes)) + 1 if optimise else 1
    caught = warnings.catch_warnings(record=True)
    with _told_how_to_go_on(kept), progress(f"sweep {name}", steps) as tick, caught as told:
        warnings.simplefilter("always", RuntimeWarning)
        found = sweep_declared(
            model, name, axes, settings(set_ or []), optimise=free_parameters(optimise),
            equal=[names(g) for g in equal or []], also=names(also), maximise=maximise, unstable=unstable,
            precision="guaranteed" if guaranteed else "double", n_jobs=jobs,
            checkpoint=kept, progress=tick,
        )  # fmt: skip
        write(found, output)
    for w in told:
        print(f"warning: {w.message}", file=sys.stderr)
    if check := found.attrs.get("optimum_check"):
        print(f"optimum: {check}", file=sys.stderr)
    say_written([output])
    return 0


@contextmanager
def _told_how_to_go_on(kept: Path) -> Iterator[None]:
    """Exit code 130 when interrupted, as shells have it."""
    try:
        yield
    except KeyboardInterrupt:
        if kept.is_file():
            print(f"interrupted; {kept} holds what is finished: the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None


def code(
    folder: Folder,
    name: Name,
    language: Annotated[str, typer.Option("--language", "-l", help="python, c, julia or mathematica.")] = "python",
    output: Output = None,
) -> int:
    """Print a declared quantity as a function in Python, C, Julia or Mathematica."""
    from cascade_sym.evaluate.source.code import code as source_of

    put(output, source_of(loaded(folder).model.declared(name).make(), language))
    return 0
