"""A new plugin: small, complete, and passing every test on the day it is made."""

import keyword
import shutil
from collections.abc import Iterator
from pathlib import Path

import jinja2

from eak_core.errors import Misconfigured
from eak_core.plugins.loading.manifest import ManifestError, check_name

_FILES = Path(__file__).parent / "files"
_SUFFIX = ".jinja"


def write_plugin(name: str, into: Path) -> Path:
    """Write the plugin ``name`` into a new folder of ``into``; answers the folder.

    `Misconfigured` for a name that no plugin can have, a folder that exists already, or a place
    where nothing can be written. Nothing is left behind then.
    """
    try:
        check_name(name)
    except ManifestError as error:
        raise Misconfigured(f"{error}.") from error
    if keyword.iskeyword(name):
        raise Misconfigured(f"name {name!r} is a word of Python; choose another.")
    folder = into / name
    if folder.exists():
        raise Misconfigured(f"{folder} exists already; nothing was written.")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be made: {error.strerror}.") from error
    try:
        for path, text in rendered(name):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Misconfigured(f"{folder} cannot be written: {error.strerror}.") from error
    return folder


def rendered(name: str) -> Iterator[tuple[str, str]]:
    """The files of the plugin ``name``: their paths in its folder, and what stands in them."""
    # The templates hold templates of pages, so their own marks are others.
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FILES),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701  # what is written is source, and the name is a plain word
    )
    words = {
        "name": name,
        "package": f"eak_{name}",
        "distribution": f"eak-{name.replace('_', '-')}",
        "segment": name.replace("_", "-"),
        "title": name.replace("_", " ").capitalize(),
    }
    for file in sorted(_FILES.rglob(f"*{_SUFFIX}")):
        path = file.relative_to(_FILES).as_posix()
        text = environment.get_template(path).render(words)
        parts = path.removesuffix(_SUFFIX).split("/")
        if parts[0] == "package":
            parts[0] = words["package"]
        yield "/".join(_named(part, name) for part in parts), text


def _named(part: str, name: str) -> str:
    """Folders and files called ``name`` carry the plugin's."""
    first, dot, rest = part.partition(".")
    return f"{name}{dot}{rest}" if first == "name" else part
