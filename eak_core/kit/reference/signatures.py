"""How a name is written, read from its source: there stands what its author wrote, whatever the
version of Python."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from eak_core.kit.reference.entries import WIDEST

#: What the core calls otherwise than its public face does.
CALLED = {"orm.Session": "Session", "Base": "Model"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def of_function(function: Any, name: str = "", widest: int = WIDEST) -> str:
    """``publish(session: Session, event: Event, …) -> None``, without ``self`` and ``cls``, nor
    what Jinja gives to a function that asks for it; on one line where it is not longer than
    ``widest``."""
    node = _node(function)
    assert isinstance(node, Function)
    own = [each for each in parameters(node.args) if each not in {"self", "cls"}]
    if hasattr(function, "jinja_pass_arg"):
        own = own[1:]
    answer = f" -> {_annotation(node.returns)}" if node.returns else ""
    return _written(name or node.name, own, answer, widest)


def of_class(cls: type) -> str:
    """How an instance is made, as far as that is for readers of the reference to do."""
    fields = _fields(cls)
    if fields is not None:
        return _written(cls.__name__, fields, "")
    for base in cls.__mro__:
        made = vars(base).get("__init__")
        if base.__module__.startswith("eak_core") and inspect.isfunction(made):
            node = _node(made)
            assert isinstance(node, Function)
            return _written(cls.__name__, parameters(node.args)[1:], "")
    bases = ", ".join(base.__name__ for base in cls.__bases__ if base is not object)
    return f"class {cls.__name__}({bases})" if bases else f"class {cls.__name__}"


def parameters(arguments: ast.arguments) -> list[str]:
    """Each parameter with its type and default, and the ``*`` before those that are named. Left out
    is what is named with an underscore at its front: the platform gives that to itself."""
    named = {
        each: default
        for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if not each.arg.startswith("_")
    }
    positional = [*arguments.posonlyargs, *arguments.args]
    none = [None] * (len(positional) - len(arguments.defaults))
    found = list(map(_parameter, positional, [*none, *arguments.defaults]))
    if arguments.posonlyargs:
        found.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        found.append(f"*{_parameter(arguments.vararg, None)}")
    elif named:
        found.append("*")
    found += map(_parameter, named.keys(), named.values())
    if arguments.kwarg:
        found.append(f"**{_parameter(arguments.kwarg, None)}")
    return found


def names_of_parameters(function: Any) -> list[str]:
    """The names alone, without ``self`` and ``cls``."""
    node = _node(function)
    assert isinstance(node, Function)
    listed = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return [each.arg for each in listed if each.arg not in {"self", "cls"}]


def columns(model: type) -> Iterator[tuple[str, str]]:
    """The attributes of a table's class with their types, as they are declared."""
    node = _node(model)
    assert isinstance(node, ast.ClassDef)
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            kind = each.annotation
            if isinstance(kind, ast.Subscript) and ast.unparse(kind.value) == "Mapped":
                yield each.target.id, _annotation(kind.slice)


def origin(module: ModuleType, name: str) -> tuple[ModuleType, str]:
    """The module of the platform that gives ``name`` its meaning, which ``module`` passes on, and
    what it is called there."""
    while (further := _imports(module).get(name)) and further[0].startswith("eak_core"):
        module, name = import_module(further[0]), further[1]
    return module, name


@cache
def _imports(module: ModuleType) -> dict[str, tuple[str, str]]:
    """Where a module has its names from: for each, the module and the name it has there."""
    found: dict[str, tuple[str, str]] = {}
    body = ast.parse(inspect.getsource(module)).body
    # What is only named for the types stands one step below.
    below = [node for each in body if isinstance(each, ast.If) for node in each.body]
    for node in [*body, *below]:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if alias.name == "*":
                    named = import_module(node.module).__all__
                    found |= {name: (node.module, name) for name in named}
                else:
                    found[alias.asname or alias.name] = node.module, alias.name
    return found


def constant(module: ModuleType, name: str) -> tuple[str, str]:
    """The line that gives ``name`` its value, and what is said of it: in a string below the line,
    or in ``#:`` comments above it. LookupError where it gets no value there."""
    source = inspect.getsource(module)
    body = ast.parse(source).body
    for node, below in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [name]:
            said = below.value if isinstance(below, ast.Expr) else None
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                return ast.unparse(node), inspect.cleandoc(said.value)
            return ast.unparse(node), _comment_above(source.splitlines(), node.lineno)
    raise LookupError(f"{module.__name__} gives {name} no value")


def _comment_above(lines: list[str], number: int) -> str:
    found: list[str] = []
    for line in reversed(lines[: number - 1]):
        if not line.startswith("#:"):
            break
        found.insert(0, line[2:].strip())
    return "\n".join(found)


@cache
def _node(of: Any) -> ast.stmt:
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(of)))).body[0]


def _fields(cls: type) -> list[str] | None:
    """The fields of a dataclass or an event, in the order in which they are given."""
    if not (hasattr(cls, "__dataclass_fields__") or hasattr(cls, "__struct_fields__")):
        return None
    node = _node(cls)
    assert isinstance(node, ast.ClassDef)
    named = ["*"] if hasattr(cls, "__event__") else []
    for each in node.body:
        if not isinstance(each, ast.AnnAssign) or "ClassVar" in ast.unparse(each.annotation):
            continue
        value = ast.unparse(each.value) if each.value else ""
        if "init=False" in value:
            continue
        if value.startswith("field(default_factory="):
            value = value.removeprefix("field(default_factory=").partition(",")[0].rstrip(")")
            value = {"dict": "{}", "list": "[]"}.get(value, f"{value}()")
        default = f" = {value}" if value else ""
        named.append(f"{ast.unparse(each.target)}: {_annotation(each.annotation)}{default}")
    return [] if named == ["*"] else named


def _parameter(argument: ast.arg, default: ast.expr | None) -> str:
    kind = f": {_annotation(argument.annotation)}" if argument.annotation else ""
    value = f" = {ast.unparse(default)}" if default else ""
    return f"{argument.arg}{kind}{value}"


def _annotation(node: ast.expr) -> str:
    """A type as its author wrote it, by its public name, without the quotes around one that is
    known later."""
    quoted = isinstance(node, ast.Constant) and isinstance(node.value, str)
    text = str(ast.literal_eval(node)) if quoted else ast.unparse(node)
    for inside, public in CALLED.items():
        text = re.sub(rf"\b{re.escape(inside)}\b", public, text)
    return text


def _written(name: str, parts: list[str], answer: str, widest: int = WIDEST) -> str:
    line = f"{name}({', '.join(parts)}){answer}"
    if len(line) <= widest or len(parts) < 2:
        return line
    inner = "".join(f"    {part},\n" for part in parts)
    return f"{name}(\n{inner}){answer}"
