"""Which notebooks there are, and whether parameters fit them.

Files are read as JSON, without nbformat: listing them must not cost seconds.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.errors import NotebookError, UnknownName
from workbench.notebooks.parameters import Misfit, Parameter, convert, read_cell


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """A notebook that can be run.

    Parameters
    ----------
    name : the file's name without its ending, e.g. "01_pipeline"
    title : its first heading; the name where there is none
    """

    name: str
    path: Path
    title: str
    parameters: tuple[Parameter, ...]


def available(folder: Path) -> tuple[Notebook, ...]:
    """The notebooks of a folder by name; none where the folder is missing."""
    return tuple(_read(path) for path in _files(folder))


def find(folder: Path, name: str) -> Notebook:
    """A notebook by its name, its number, the words after the number, or its path.

    "01_pipeline", "01", "pipeline", "01_pipeline.ipynb" and "notebooks/01_pipeline.ipynb" all
    find the same one.

    Raises
    ------
    UnknownName
        None of the folder is called so.
    NotebookError
        Several are, or the file is not a notebook.
    """
    path = Path(name).expanduser()
    if path.suffix == ".ipynb" and path.is_file():
        return _read(path.absolute())
    if os.sep in name:
        raise NotebookError(f"there is no notebook {path.absolute()}")
    wanted = name.removesuffix(".ipynb")
    files = _files(folder)
    found = [file for file in files if file.stem == wanted] or [file for file in files if wanted in _short_names(file)]
    if not found:
        raise _unknown(name, files, folder)
    if len(found) > 1:
        raise NotebookError(f"'{name}' could be {' or '.join(file.stem for file in found)}; give the whole name")
    return _read(found[0])


def check(notebook: Notebook, given: Mapping[str, Any]) -> dict[str, Any]:  # Any: texts, numbers, lists as given
    """The parameters as the notebook's annotations want them, ready for `execute`.

    Paths and dates come back as texts, since papermill hands on what JSON holds;
    paths are made absolute from the caller's directory.

    Raises
    ------
    UnknownName
        The notebook takes no such parameter.
    NotebookError
        A value is not of the type asked for.
    """
    known = {parameter.name: parameter for parameter in notebook.parameters}
    checked = {}
    for name, value in given.items():
        if name not in known:
            raise UnknownName("parameter", name, known=known, where=notebook.path.name)
        try:
            checked[name] = convert(value, known[name].type)
        except Misfit as misfit:
            raise NotebookError(
                f"the parameter '{name}' of {notebook.path.name} takes {misfit}; given was {value!r}"
            ) from misfit
    return checked


def _files(folder: Path) -> list[Path]:
    return sorted(path.absolute() for path in folder.glob("*.ipynb") if not path.name.startswith("."))


def _short_names(file: Path) -> set[str]:
    number, _, words = file.stem.partition("_")
    return {number, words} - {""} if number.isdigit() else set()


def _unknown(name: str, files: list[Path], folder: Path) -> UnknownName:
    """Words after the number are compared too: "pipelin" is nearer to "pipeline" than to "01_pipeline"."""
    names = {file.stem for file in files}.union(*map(_short_names, files))
    error = UnknownName("notebook", name, known=names, where=str(folder))
    if error.suggestion:
        return error
    return UnknownName("notebook", name, known={file.stem for file in files}, where=str(folder))


def _read(path: Path) -> Notebook:
    try:
        cells = [_Cell.of(cell) for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]
        source = next((cell.source for cell in cells if "parameters" in cell.tags), "")
        parameters = read_cell(source)
    except OSError as error:
        raise NotebookError(f"the notebook {path} cannot be read: {error.strerror}") from error
    except SyntaxError as error:
        raise NotebookError(f"the parameters cell of {path} is not plain Python: {error.msg}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{path} is not a notebook of format 4") from error
    return Notebook(name=path.stem, path=path, title=_title(cells) or path.stem, parameters=parameters)


@dataclass(frozen=True, kw_only=True)
class _Cell:
    kind: str
    source: str
    tags: frozenset[str]

    @classmethod
    def of(cls, cell: Mapping[str, Any]) -> "_Cell":  # Any: JSON
        source = cell["source"]
        return cls(
            kind=cell["cell_type"],
            source=source if isinstance(source, str) else "".join(source),
            tags=frozenset(cell.get("metadata", {}).get("tags", ())),
        )


def _title(cells: list[_Cell]) -> str:
    lines = (line for cell in cells if cell.kind == "markdown" for line in cell.source.splitlines())
    return next((line.lstrip("# ").strip() for line in lines if line.startswith("#")), "")
