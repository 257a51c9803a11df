"""Taking pictures in and serving them, against the least that could do the same."""

import statistics
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from flask import Flask, Response
from PIL import Image, ImageOps

from eak_core.api import attach_files, stage_file
from eak_core.files.models import StoredFile
from eak_core.files.pictures import JPEG_QUALITY, WEBP_QUALITY
from eak_core.files.sizes import FALLBACK, SIZES
from eak_core.kit.testing.databases import Databases, Kind
from eak_core.kit.testing.pool import Pool
from eak_core.kit.testing.site import Site
from eak_core.kit.testing.sites import Sites
from tests.bench.report import Figure

#: A photograph of a telephone, in pixels.
PHOTOGRAPH = (4000, 3000)
PHOTOGRAPHS = 5
ROUNDS = 400
#: Whoever asks for a picture waits for the network longer than this.
SERVED_MS = 8


def measure(databases: Databases, kind: Kind, folder: Path) -> Iterator[Figure]:
    """The figures of files on one kind of database."""
    with Pool(databases) as pool, Sites(pool, kind, folder) as sites:
        site = sites.make(plugins=())
        alone, ours = _in_turns(
            [lambda raw=raw: _drawn_barely(raw) for raw in _photographs()],
            [lambda raw=raw: _sent(site, raw) for raw in _photographs()],
        )
        yield Figure(
            f"a photograph of 12 megapixels taken in, {kind}, to Pillow alone",
            "ms",
            ours,
            alone,
            at_most=1.2,
        )
        barely, served = _served(site, folder)
        yield Figure(
            f"a picture served to a visitor, {kind}, beside Flask alone",
            "ms",
            served,
            barely,
            ceiling=SERVED_MS,
        )


def _photographs() -> Iterator[bytes]:
    """Different ones, as the same one twice would be one."""
    for number in range(PHOTOGRAPHS):
        out = BytesIO()
        noise = Image.effect_noise((PHOTOGRAPH[0] // 8, PHOTOGRAPH[1] // 8), 40 + number)
        noise.convert("RGB").resize(PHOTOGRAPH).save(out, "JPEG", quality=90)
        yield out.getvalue()


def _drawn_barely(raw: bytes) -> None:
    """The same renditions, into memory."""
    image = Image.open(BytesIO(raw))
    image.thumbnail((SIZES[-1], SIZES[-1]), reducing_gap=3.0)
    image = ImageOps.exif_transpose(image)
    for side in SIZES:
        smaller = image.copy()
        smaller.thumbnail((side, side))
        smaller.save(BytesIO(), "WEBP", quality=WEBP_QUALITY, method=4)
        if side == FALLBACK:
            smaller.save(BytesIO(), "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)


def _sent(site: Site, raw: bytes) -> None:
    """Judged, drawn, written to the disk, and attached in a transaction."""
    idea = site.submit()
    author = site.people.actor(site.people.citizen)
    with site.writing() as session:
        staged = [stage_file(raw, "photo.jpg", alt="A photograph")]
        attach_files(session, author, site.service, "ideas", f"idea:{idea.id}", staged)


def _in_turns(
    barely: list[Callable[[], None]], ours: list[Callable[[], None]]
) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for pair in zip(barely, ours, strict=True):
        for act, seconds in zip(pair, times, strict=True):
            started = time.perf_counter()
            act()
            seconds.append(time.perf_counter() - started)
    return statistics.median(times[0]) * 1000, statistics.median(times[1]) * 1000


def _served(site: Site, folder: Path) -> tuple[float, float]:
    """The median milliseconds of an answer, by a view that reads one file and knows of nobody, and
    by the site, which asks what the picture belongs to."""
    with site.reading() as session:
        file = session.query(StoredFile).first()
    assert file is not None
    path = f"/{site.service.slug}/fichiers/{file.token}/960.webp"
    content = site.browser().get(path).data
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "960.webp").write_bytes(content)
    bare = Flask("bare")
    bare.add_url_rule(
        "/picture",
        view_func=lambda: Response((folder / "960.webp").read_bytes(), mimetype="image/webp"),
    )
    times: tuple[list[float], list[float]] = ([], [])
    clients = bare.test_client(), site.browser()
    for number in range(ROUNDS + 20):
        for client, where, kept in zip(clients, ("/picture", path), times, strict=True):
            started = time.perf_counter()
            assert client.get(where).status_code == 200
            if number >= 20:
                kept.append((time.perf_counter() - started) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])
