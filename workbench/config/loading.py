"""Reading ``config/workbench.yaml`` and the environment; every mistake is named with its line."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from workbench.config.settings import SECRETS, Settings
from workbench.errors import ConfigError


def project_folder() -> Path:
    """The folder that holds config/, notebooks/ and dashboards/: from WORKBENCH_CONFIG, the checkout, or here."""
    if named := os.environ.get("WORKBENCH_CONFIG"):
        folder = Path(named).expanduser().absolute()
        if folder.name != "config" or not folder.is_dir():
            # Otherwise a slip of the pen would start a second, empty catalogue somewhere else.
            raise ConfigError(f"WORKBENCH_CONFIG must name a folder called config, but names {named}")
        return folder.parent
    checkout = Path(__file__).resolve().parent.parent.parent
    return checkout if (checkout / "config" / "workbench.yaml").is_file() else Path.cwd()


def load(folder: Path | None = None) -> Settings:
    """Read ``config/workbench.yaml`` and the environment.

    Parameters
    ----------
    folder : the project folder; found by `project_folder` when not given

    Raises
    ------
    ConfigError
        Something is wrong; the message lists every mistake with its line.
    """
    project = (folder or project_folder()).absolute()
    file = project / "config" / "workbench.yaml"
    _check_variables()
    tree = _read(file) if file.is_file() else CommentedMap()
    _check_names(file, tree)
    try:
        return Settings(**{**tree, "project": project})
    except SettingsError as error:
        raise ConfigError(_not_json(error)) from error
    except ValidationError as error:
        lines = "\n".join(f"  {_sentence(problem, file, tree)}" for problem in error.errors(include_url=False))
        raise ConfigError(f"the settings are wrong:\n{lines}") from error


def _read(file: Path) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"{file}, line {mark.line + 1 if mark else 1}: {error.problem}") from error
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ConfigError(f"{file} cannot be read: {' '.join(str(error).split())}") from error
    if tree is None:
        return CommentedMap()
    if not isinstance(tree, CommentedMap):
        raise ConfigError(f"{file}: expected settings as 'name: value'")
    return tree


def _check_variables() -> None:
    names = Settings.model_fields.keys() - {"project"}
    known = {f"WORKBENCH_{name.upper()}" for name in names} | Settings.other_variables
    for name in os.environ:
        if name.upper().startswith("WORKBENCH_") and name.split("__")[0] not in known:
            close = get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ConfigError(f"the environment holds {name}, which is no setting{hint}")


def _check_names(file: Path, tree: CommentedMap) -> None:
    for name in tree:
        where = f"{file}, line {_line(tree, [name])}"
        if name in SECRETS:
            raise ConfigError(f"{where}: '{name}' is a secret; set WORKBENCH_{name.upper()} in the environment")
        if not isinstance(name, str) or name == "project":
            raise ConfigError(f"{where}: no setting '{name}'")


def _not_json(error: SettingsError) -> str:
    # The only way to come here is a list or a group given as one variable.
    given = str(error).split('"')
    name = f"WORKBENCH_{given[1].upper()}" if len(given) > 1 else "a variable"
    variables = sorted(v for v in os.environ if v.startswith(name))
    return f'the environment ({", ".join(variables) or name}): a list is written as JSON, e.g. ["deu", "eng"]'


def _sentence(problem: Mapping[str, Any], file: Path, tree: CommentedMap) -> str:  # Any: pydantic's description
    place = [str(part) for part in problem["loc"]]
    name = ".".join(place)
    line = _line(tree, place)
    variable = f"WORKBENCH_{'__'.join(place).upper()}"
    is_from_file = line is not None and not os.environ.get(variable)
    where = f"{file}, line {line}" if is_from_file else f"the environment ({variable})"
    if problem["type"] == "extra_forbidden":
        close = get_close_matches(place[-1], _names(place[:-1]), n=1)
        return f"{where}: no setting '{name}'" + (f"; did you mean '{close[0]}'?" if close else "")
    if problem["type"] == "missing":
        return f"{where}: '{'.'.join(place[:-1])}' lacks '{place[-1]}'"
    if problem["type"] == "value_error":  # a sentence of ours
        return f"{where}: '{name}': {problem['ctx']['error']}"
    return f"{where}: '{name}': {problem['msg'][:1].lower()}{problem['msg'][1:]}, not {problem['input']!r}"


def _names(place: list[str]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in place:
        found = model.model_fields[part].annotation if part in model.model_fields else None
        # A group of named entries holds its model as the kind of its values.
        found = next((kind for kind in reversed(get_args(found)) if isinstance(kind, type)), found)
        model = found if isinstance(found, type) and issubclass(found, BaseModel) else model
    return list(model.model_fields)


def _line(tree: CommentedMap, place: list[str]) -> int | None:
    node: Any = tree  # Any: ruamel's nodes and plain values by turns
    line = None
    for part in place:
        if not isinstance(node, CommentedMap) or part not in node:
            break
        line = node.lc.key(part)[0] + 1
        node = node[part]
    return line
