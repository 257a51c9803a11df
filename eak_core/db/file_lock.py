"""A lock among processes on a file, which vanishes with whoever holds it, and can be waited for in
vain: the system's own waiting for one has no end."""

import fcntl
import os
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path


class _Waiter:
    """A thread that waits for the lock in the place of whoever may give up."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.wanted = True
        self.error: OSError | None = None


class FileLock:
    """The lock on ``path``. Of each process one thread at a time asks for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mutex = threading.Lock()
        self._waiter: _Waiter | None = None
        self._file: int | None = None
        self._pid = os.getpid()

    def acquire(self, end: float) -> bool:
        """Wait for the lock until ``end`` (of the monotonic clock); whether it is held now."""
        file = self._descriptor()
        if self._waiter is None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._sign(file)
                return True
        waiter = self._waiter_for(file)
        try:
            waiter.done.wait(max(0.0, end - time.monotonic()))
        finally:
            with self._mutex:
                held = waiter.done.is_set()
                waiter.wanted = False
                if held:
                    self._waiter = None
        if waiter.error is not None:
            raise waiter.error
        if held:
            self._sign(file)
        return held

    def release(self) -> None:
        """Give the lock back."""
        fcntl.flock(self._descriptor(), fcntl.LOCK_UN)

    def holder(self) -> str:
        """Which process holds the lock, for the log."""
        said = os.pread(self._descriptor(), 20, 0).split()
        if not said:
            return "a process that is not known holds it"
        command = b""
        with suppress(OSError):
            command = Path(f"/proc/{int(said[0])}/cmdline").read_bytes()[:200]
        words = command.replace(b"\0", b" ").decode(errors="replace").strip()
        return f"process {int(said[0])} holds it ({words or 'its command is not known'})"

    def _waiter_for(self, file: int) -> _Waiter:
        """The thread that waits already, for somebody who gave up, or a new one."""
        with self._mutex:
            if self._waiter is not None:
                self._waiter.wanted = True
                return self._waiter
            self._waiter = waiter = _Waiter()

        def wait() -> None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError as error:
                waiter.error = error
            with self._mutex:
                waiter.done.set()
                if not waiter.wanted:
                    self._waiter = None
                    fcntl.flock(file, fcntl.LOCK_UN)

        threading.Thread(target=wait, name="eak-file-lock", daemon=True).start()
        return waiter

    def _sign(self, file: int) -> None:
        os.pwrite(file, b"%-20d" % os.getpid(), 0)

    def _descriptor(self) -> int:
        # A descriptor inherited through fork would share its lock with the parent.
        if self._file is None or self._pid != os.getpid():
            self._pid = os.getpid()
            self._waiter = None
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            # A process that opens many databases, one after the other, would come to its limit.
            weakref.finalize(self, os.close, self._file).atexit = False
        return self._file
