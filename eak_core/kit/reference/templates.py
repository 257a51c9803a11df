"""What templates have: the page around, macros, filters, functions and values."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from jinja2 import Environment, nodes

from eak_core.app import create_app
from eak_core.config import load
from eak_core.kit.reference import signatures
from eak_core.kit.reference.described import of_function
from eak_core.kit.reference.entries import Entry, Part, Section, markdown, sentence

FOLDER = Path(__file__).resolve().parents[2] / "templates"

_COMMENT = r"\{#-?((?:(?!#\}).)*?)-?#\}\s*"
_FIRST = re.compile(_COMMENT, re.DOTALL)
_MACRO = re.compile(rf"(?:{_COMMENT})?\{{%-?\s*macro (\w+)\((.*?)\)\s*-?%\}}", re.DOTALL)
_VALUE = re.compile(r"^``(\w+)``: (.*?)(?=\n``\w+``: |\Z)", re.DOTALL | re.MULTILINE)

_TEXT = """
Templates of a plugin stand in `templates/<name>/` of its package and are named with that folder:
`render("thanks/index.html", …)`. Everything they print is escaped; only `Markup` passes as it is.
Beside what follows they have Flask's `url_for`, `g`, `request` and `get_flashed_messages`,
`csrf_token`, and `_` and `ngettext` of [Words and time](api.md#words-and-time). A plugin adds none
of these of its own: what it would add stood in every page, also where it is off.
"""


def templates() -> Part:
    """The reference of what templates may use."""
    app = bare_application()
    sections = [
        Section("The page around", [layout("layout.html")]),
        *(
            Section(f"Macros of `macros/{file.name}`", *macros(file))
            for file in sorted((FOLDER / "macros").glob("*.html"))
        ),
        Section(
            "Filters",
            [_filter(name, each) for name, each in own(app.jinja_env.filters)],
            "`{{ idea.submitted_at|date }}`. Instants are aware and shown as clocks in Paris do.",
        ),
        Section("Functions", [of_function(*each) for each in own(app.jinja_env.globals)]),
        Section("Values", sorted(values(app), key=lambda entry: entry.name)),
    ]
    return Part("templates", "Templates", _TEXT, sections)


def bare_application() -> Flask:
    """The core without a plugin, and without having asked a database anything."""
    with TemporaryDirectory() as folder:
        return create_app(load(Path(folder)), plugins=())


def own(names: Mapping[str, Any]) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Those of Jinja's filters or globals that are the platform's, by name."""
    for name, value in sorted(names.items()):
        if name.startswith("_"):
            continue
        if callable(value) and getattr(value, "__module__", "").startswith("eak_core"):
            yield name, value


def _filter(name: str, function: Callable[..., Any]) -> Entry:
    said = markdown(inspect.getdoc(function) or "")
    first, *more = signatures.names_of_parameters(function)
    given = f"({', '.join(more)})" if more else ""
    return Entry(name, said, f"{{{{ {first}|{name}{given} }}}}", "jinja")


def values(app: Flask) -> Iterator[Entry]:
    """What the core gives every template beside functions, as the docstrings of what gives it
    say."""
    for give in app.template_context_processors[None]:
        if give.__module__.startswith("eak_core"):
            for name, said in _VALUE.findall(inspect.getdoc(give) or ""):
                yield Entry(name, markdown(sentence(said)))


def layout(name: str) -> Entry:
    """A template that pages extend: what its first comment says, and its blocks."""
    source = (FOLDER / name).read_text(encoding="utf-8")
    said = _FIRST.match(source)
    blocks = [block.name for block in _tree(source).find_all(nodes.Block)]
    filled = "\n".join(f"{{% block {block} %}}…{{% endblock %}}" for block in blocks)
    text = _dedented(said[1]) if said else ""
    return Entry(name, text, f'{{% extends "{name}" %}}\n{filled}', "jinja")


def macros(file: Path) -> tuple[list[Entry], str]:
    """The macros of ``file`` that pages may call, and what its first comment says of all."""
    source = file.read_text(encoding="utf-8")
    called = {node.name: _around(node) for node in _tree(source).find_all(nodes.Macro)}
    found = [
        Entry(name, _dedented(said or ""), _call(name, arguments, called[name]), "jinja")
        for said, name, arguments in _MACRO.findall(source)
        if not name.startswith("_")
    ]
    first = _FIRST.match(source)
    return found, _dedented(first[1]) if first else ""


def _around(macro: nodes.Macro) -> bool:
    """Whether a macro shows what stands between ``{% call %}`` and ``{% endcall %}``."""
    return any(name.name == "caller" for name in macro.find_all(nodes.Name))


def _call(name: str, arguments: str, around: bool) -> str:
    if around:
        return f"{{% call {name}({arguments}) %}}…{{% endcall %}}"
    return f"{{{{ {name}({arguments}) }}}}"


def _tree(source: str) -> nodes.Template:
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)


def _dedented(comment: str) -> str:
    """A comment as Markdown; what is indented further than the rest is code."""
    lines = comment.strip("\n").rstrip().splitlines()
    text, code = [], []
    for line in [*lines, ""]:
        if line.startswith("      "):
            code.append(line[6:])
            continue
        if code:
            text.append("```jinja\n" + "\n".join(code).rstrip() + "\n```")
            code = []
        text.append(line.strip())
    return "\n".join(text).strip()
