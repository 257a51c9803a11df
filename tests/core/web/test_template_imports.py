"""What a template asks of others, it uses: a macro that is asked for in vain hides who needs it."""

from collections import defaultdict
from pathlib import Path

from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[3]
FOLDERS = [ROOT / "eak_core/templates", *sorted(ROOT.glob("plugins/*/eak_*/templates"))]


def parsed() -> dict[str, nodes.Template]:
    """Every template by its name; the filters and tags of the site are not needed to read it."""
    env = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)
    return {
        file.relative_to(folder).as_posix(): env.parse(file.read_text(encoding="utf-8"))
        for folder in FOLDERS
        for file in sorted(folder.rglob("*.html"))
    }


def used(tree: nodes.Template) -> set[str]:
    return {each.name for each in tree.find_all(nodes.Name) if each.ctx == "load"}


def named(tree: nodes.Template, kind: type[nodes.Node]) -> set[str]:
    """The templates that ``tree`` includes or extends, as far as it names them."""
    return {
        each.value
        for node in tree.find_all(kind)
        for each in node.find_all(nodes.Const)
        if isinstance(each.value, str)
    }


def test_every_macro_that_a_template_imports_is_used() -> None:
    trees = parsed()
    # What is included, and what extends it, has the names of the template around.
    reach: dict[str, set[str]] = defaultdict(set)
    for name, tree in trees.items():
        reach[name] |= named(tree, nodes.Include)
        for base in named(tree, nodes.Extends):
            reach[base].add(name)
    in_vain = []
    for name, tree in trees.items():
        around, waiting = set(), [name]
        while waiting:
            each = waiting.pop()
            if each in trees and each not in around:
                around.add(each)
                waiting += reach[each]
        known = set().union(*(used(trees[each]) for each in around))
        for node in tree.find_all(nodes.FromImport):
            names = [each if isinstance(each, str) else each[1] for each in node.names]
            in_vain += [f"{name}: {each}" for each in names if each not in known]
    assert trees
    assert in_vain == []
