"""How far long work has come, shown in the terminal where somebody watches it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Begins a bar called ``name`` for work of ``size``, and answers what is told how much is done. A
#: size of None is one that nobody knows.
Begin = Callable[[str, int | None], Callable[[int], None]]


@contextmanager
def progress_bars() -> Iterator[Begin]:
    """Bars on standard error, one below the other; nothing is written where that is no terminal.
    Each is begun by what this gives::

        with progress_bars() as begin:
            done = begin("votes", len(votes))
            for number, vote in enumerate(votes, 1):
                ...
                done(number)
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = TextColumn("{task.description:<10}"), BarColumn(), TaskProgressColumn()
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as bars:

        def begin(name: str, size: int | None) -> Callable[[int], None]:
            bar = bars.add_task(name, total=size if size is None else max(size, 1))
            return lambda done: bars.update(bar, completed=done)

        yield begin
