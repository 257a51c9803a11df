"""How far long work is, on a page that follows it.

return render("…html", progress=closing_progress(…))   # the page, with the macro `progress`
return progress_answer(closing_progress(…))            # its address, asked by the script
"""

from dataclasses import dataclass

from flask import Response, jsonify


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` things of ``total``; ``ended`` where nothing will move any more. ``text`` says it in
    a sentence, and ``trouble`` what went wrong on the way."""

    ended: bool
    done: int
    total: int
    text: str
    trouble: str = ""


def progress_answer(progress: Progress) -> Response:
    """``progress`` for the script of its page."""
    text = " ".join(filter(None, (progress.text, progress.trouble)))
    return jsonify(ended=progress.ended, done=progress.done, total=progress.total, text=text)
