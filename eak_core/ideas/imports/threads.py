"""Comments in an order in which each comes after what it answers."""

from collections.abc import Iterable, Iterator

from eak_core.plugins.hooks.importers import ImportedComment


def in_order(comments: Iterable[ImportedComment]) -> Iterator[ImportedComment]:
    """``comments`` in their order, except that an answer waits for what it answers.

    What is answered may not be among them, since it was taken over before: such answers come at the
    end. So do comments that answer each other in a circle, which nobody can take over.
    """
    given: set[str] = set()
    waiting: dict[str, list[ImportedComment]] = {}
    for comment in comments:
        if comment.parent is None or comment.parent in given:
            yield from _released(comment, given, waiting)
        else:
            waiting.setdefault(comment.parent, []).append(comment)
    held = {each.origin for answers in waiting.values() for each in answers}
    for parent in [parent for parent in waiting if parent not in held]:
        for comment in waiting.pop(parent):
            yield from _released(comment, given, waiting)
    for answers in waiting.values():
        yield from answers


def _released(
    comment: ImportedComment, given: set[str], waiting: dict[str, list[ImportedComment]]
) -> Iterator[ImportedComment]:
    """``comment``, then what waited for it, and for that."""
    ready = [comment]
    while ready:
        each = ready.pop()
        given.add(each.origin)
        yield each
        ready += reversed(waiting.pop(each.origin, []))
