"""Whether somebody is at work is known at once, whatever became of them."""

import threading

from flask import Flask

from eak_core.api import at_work, is_at_work, read_session


def ask(app: Flask, number: int) -> bool:
    with read_session(app) as session:
        return is_at_work(session, "painter", number)


def test_who_is_at_work_is_known_while_they_are(app: Flask) -> None:
    assert not ask(app, 1)
    with at_work(app, "painter", 1), at_work(app, "painter", 2):
        assert ask(app, 1)
        assert ask(app, 2)
        assert not ask(app, 3)
    assert not ask(app, 1)


def test_another_thread_is_seen_too(app: Flask) -> None:
    begun, end = threading.Event(), threading.Event()

    def work() -> None:
        with at_work(app, "painter", 5):
            begun.set()
            end.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait(10)
    assert ask(app, 5)
    end.set()
    thread.join()
    assert not ask(app, 5)
