"""What a frozen issue says: one value, written once, with a digest of it. Pure."""

from collections.abc import Callable, Container, Iterator, Sequence
from hashlib import sha256

import msgspec


class Picture(msgspec.Struct, frozen=True):
    """A picture beside a story: the file, its whole address, what it shows, and its size."""

    file_id: int
    url: str
    alt: str
    width: int
    height: int


class Told(msgspec.Struct, frozen=True):
    """A story as it was frozen."""

    owner: str
    key: str
    title: str
    text: str = ""
    heading: str = ""
    url: str = ""
    idea_id: int | None = None
    pictures: tuple[Picture, ...] = ()


class Content(msgspec.Struct, frozen=True):
    """A letter as it was frozen; instants as they are written in UTC (RFC 3339)."""

    service: str
    number: int
    subject: str
    intro: str
    since: str
    until: str
    stories: tuple[Told, ...] = ()

    def without(self, gone: Callable[[Told], bool]) -> "Content":
        """The letter without the stories that are ``gone``."""
        kept = tuple(each for each in self.stories if not gone(each))
        if len(kept) == len(self.stories):
            return self
        return msgspec.structs.replace(self, stories=kept)


def with_pictures(content: Content, shown: Container[int]) -> Content:
    """``content`` without the pictures that are not ``shown`` any more, by their files."""
    if all(each.file_id in shown for story in content.stories for each in story.pictures):
        return content
    stories = tuple(
        msgspec.structs.replace(
            story, pictures=tuple(each for each in story.pictures if each.file_id in shown)
        )
        for story in content.stories
    )
    return msgspec.structs.replace(content, stories=stories)


def written(content: Content) -> tuple[str, str]:
    """``content`` as canonical JSON, and its SHA-256 in hexadecimal digits."""
    text = msgspec.json.encode(content, order="sorted").decode()
    return text, sha256(text.encode()).hexdigest()


def read(text: str) -> Content:
    """What `written` wrote."""
    return msgspec.json.decode(text, type=Content)


def sections(stories: Sequence[Told]) -> Iterator[tuple[str, list[Told]]]:
    """``stories`` under their headings, each where its first one stands: an editor's order is kept
    within a heading, and what has none stands by itself."""
    found: dict[str, list[Told]] = {}
    for number, each in enumerate(stories):
        found.setdefault(each.heading or f"\0{number}", []).append(each)
    for heading, told in found.items():
        yield ("" if heading[0] == "\0" else heading), told
