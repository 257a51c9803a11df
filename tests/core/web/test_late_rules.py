"""How addresses are written is worked out late: an application is made without it."""

from typing import Any

import pytest
from flask import url_for
from werkzeug.routing import Rule

from eak_core.web.application import Application


def test_how_an_address_is_written_is_compiled_when_the_first_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled: list[str] = []

    def note(code: Any, name: str) -> Any:
        compiled.append(name)
        return write(code, name)

    write = Rule._get_func_code
    monkeypatch.setattr(Rule, "_get_func_code", staticmethod(note))
    app = Application("eak_core", static_folder=None)
    app.add_url_rule("/<kind>/<int:number>", "one", lambda **_: "")
    app.add_url_rule("/", "two", lambda: "")
    assert compiled == []
    with app.test_request_context():
        for _again in range(2):
            assert url_for("one", kind="a b", number=3) == "/a%20b/3"
            assert url_for("one", kind="x", number=3, compile_now="1") == "/x/3?compile_now=1"
            assert url_for("two", rule="1") == "/?rule=1"
    assert len(compiled) == 2, "each rule once, although it was asked twice"
