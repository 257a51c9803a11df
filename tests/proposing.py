"""An idea as somebody proposes it: in steps, from the first page to the last."""

from typing import Any

from eak_core.kit.testing.browser import Browser
from eak_core.kit.testing.pages import Page
from tests.visitor import Visitor

TYPED = {"title": "A tool library", "problem": "Tools sleep.", "body": "Lend them."}


def begin(browser: Browser, service: str = "culture", **typed: Any) -> str:
    """The address of a draft with what was ``typed`` in its first step, without that of a step."""
    new = f"/{service}/idees/nouvelle"
    answer = browser.submit(new, "/nouvelle", **{**TYPED, **typed})
    assert answer.status_code == 302, answer.text
    return str(answer.location).removesuffix("/ecrire/details")


def propose_served(author: Visitor, service: str, title: str = "Un verger sur le toit") -> None:
    """Let ``author`` propose an idea of three answers on a site that is served."""
    new = f"/{service}/idees/nouvelle"
    _status, html = author.fill(new, "nouvelle", title=title, problem="P", body="B")
    details = Page(html).form("/ecrire/").action
    last = details.replace("/ecrire/details", "/soumettre")
    assert author.fill(last, "soumettre")[0] == 200
