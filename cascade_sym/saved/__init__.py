"""Results in files: JSON that people can read, with formulas in the toolkit's own language; nothing is ever evaluated.

A file is one object: `format` ("cascade_sym"), `version` (of the format, see `VERSION`), `toolkit` (what wrote it),
`value`, and `check`, the SHA-256 of the value as it is written (sorted, without spaces), by which damage is noticed; a
file that was edited on purpose loads without its `check`.

A value is a text, a whole number, true, false, null, a list (a tuple when loaded), or an object with one of the keys

- `formula`: an expression in the language of formulas; `complex` lists its complex symbols;
- `tree`: an expression that this can't say, as nested lists [head, argument, ...];
- `type` and `fields`: a value of the toolkit, as "room.Type", with the fields that are not at their defaults;
- `table` (names to values), `pairs` ([key, value] in order), `list`, `set`;
- `op`: a mode or field operator; `number` (a float), `array`, `matrix`, `ball`, `data` (a labelled dataset).

The checks of a derivation are programs and are not stored: a step that had one says so when it is asked.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cascade_sym.errors import CascadeError, NewerFormat, SavedFileError
from cascade_sym.files import write
from cascade_sym.saved.encoded import restored, stored

__all__ = ["VERSION", "load", "restored", "save", "stored"]

FORMAT = "cascade_sym"
VERSION = 1  # of the format; a file of a later one is refused
OLDER: dict[int, Callable[[Any], Any]] = {}  # what makes the value of version n one of version n + 1
_SHORT = re.compile(r'\{\n\s+("formula": "(?:[^"\\]|\\.)*")\n\s+\}')  # formulas on one line
MAX_BYTES = 500_000_000  # of a saved file, beyond which JSON no longer fits in memory


def save(result: Any, path: str | Path) -> None:
    """Write a result to a JSON file (see `cascade_sym.saved` for the format); it is whole or not there.

    Results are systems, parts, definitions, quantities, spectra, covariances, scalings, ledgers, evaluators, data of
    sweeps, and lists and tables of them. Raises SavedFileError for what can't be stored, such as a function, and
    CascadeError where the file can't be written.

    >>> import tempfile
    >>> from cascade_sym.parts import Cavity
    >>> with tempfile.TemporaryDirectory() as place:
    ...     save(Cavity("c", kappa="kappa").system(), place + "/x.json")
    ...     load(place + "/x.json").A[0, 0]
    -kappa/2
    """
    import cascade_sym

    try:
        value = stored(result)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        raise SavedFileError(f"a {type(result).__name__} so deep can't be stored; store its definitions.") from None
    head = {"format": FORMAT, "version": VERSION, "toolkit": cascade_sym.__version__, "check": _digest(text)}
    text = json.dumps({**head, "value": value}, indent=1, ensure_ascii=False)
    write(Path(path), _SHORT.sub(r"{\1}", text) + "\n")


def load(path: str | Path) -> Any:
    """The result that `save` wrote. Nothing in the file is run.

    Raises SavedFileError for a file that is missing, no ordinary file, damaged or not one of these, and NewerFormat for
    one of a newer version of the toolkit. Example: see `save`.

    >>> load("nowhere.json")
    Traceback (most recent call last):
    cascade_sym.errors.SavedFileError: nowhere.json does not exist; give a file that cascade_sym.save wrote.
    """
    document = _document(Path(path))
    version, value = document["version"], document["value"]
    if "check" in document:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        if document["check"] != _digest(text):
            raise SavedFileError(f"{path} is damaged: its content does not fit its check; save the result again, or "
                                 "remove the line of the check if you changed it on purpose.")  # fmt: skip
    for k in range(version, VERSION):
        if k not in OLDER:
            raise SavedFileError(f"{path} has version {k} of the format, which is no longer read; save it again with "
                                 f"the toolkit that wrote it ({document.get('toolkit')}) and a newer one.")  # fmt: skip
        value = OLDER[k](value)
    try:
        return restored(value)
    except SavedFileError as err:
        raise SavedFileError(f"{path} is damaged: {err}") from err
    except (CascadeError, RecursionError, TypeError, ValueError, KeyError, AttributeError, IndexError) as err:
        raise SavedFileError(f"{path} is damaged: {type(err).__name__}: {' '.join(str(err).split())}") from err


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _document(file: Path) -> dict[str, Any]:
    """The file's object, with its format and version checked."""
    try:
        if not file.exists():
            raise SavedFileError(f"{file} does not exist; give a file that cascade_sym.save wrote.")
        if not file.is_file():
            raise SavedFileError(f"{file} is no ordinary file; give a file that cascade_sym.save wrote.")
        if file.stat().st_size > MAX_BYTES:
            raise SavedFileError(f"{file} is larger than {MAX_BYTES} bytes and is not read.")
        text = file.read_bytes()
    except OSError as err:
        raise SavedFileError(f"can't read {file}: {err.strerror or err}.") from err
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise SavedFileError(f"{file} is damaged or no result of the toolkit: {err}.") from err
    if not isinstance(document, dict) or document.get("format") != FORMAT or "value" not in document:
        raise SavedFileError(f"{file} is no result of the toolkit; give a file that cascade_sym.save wrote.")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SavedFileError(f"{file} is damaged: its version is {version!r}.")
    if version > VERSION:
        raise NewerFormat(f"{file} has version {version} of the format; this toolkit reads up to {VERSION}: update it.")
    return document
