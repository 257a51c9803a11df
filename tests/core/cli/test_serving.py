"""Servers and workers: how they start, are refused, die and end."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.core.cli.conftest import Eak
from tests.core.cli.serving import Serve, Served, wait_until


def test_a_busy_port_is_one_sentence_and_exit_code_2(eak: Eak, site: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for words in (("serve",), ("demo", "--data", str(tmp_path / "demo"))):
            ran = eak(*words, "--port", port)
            assert ran.code == 2
            assert ran.err.count("\n") == 1
            assert port in ran.err
            assert ran.out == ""
    assert not (tmp_path / "demo").exists()


def test_a_port_shared_by_another_server_counts_as_busy(eak: Eak, site: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert eak("serve", "--port", str(taken.getsockname()[1])).code == 2


def test_an_address_that_is_not_this_machine_is_one_sentence(site: Path) -> None:
    command = [sys.executable, "-m", "eak_core.cli", "serve", "--host", "192.0.2.1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "192.0.2.1" in done.stderr


def test_a_site_without_tables_is_not_served(eak: Eak, instance: Path) -> None:
    ran = eak("serve")
    assert ran.code == 2
    assert "db upgrade”" in ran.err


@pytest.mark.slow
def test_a_server_that_is_asked_to_end_does_so_cleanly(site: Path, served: Serve) -> None:
    with served("serve", "--instance", str(site), from_nothing=True) as server:
        children = server.children()
        assert server.stop() == 0
        assert not server.answers()
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@pytest.mark.slow
def test_a_server_that_is_asked_to_end_while_it_starts_kills_nobody(
    site: Path, tmp_path: Path
) -> None:
    errors = tmp_path / "errors.txt"
    with errors.open("w") as stderr, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        command = [sys.executable, "-m", "eak_core.cli", "--instance", str(site), "serve"]
        process = subprocess.Popen([*command, "--port", str(port)], stderr=stderr, text=True)
    server = Served(process, port)
    wait_until(lambda: bool(server.children()))
    assert server.stop() == 0
    assert "refused to gracefully stop" not in errors.read_text()


@pytest.mark.slow
def test_a_process_that_is_killed_is_started_again(site: Path, served: Serve) -> None:
    with served("serve", "--instance", str(site)) as server:
        (killed,) = server.children()
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: killed not in server.children() and server.answers())


@pytest.mark.slow
def test_the_processes_of_a_server_that_is_killed_leave_the_port(site: Path, served: Serve) -> None:
    with served("serve", "--instance", str(site)) as server:
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not server.answers())


@pytest.mark.slow
def test_several_processes_answer_on_one_port(site: Path, served: Serve) -> None:
    with served("serve", "--instance", str(site), "--workers", "2") as server:
        wait_until(lambda: len(server.children()) == 2)
        assert server.answers()


def test_a_worker_with_nothing_to_do_exits_at_once(eak: Eak, site: Path) -> None:
    assert eak("worker", "--once").code == 0


def test_a_worker_handles_what_is_pending_and_exits(eak: Eak, site: Path) -> None:
    """Mail is what the core itself has to send."""
    from eak_core.app import create_app
    from eak_core.config import load
    from eak_core.db import write_session
    from eak_core.letters.outbox import enqueue_mail

    app = create_app(load(site))
    with write_session(app) as session:
        enqueue_mail(session, to="a@demo.example", subject="s", text="t", dedupe_key="k")
    assert eak("worker", "--once").code == 0
    (letter,) = (site / "mail").iterdir()
    assert b"To: a@demo.example" in letter.read_bytes()
