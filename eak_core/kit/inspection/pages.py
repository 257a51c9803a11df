"""What Jinja would find wrong in a plugin's templates, before anybody opens the page: syntax, and
the names of filters, tests, functions, templates and macros."""

import ast
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, TemplateNotFound, TemplateSyntaxError, meta, nodes

from eak_core.app import create_app
from eak_core.config import load
from eak_core.kit.authoring.finding import Found
from eak_core.kit.reference.templates import values
from eak_core.web.theme_templates import add_template_folder

#: Names that Jinja gives where they are used.
_JINJA = frozenset({"caller", "loop", "self", "super", "varargs", "kwargs"})


def template_faults(plugin: Found) -> list[str]:
    """A sentence, with file and line, for each thing in the templates of ``plugin`` that cannot be
    compiled or names what there is not."""
    folder = plugin.package / "templates" if plugin.package is not None else None
    if folder is None or not folder.is_dir():
        return []
    with TemporaryDirectory() as instance:
        app = create_app(load(Path(instance)), plugins=())
    add_template_folder(app, folder)
    known = {*app.jinja_env.globals, *(entry.name for entry in values(app)), *_JINJA}
    known |= {word for file in plugin.files for word in _words(file)}
    known |= set(_passed_on(app.jinja_env, folder))
    return [
        f"{file.relative_to(plugin.root).as_posix()}:{line} {said}"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for line, said in _faults(app.jinja_env, file, known)
    ]


def _passed_on(env: Environment, folder: Path) -> Iterator[str]:
    """What the templates that include others have, since what is included has it too."""
    for file in folder.rglob("*.html"):
        try:
            tree = env.parse(file.read_text(encoding="utf-8"))
        except (TemplateSyntaxError, UnicodeDecodeError):
            continue  # told of where it stands
        if tree.find(nodes.Include) is not None:
            yield from _made(tree)


def _words(file: Path) -> Iterator[str]:
    """Every name and text in a module: what a view may give to a template is among them."""
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError:
        return  # told of elsewhere
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _faults(env: Environment, file: Path, known: set[str]) -> Iterator[tuple[int, str]]:
    try:
        source = file.read_text(encoding="utf-8")
        tree = env.parse(source)
    except UnicodeDecodeError:
        yield 1, "is not UTF-8."
        return
    except TemplateSyntaxError as error:
        yield error.lineno, f"is no template: {error.message}"
        return
    found = [
        *_unknown(tree, nodes.Filter, "filter", env.filters),
        *_unknown(tree, nodes.Test, "test", env.tests),
        *_imports(env, tree),
    ]
    yield from found
    if found:
        return
    try:
        env.compile(source, filename=str(file))
    except TemplateSyntaxError as error:
        yield error.lineno, f"cannot be compiled: {error.message}"
    else:
        yield from _functions(tree, known)


def _unknown(
    tree: nodes.Template, kind: type[nodes.Filter | nodes.Test], what: str, known: Iterable[str]
) -> Iterator[tuple[int, str]]:
    for node in tree.find_all(kind):
        if node.name not in known:
            yield (
                node.lineno,
                f"uses the {what} “{node.name}”, which there is not{_near(node.name, known)}",
            )


def _functions(tree: nodes.Template, known: set[str]) -> Iterator[tuple[int, str]]:
    # Jinja's list has what stands at the top of a template, which its blocks know.
    given = meta.find_undeclared_variables(tree) - _made(tree)
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in given and name not in known:
            said = f"calls “{name}”, which neither the platform nor the plugin names"
            yield call.lineno, f"{said}{_near(name, known)}"


def _imports(env: Environment, tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """The templates that are extended, included and imported, and the macros taken from them."""
    modules: dict[str, tuple[str, set[str]]] = {}
    naming: Iterator[nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport] = (
        tree.find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport))
    )
    for node in naming:
        path = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(path, str) or getattr(node, "ignore_missing", False):
            continue  # which one is settled when the page is shown
        names = _defined(env, path)
        if names is None:
            yield node.lineno, f"names the template “{path}”, which there is not."
        elif isinstance(node, nodes.Import):
            modules[node.target] = (path, names)
        elif isinstance(node, nodes.FromImport):
            for each in node.names:
                name = each if isinstance(each, str) else each[0]
                if name not in names:
                    yield node.lineno, _no_macro(path, name, names)
    for attribute in tree.find_all(nodes.Getattr):
        source = attribute.node.name if isinstance(attribute.node, nodes.Name) else ""
        if source in modules and attribute.attr not in modules[source][1]:
            path, names = modules[source]
            yield attribute.lineno, _no_macro(path, attribute.attr, names)


def _defined(env: Environment, path: str) -> set[str] | None:
    """What another template can import from the one at ``path``; None where there is none."""
    assert env.loader is not None
    try:
        tree = env.parse(env.loader.get_source(env, path)[0])
    except TemplateNotFound:
        return None
    except TemplateSyntaxError:
        return set()  # told of where it stands
    return _made(tree)


def _made(tree: nodes.Template) -> set[str]:
    """The names that a template gives to macros, values and what it imports."""
    made = {node.name for node in tree.find_all(nodes.Macro)}
    made |= {node.name for node in tree.find_all(nodes.Name) if node.ctx in {"store", "param"}}
    made |= {node.target for node in tree.find_all(nodes.Import)}
    for node in tree.find_all(nodes.FromImport):
        made |= {each if isinstance(each, str) else each[1] for each in node.names}
    return made


def _no_macro(path: str, name: str, names: Iterable[str]) -> str:
    return f"takes “{name}” from “{path}”, which has no such macro{_near(name, names)}"


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), 1)
    return f"; is “{near[0]}” meant?" if near else "."
