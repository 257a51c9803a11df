"""Mistakes made in a plugin that was in order: the one that `eak plugin new` writes."""

from collections.abc import Callable
from pathlib import Path

from eak_core.kit.scaffold import rendered

#: A plugin's files by path. In mistakes, PLUGIN stands for its name.
Files = dict[str, str]
Mistake = Callable[[Files], None]


def append(file: str, text: str) -> Mistake:
    return replace(file, "", text)


def replace(file: str, old: str, new: str) -> Mistake:
    def change(files: Files) -> None:
        assert old in files[file]
        files[file] = files[file].replace(old, new) if old else files[file] + new

    return change


def move(old: str, new: str) -> Mistake:
    def change(files: Files) -> None:
        files[new] = files.pop(old)

    return change


def remove(file: str) -> Mistake:
    def change(files: Files) -> None:
        del files[file]

    return change


def write(name: str, into: Path, *mistakes: Mistake) -> Path:
    """The plugin ``name`` with these mistakes in it; answers its folder."""
    files = {
        path.replace("stand_in", "PLUGIN"): text.replace("stand_in", "PLUGIN")
        for path, text in rendered("stand_in")
    }
    for mistake in mistakes:
        mistake(files)
    folder = into / name
    for path, text in files.items():
        file = folder / path.replace("PLUGIN", name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("PLUGIN", name), encoding="utf-8")
    return folder
