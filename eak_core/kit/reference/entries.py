"""What the reference is made of: entries, sections of them, and parts that are a page each."""

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Longer signatures have a line for each of their parameters.
WIDEST = 88

_SENTENCE = re.compile(r"(.+?\.)(?:\s|$)", re.DOTALL)
_MARKUP = re.compile(r"```.*?```", re.DOTALL)


@dataclass(frozen=True)
class Entry:
    """One name: how it is written (``signature``, in ``language``), and its ``text`` in
    Markdown."""

    name: str
    text: str
    signature: str = ""
    language: str = "python"

    @property
    def summary(self) -> str:
        """The first sentence, on one line."""
        words = " ".join(_MARKUP.sub("", self.text).split())
        found = _SENTENCE.match(words)
        return found[1] if found else words

    def markdown(self, level: int = 2) -> str:
        """The entry under a heading of ``level``."""
        lines = [f"{'#' * level} `{self.name}`\n"]
        if self.signature:
            lines.append(f"```{self.language}\n{self.signature}\n```\n")
        return "\n".join([*lines, f"{self.text.strip()}\n"])


@dataclass(frozen=True)
class Section:
    """Entries that belong together, under a ``title``, with a ``text`` on all of them."""

    title: str
    entries: Sequence[Entry]
    text: str = ""


@dataclass(frozen=True)
class Part:
    """A page of the reference, in the file ``name``."""

    name: str
    title: str
    text: str
    sections: Sequence[Section]

    @property
    def entries(self) -> Iterator[Entry]:
        """All of them, in order."""
        for section in self.sections:
            yield from section.entries

    def markdown(self) -> str:
        """The page."""
        lines = [f"# {self.title}\n", f"{self.text.strip()}\n"]
        for section in self.sections:
            lines.append(f"## {section.title}\n")
            if section.text:
                lines.append(f"{section.text.strip()}\n")
            lines += [entry.markdown(level=3) for entry in section.entries]
        return "\n".join(lines)


def markdown(docstring: str) -> str:
    """A docstring in Markdown: double backticks are single ones, a block behind ``::`` is
    fenced."""
    lines: list[str] = []
    block: list[str] | None = None
    for line in [*docstring.splitlines(), "."]:
        if block is not None and (not line.strip() or line[0].isspace()):
            block.append(line)
            continue
        if block is not None:
            lines += _fenced(block)
            block = None
        if line.endswith("::"):
            block = []
        said = line.removesuffix("::") + ":" if line.endswith("::") and line != "::" else line
        lines.append("" if line == "::" else said.replace("``", "`"))
    return "\n".join(lines[:-1]).strip()


def _fenced(block: Sequence[str]) -> list[str]:
    code = textwrap.dedent("\n".join(block)).strip()
    return ["", f"```{_language(code)}\n{code}\n```", ""]


def _language(code: str) -> str:
    if re.match(r"\[[\w.-]+\]\n", code):
        return "toml"
    try:
        ast.parse(code)
    except SyntaxError:
        return "text"
    return "python"


def on_one_line(text: str) -> str:
    """``text`` without its line breaks, for the entry of a list."""
    return " ".join(text.split())


def sentence(text: str) -> str:
    """What stands behind a name and a colon, as a sentence of its own."""
    words = on_one_line(text)
    return words[:1].upper() + words[1:]
