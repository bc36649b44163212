"""What a notebook takes: its tagged parameters cell, read without running it.

A parameter is an assignment; its annotation says the type, its trailing
comment is the help text. What is given from outside (words of a command line,
a YAML file, Python values) is converted by the annotation, so that
`category: str` keeps "007" a text.

papermill's own inspection is a regular expression per line and overlooks
annotations such as `int | None`; here Python's parser reads the cell.
"""

import ast
import io
import tokenize
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from workbench.errors import NotebookError


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    type : the annotation as written, or that of the default value; "" where neither says it
    default : the expression as written
    help : the trailing comment
    """

    name: str
    type: str
    default: str
    help: str = ""


class Misfit(ValueError):
    """A value that is not of the type asked for; the message ends the sentence "days takes …"."""


def read_cell(source: str) -> tuple[Parameter, ...]:
    """The parameters that a cell assigns, in their order.

    Raises
    ------
    SyntaxError
        The cell is not plain Python.
    """
    comments = _comments(source)
    return tuple(
        Parameter(name=name, type=annotation, default=ast.unparse(value), help=_help(node, comments))
        for node in ast.parse(source).body
        for name, annotation, value in _assignments(node)
    )


def _assignments(node: ast.stmt) -> Iterable[tuple[str, str, ast.expr]]:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            yield name, _written(annotation), value
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, _type_of(value), value


def _written(annotation: ast.expr) -> str:
    # In quotes where the cell must not depend on an import: "Path", "date | None".
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


def _type_of(value: ast.expr) -> str:
    try:
        known = ast.literal_eval(value)
    except ValueError:
        return ""
    return "" if known is None else type(known).__name__


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").rstrip() for token in tokens if token.type == tokenize.COMMENT}


def _help(node: ast.stmt, comments: Mapping[int, str]) -> str:
    # A value of several lines has its comment behind the first or the last.
    return comments.get(node.lineno) or comments.get(node.end_lineno or node.lineno, "")


def read_file(path: Path) -> dict[str, Any]:  # Any: a YAML value is a text, a list or a mapping
    """Parameters from a YAML file, its scalars as the texts that are written there.

    They are converted by the notebook's annotations later: `category: 007` stays "007".

    Raises
    ------
    NotebookError
        The file cannot be read, is not YAML, or is not a mapping.
    """
    try:
        content = YAML(typ="base", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotebookError(f"the parameter file {path} cannot be read: {error.strerror}") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise NotebookError(f"the parameter file {path} is not YAML: {' '.join(str(error).split())}") from error
    if content in (None, ""):
        return {}
    if not isinstance(content, dict):
        raise NotebookError(f"the parameter file {path} must hold lines such as 'days: 7'")
    return {str(name): value for name, value in content.items()}


def convert(value: Any, annotation: str) -> Any:  # Any: from outside in, whatever the annotation says out
    """`value` as `annotation` wants it, made of what JSON holds.

    Raises
    ------
    Misfit
        It cannot be had without guessing.
    """
    return _convert(value, ast.parse(annotation or "Any", mode="eval").body)


def _convert(value: Any, wanted: ast.expr) -> Any:
    match wanted:
        case ast.Constant(value=None):
            return _nothing(value)
        case ast.Constant(value=str(quoted)):
            return convert(value, quoted)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _SIMPLE.get(name, _anything)(value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _first_that_fits(value, (left, right))
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
            arguments = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            return _convert_generic(value, name, arguments)
    return _anything(value)


def _convert_generic(value: Any, name: str, arguments: list[ast.expr]) -> Any:
    match name:
        case "Optional":
            return _first_that_fits(value, (*arguments, ast.Constant(value=None)))
        case "Union":
            return _first_that_fits(value, arguments)
        case "Literal":
            return _one_of(value, [ast.literal_eval(argument) for argument in arguments])
        case "dict" | "Dict" | "Mapping":
            return {_text(key): _convert(item, arguments[-1]) for key, item in _mapping(value, typ="base").items()}
        case "list" | "List" | "Sequence" | "tuple" | "Tuple" | "set" | "Set":
            return [_convert(item, arguments[0]) for item in _list(value, typ="base")]
    return _anything(value)


def _first_that_fits(value: Any, choices: Iterable[ast.expr]) -> Any:
    # None first: every text would also fit `str`, and `null` is how one says "nothing".
    choices = sorted(choices, key=lambda choice: not (isinstance(choice, ast.Constant) and choice.value is None))
    misfits = []
    for choice in choices:
        try:
            return _convert(value, choice)
        except Misfit as misfit:
            misfits.append(str(misfit))
    raise Misfit(" or ".join(misfits))


def _one_of(value: Any, allowed: list[Any]) -> Any:
    for choice in allowed:
        if value == choice or (isinstance(value, str) and value == str(choice)):
            return choice
    names = [str(choice) for choice in allowed]
    close = get_close_matches(str(value), names, n=1)
    raise Misfit(f"one of {', '.join(names)}" + (f" (did you mean '{close[0]}'?)" if close else ""))


def _nothing(value: Any) -> None:
    if value not in (None, "", "null", "None", "~"):
        raise Misfit("null")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Misfit("a text (in YAML and Python: in quotes)")
    return value


def _path(value: Any) -> str:
    # papermill writes parameters as JSON and Python literals: a path travels as its text.
    if not isinstance(value, str | Path) or not str(value):
        raise Misfit("a path")
    # What a caller gives is relative to where the caller stands; defaults are the notebook's own affair.
    return str(Path(value).expanduser().absolute())


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(_text(value))
    except ValueError:
        raise Misfit("a whole number, e.g. 7") from None


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        return float(_text(value))
    except ValueError:
        raise Misfit("a number, e.g. 0.5") from None


_TRUTHS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    truth = _TRUTHS.get(value.lower()) if isinstance(value, str) else None
    if truth is None:
        raise Misfit("true or false")
    return truth


def _moment(kind: type[date]) -> Callable[[Any], str]:
    def moment(value: Any) -> str:
        try:
            return (value if isinstance(value, kind) else kind.fromisoformat(_text(value))).isoformat()
        except ValueError:
            raise Misfit(f"a {kind.__name__}, e.g. 2026-01-31") from None

    return moment


def _list(value: Any, *, typ: str = "safe") -> list[Any]:
    value = _from_yaml(value, typ=typ) if isinstance(value, str) else value
    if not isinstance(value, list | tuple):
        raise Misfit("a list, e.g. '[a, b]'")
    return list(value)


def _mapping(value: Any, *, typ: str = "safe") -> dict[Any, Any]:
    value = _from_yaml(value, typ=typ) if isinstance(value, str) else value
    if not isinstance(value, Mapping):
        raise Misfit("a mapping, e.g. '{a: 1}'")
    return dict(value)


def _anything(value: Any) -> Any:
    """A text as YAML reads it, a container with its members so; what JSON does not hold stays the text."""
    if isinstance(value, str):
        read = _from_yaml(value, typ="safe")
        return read if isinstance(read, str | int | float | list | dict | None) else value
    if isinstance(value, list | tuple):
        return [_anything(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _anything(item) for key, item in value.items()}
    if isinstance(value, int | float | None):
        return value
    return str(value)


def _from_yaml(text: str, *, typ: str) -> Any:
    try:
        return YAML(typ=typ, pure=True).load(text)
    except YAMLError:
        return text


_SIMPLE: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "Path": _path,
    "int": _whole,
    "float": _number,
    "bool": _truth,
    "date": _moment(date),
    "datetime": _moment(datetime),
    "None": _nothing,
    **dict.fromkeys(("list", "List", "Sequence", "tuple", "set"), lambda value: _anything(_list(value))),
    **dict.fromkeys(("dict", "Dict", "Mapping"), lambda value: _anything(_mapping(value))),
}
