"""What is kept is shown before those who wait for what has to be made."""

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pytest

from eak_core import wsgi
from eak_core.kit.testing.site import Site
from eak_core.serving.front import Front
from eak_core.web.kept_pages import ONLY_KEPT, NotKept
from tests.core.serving.connections import Connection, Scope

LARGEST = 1_000


def test_what_is_in_memory_is_shown_while_all_who_read_wait_for_what_has_to_be_made() -> None:
    free = threading.Event()

    def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if environ[ONLY_KEPT] and environ["PATH_INFO"] != "/kept":
            raise NotKept
        if not environ[ONLY_KEPT]:
            assert free.wait(30)
        start("200 OK", [])
        return [b"kept" if environ[ONLY_KEPT] else b"made"]

    async def main() -> None:
        made = Front(app, largest=LARGEST, remembers=True)
        readers = [Connection() for _ in range(40)]
        waiting = [asyncio.create_task(made.__rsgi__(Scope(path="/"), each)) for each in readers]
        await asyncio.sleep(0)
        for _ in range(5):
            reader = Connection()
            await made.__rsgi__(Scope(path="/kept"), reader)
            assert reader.sent == [b"kept"]
        writer = asyncio.create_task(
            made.__rsgi__(Scope("POST", ("content-length", "0"), path="/kept"), Connection())
        )
        assert not any(each.sent for each in readers)
        free.set()
        await asyncio.gather(*waiting, writer)
        assert all(each.sent == [b"made"] for each in readers)

    asyncio.run(main())


def test_the_site_that_is_served_is_asked_for_what_it_keeps_first(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    answer = site.app.wsgi_app

    def noting(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        asked.append(environ[ONLY_KEPT])
        return answer(environ, start)

    monkeypatch.setattr(site.app, "wsgi_app", noting)
    monkeypatch.setattr(wsgi, "create_under_parent", lambda: site.app)

    async def main() -> None:
        served = wsgi.front()
        await served.__rsgi__(Scope(), Connection())
        await served.__rsgi__(Scope("POST", ("content-length", "0")), Connection())

    asyncio.run(main())
    assert asked == [True, False, False]
