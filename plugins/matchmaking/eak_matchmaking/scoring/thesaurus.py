"""Words that mean the same to whoever looks for a partner: voirie, chaussée, nid-de-poule."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files


class ThesaurusError(ValueError):
    """A thesaurus that cannot be read; the sentence names the line."""


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Groups of terms, a term in one of them at most.

    ``group_of`` gives the number of a term's group, ``groups`` their terms, ``spelled`` how a term
    is written, ``expressions`` those of several words, by their first stem, as their stems.
    """

    groups: Sequence[Sequence[str]] = ()
    group_of: Mapping[str, int] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)

    def synonyms(self, term: str) -> Iterator[str]:
        """The other terms of the group of ``term``."""
        number = self.group_of.get(term)
        if number is not None:
            yield from (each for each in self.groups[number] if each != term)

    def expressions_in(self, stems: Sequence[str]) -> Iterator[str]:
        """The expressions that stand in a text, as often as they do."""
        for place, stem in enumerate(stems):
            for expression in self.expressions.get(stem, ()):
                if tuple(stems[place : place + len(expression)]) == expression:
                    yield " ".join(expression)


def read_thesaurus(lines: Iterable[str], stems: Callable[[str], Sequence[str]]) -> Thesaurus:
    """The thesaurus of ``lines``: a group each, its words and expressions with commas between.

    Empty lines and those that begin with ``#`` are passed over. ``stems`` gives those of a text, as
    for the texts that will be compared. `ThesaurusError` for a group of fewer than two terms, a
    word without a stem, and a term that stands there twice, in whatever form.
    """
    groups: list[tuple[str, ...]] = []
    group_of: dict[str, int] = {}
    spelled: dict[str, str] = {}
    expressions: dict[str, list[tuple[str, ...]]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        group = []
        for written in (each.strip() for each in line.split(",")):
            parts = tuple(stems(written))
            term = " ".join(parts)
            if not parts:
                raise ThesaurusError(f"Line {number}: “{written}” holds no word that is compared.")
            if term in spelled:
                raise ThesaurusError(
                    f"Line {number}: “{written}” stands there already, as “{spelled[term]}”."
                )
            group.append(term)
            spelled[term], group_of[term] = written, len(groups)
            if len(parts) > 1:
                expressions.setdefault(parts[0], []).append(parts)
        if len(group) < _FEWEST:
            raise ThesaurusError(f"Line {number}: a group has two words at least.")
        groups.append(tuple(group))
    return Thesaurus(groups, group_of, spelled, expressions)


_FEWEST = 2


def own_lines() -> Sequence[str]:
    """The lines of the thesaurus that comes with the plugin, of the vocabulary of a département."""
    return files(__package__).joinpath("thesaurus.fr.txt").read_text("utf-8").splitlines()
