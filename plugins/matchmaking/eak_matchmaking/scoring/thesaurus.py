"""Words that mean the same to whoever looks for a partner: voirie, chaussée, nid-de-poule."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from importlib.resources import files


class ThesaurusError(ValueError):
    """A thesaurus that cannot be read; the sentence names the line."""


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Groups of terms, a term in one of them at most.

    ``group_of`` gives the number of a term's group, ``groups`` their terms, ``spelled`` how a term
    is written, ``expressions`` those of several words, by their first stem, as their stems. The
    stem of an ``exact`` term is that of other words, too: voirie and voir, isolation and isolé.
    """

    groups: Sequence[Sequence[str]] = ()
    group_of: Mapping[str, int] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)
    expressions: Mapping[str, Sequence[tuple[str, ...]]] = field(default_factory=dict)
    exact: Set[str] = frozenset()

    def means(self, term: str, written: str) -> bool:
        """Whether whoever has ``written`` a word of this stem means ``term``: an exact one is
        written just so, but for its plural."""
        return term not in self.exact or _single(written) == _single(self.spelled[term])

    def synonyms(self, term: str) -> Iterator[str]:
        """The other terms of the group of ``term``, without exact ones: of a text that is found its
        stems are known, so nobody can say which of the words it has."""
        yield from (each for each in self.group(term) if each != term and each not in self.exact)

    def group(self, term: str) -> Sequence[str]:
        """All terms of the group of ``term``; none where it is in no group."""
        number = self.group_of.get(term)
        return () if number is None else self.groups[number]

    def expressions_in(self, stems: Sequence[str]) -> Iterator[str]:
        """The expressions that stand in a text, as often as they do."""
        for place, stem in enumerate(stems):
            for expression in self.expressions.get(stem, ()):
                if tuple(stems[place : place + len(expression)]) == expression:
                    yield " ".join(expression)


def read_thesaurus(lines: Iterable[str], stems: Callable[[str], Sequence[str]]) -> Thesaurus:
    """The thesaurus of ``lines``: a group each, its words and expressions with commas between.

    Empty lines and those that begin with ``#`` are passed over. ``stems`` gives those of a text, as
    for the texts that will be compared; a term with ``=`` behind it is an exact one.
    `ThesaurusError` for a group of fewer than two terms, a word without a stem, and a term that
    stands there twice, in whatever form.
    """
    groups: list[tuple[str, ...]] = []
    group_of: dict[str, int] = {}
    spelled: dict[str, str] = {}
    expressions: dict[str, list[tuple[str, ...]]] = {}
    exact: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        group = []
        for named in (each.strip() for each in line.split(",")):
            written = named.removesuffix(EXACT).strip()
            parts = tuple(stems(written))
            term = " ".join(parts)
            if not parts:
                raise ThesaurusError(f"Line {number}: “{written}” holds no word that is compared.")
            if term in spelled:
                raise ThesaurusError(
                    f"Line {number}: “{written}” stands there already, as “{spelled[term]}”."
                )
            group.append(term)
            if written != named:
                exact.add(term)
            spelled[term], group_of[term] = written, len(groups)
            if len(parts) > 1:
                expressions.setdefault(parts[0], []).append(parts)
        if len(group) < _FEWEST:
            raise ThesaurusError(f"Line {number}: a group has two words at least.")
        groups.append(tuple(group))
    return Thesaurus(groups, group_of, spelled, expressions, frozenset(exact))


def _single(word: str) -> str:
    return word.lower().removesuffix("s")


_FEWEST = 2
#: Stands behind a term that counts as it is written alone.
EXACT = "="


def own_lines() -> Sequence[str]:
    """The lines of the thesaurus that comes with the plugin, of the vocabulary of a département."""
    return files(__package__).joinpath("thesaurus.fr.txt").read_text("utf-8").splitlines()
