"""What can be read of a plugin without running it: imports, templates, inline code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import flask_bootstrap

from eak_core.kit.authoring.finding import Found
from eak_core.kit.reference.styles import FOLDER, styled

API = "eak_core.api"
#: Pure, and so imported where it is used: who checks a log elsewhere needs no site.
PURE = "eak_core.transparency"

_INLINE = (
    (re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE), "an inline script"),
    (re.compile(r"<style\b", re.IGNORECASE), "an inline style"),
    (re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE), "a style attribute"),
    (re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE), "a script attribute"),
    (re.compile(r"\b(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']+\.(?:js|css|woff2?)\b"),
     "a file of another site"),
)  # fmt: skip
_ATTRIBUTE = re.compile(r'\bclass="([^"]*)"')
_JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def forbidden_imports(plugin: Found) -> list[str]:
    """A sentence for each import of the core that is neither `eak_core.api` nor pure, or of another
    plugin."""
    found = []
    own = plugin.module.partition(".")[0]
    for file in plugin.files:
        place = file.relative_to(plugin.root).as_posix()
        try:
            tree = ast.parse(file.read_text(encoding="utf-8"))
        except SyntaxError as error:
            found.append(f"{place}:{error.lineno} is not Python: {error.msg}.")
            continue
        for line, module in _imports(tree):
            problem = _problem(own, module)
            if problem:
                found.append(f"{place}:{line} imports {module}: {problem}")
    return found


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from eak_core import api` imports eak_core.api, whatever else it imports.
            names = [f"eak_core.{alias.name}" for alias in node.names]
            for name in names if node.module == "eak_core" else [node.module]:
                yield node.lineno, name


def _problem(package: str, module: str) -> str | None:
    first = module.partition(".")[0]
    if first == package or not first.startswith("eak_"):
        return None
    if module in (API, PURE) or module.startswith(f"{PURE}."):
        return None
    if first != "eak_core":
        return "plugins meet through events and hooks, and do not import each other."
    return f"take it from {API}, which is all that keeps its meaning."


def template_problems(package: Path, name: str) -> list[str]:
    """A sentence for each template outside ``templates/<name>/``, where it could meet another's."""
    folder = package / "templates"
    return [
        f"{_place(package, file)} must be in templates/{name}/: templates of all plugins share one"
        " space of names."
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.relative_to(folder).parts[0] != name
    ]


def inline_code(package: Path) -> list[str]:
    """A sentence for each inline style or script in a template."""
    found = []
    for file in sorted((package / "templates").rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        for pattern, what in _INLINE:
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(
                    f"{_place(package, file)}:{line} has {what}: the security policy blocks it;"
                    " put it into a file of static/ and link that with `plugin_static`."
                )
    return found


def left_out_classes(package: Path) -> list[str]:
    """A sentence for each class of Bootstrap in a template that pages do not get: they are served a
    cut of it (``hatch_build.py``). What the plugin's own style sheets say something of is its own.
    """
    served = set().union(*map(styled, (*FOLDER.glob("*.css"), *package.rglob("static/**/*.css"))))
    whole = Path(flask_bootstrap.__file__).parent / "static/bootstrap5/css/bootstrap.min.css"
    left_out = styled(whole) - served
    return [
        f"{_place(package, file)}:{line} has the class “{name}” of Bootstrap, which pages do not"
        " get: take one that they get (docs/plugins/reference/styles.md), or write your own in"
        " static/."
        for file in sorted((package / "templates").rglob("*.html"))
        for line, name in _classes(file.read_text(encoding="utf-8"))
        if name in left_out
    ]


def _classes(template: str) -> Iterator[tuple[int, str]]:
    for match in _ATTRIBUTE.finditer(template):
        line = template.count("\n", 0, match.start()) + 1
        yield from ((line, name) for name in _JINJA.sub(" ", match[1]).split())


def _place(package: Path, file: Path) -> str:
    return file.relative_to(package.parent).as_posix()
