"""What the room of files keeps for one application: its storage, and how much is taken."""

from dataclasses import dataclass

from flask import Flask, current_app

from eak_core.config import Config
from eak_core.files.models import Kind
from eak_core.files.storage import Storage, open_storage

EXTENSION = "eak_files"


@dataclass(frozen=True, slots=True)
class Room:
    """The storage of an application, and its limits, all in bytes."""

    storage: Storage
    largest: dict[Kind, int]
    per_person: int
    per_service: int


def open_room(config: Config) -> Room:
    """The room that ``config`` describes."""
    return Room(
        storage=open_storage(config),
        largest={"picture": config.largest_picture, "document": config.largest_document},
        per_person=config.files_per_person,
        per_service=config.files_per_service,
    )


def room_of(app: Flask | None = None) -> Room:
    """The room of ``app``, or of the current application."""
    room = (app or current_app).extensions[EXTENSION]
    assert isinstance(room, Room)
    return room
