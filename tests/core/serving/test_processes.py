"""The processes of a server, from the moment they are forked."""

import subprocess
import sys

ASKED_WHILE_FORKED = """
import os, signal
from eak_core.serving.processes import end_forks_when_asked

noted = []
signal.signal(signal.SIGTERM, lambda *_: noted.append("noted"))
# Before anything that is registered later.
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGTERM))
end_forks_when_asked()
child = os.fork()
if child == 0:
    os._exit(0)
ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
os.kill(os.getpid(), signal.SIGTERM)
print(ended, *noted)
"""


def test_a_process_that_is_asked_to_end_while_it_is_forked_ends_and_its_server_hears_on() -> None:
    ran = subprocess.run([sys.executable, "-c", ASKED_WHILE_FORKED], capture_output=True, text=True)
    assert ran.stdout.split() == ["-15", "noted"], ran.stderr
