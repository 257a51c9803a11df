"""A plugin that imports from a platform nobody has heard of, which has no comments."""

from collections.abc import Mapping

from eak_core.api import ImportedIdea, Importer, Invalid, Plugin, clock, hookimpl

plugin = Plugin(name="elsewhere", title="Elsewhere", core=">=0.1,<1")


def idea(values: Mapping[str, str]) -> ImportedIdea:
    if values["text"] == "advertising":
        raise Invalid("Nobody wants this.")
    return ImportedIdea(
        site="elsewhere.example",
        number=values["no"],
        url=values["link"] or "https://elsewhere.example/",
        title=values["name"],
        body=values["text"],
        at=clock.now(),
        subjects=[values["about"]],
        votes=int(values["likes"] or 0),
        state=values["status"],
        columns={"title": "name", "votes": "likes", "url": "link"},
    )


@hookimpl
def importer() -> Importer:
    columns = ("no", "name", "text", "likes", "link", "about", "status")
    return Importer("Take over FILE, from elsewhere.", idea=idea, idea_columns=columns)
