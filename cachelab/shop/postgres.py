"""The server behind the shop: one per kernel, on a copy of a data directory built once per machine."""

import contextlib
import os
import sys
import threading
from pathlib import Path

from cachelab import engines
from cachelab.engines.postgres import URL_VARIABLE, PostgresServer
from cachelab.engines.postgres import template as data_directory

from .build import FULL, SCHEMA, Size, build, fingerprint
from .lock import alone

MAX_CONNECTIONS = 30  # few enough that a lesson can use them all up; PostgreSQL's own default is 100

_SETTINGS = {
    # One query runs in one process on one core, so that what a connection costs can be seen.
    "max_parallel_workers_per_gather": 0,
    "shared_buffers": "64MB",
}

_lock = threading.RLock()
_loaded: engines.Engine | None = None  # the server at CACHELAB_DATABASE_URL, once it holds the shop


def server() -> engines.Engine:
    """The PostgreSQL server with the shop in it: the same on every call in a kernel, restarted if it is down.

    Each kernel has its own copy of the shop, so a fresh kernel is a fresh shop. If CACHELAB_DATABASE_URL is
    set, it is the server named there, and the shop lives in its schema `cachelab`, loaded at the first call.
    """
    global _loaded
    with _lock:
        if os.environ.get(URL_VARIABLE):
            if _loaded is None or engines.postgres() is not _loaded:
                _loaded = _given()
            return _loaded
        if sys.platform == "emscripten":
            return engines.postgres()  # which is not there, and says so
        return engines.postgres(template=template(FULL), max_connections=MAX_CONNECTIONS, settings=_SETTINGS)


def start(size: Size = FULL) -> PostgresServer:
    """Another server with a shop of its own, of the given size."""
    return PostgresServer(template(size), max_connections=MAX_CONNECTIONS, settings=_SETTINGS)


def template(size: Size = FULL) -> Path:
    """The data directory that servers copy; built, in some seconds, if this machine does not have it yet."""

    def fill(empty: PostgresServer) -> None:
        with empty.client() as connection:
            build(connection, size)
            # Whoever connects to this server finds the shop without naming its schema.
            connection.execute(f"ALTER DATABASE {empty.database} SET search_path = {SCHEMA}")

    name = f"shop-{fingerprint(size)}"
    with alone(name):
        return data_directory(name, fill)


def _given() -> engines.Engine:
    """The server at CACHELAB_DATABASE_URL, with the shop loaded. Nothing that is there already is changed."""
    import psycopg  # here: a browser has none

    engine = engines.postgres()
    where = f"schema {SCHEMA} of the database at {URL_VARIABLE}"
    with contextlib.closing(engine.client()) as connection:
        # Two kernels at once: the second waits here and then finds the shop.
        connection.execute("SELECT pg_advisory_lock(hashtext('cachelab shop'))")
        marker = connection.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA]
        ).fetchone()
        if marker is None:
            print(
                f"Loading the shop into a new {where} (about 110 MB). Nothing else there is touched; "
                f"DROP SCHEMA {SCHEMA} CASCADE removes it again."
            )
            try:
                build(connection, FULL)
            except psycopg.Error as error:
                raise engines.EngineError(f"the shop could not be loaded into {where}: {error}") from error
        elif marker[0] != f"cachelab shop {fingerprint(FULL)}":
            ours = (marker[0] or "").startswith("cachelab shop")
            raise engines.EngineError(
                f"{where} {'holds the shop of another version' if ours else 'is not ours'}, "
                f"and this course drops nothing. Remove it yourself "
                f"(DROP SCHEMA {SCHEMA} CASCADE), name another database, or unset {URL_VARIABLE}."
            )
    return engine
