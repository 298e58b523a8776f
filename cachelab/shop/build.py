"""Fills an empty PostgreSQL database with the shop: tables, data, keys, in that order, one transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .progress import ProgressLine

if TYPE_CHECKING:  # imported below where it is used: a browser has no psycopg
    import psycopg

SCHEMA = "cachelab"

_FILES = [Path(__file__).with_name(name) for name in ("schema.sql", "words.sql", "data.sql", "indexes.sql")]


@dataclass(frozen=True)
class Size:
    """How many rows; there are about 2.6 lines to an order, and one in ten of them is reviewed."""

    users: int = 100_000
    products: int = 10_000
    orders: int = 200_000

    def __post_init__(self):
        for name, rows in asdict(self).items():
            if rows < 1:
                raise ValueError(f"{name}={rows}: a shop has at least one row in each table")
        if self.products > 46_080:
            raise ValueError(f"products={self.products}: there are names for 46080 different products")


FULL = Size()


def fingerprint(size: Size = FULL) -> str:
    """Names what a build of this size yields: it changes whenever the SQL does."""
    digest = hashlib.sha256(repr(size).encode())
    for file in _FILES:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def build(connection: psycopg.Connection, size: Size = FULL) -> None:
    """Create schema `cachelab` and fill it, showing progress. Afterwards all of it is there, or nothing.

    `connection` must be in autocommit mode; its search path is left on the shop.
    """
    import psycopg

    steps = list(_steps())
    with ProgressLine("Building the shop's database, once per machine", len(steps) + 1) as progress:
        with connection.transaction():
            # Local to this transaction: building wants more memory than serving.
            connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '64MB'")
            connection.execute(f"SET LOCAL timezone = 'UTC'; CREATE SCHEMA {SCHEMA}")
            connection.execute(f"SET search_path = {SCHEMA}")
            for name, statements in steps:
                progress.step(name)
                with psycopg.ClientCursor(connection) as cursor:
                    cursor.execute(statements, asdict(size))
            connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS 'cachelab shop {fingerprint(size)}'")
        progress.step("statistics")
        for table in ("users", "products", "orders", "order_lines", "reviews"):
            # Frozen now, so that the first readers do not pay for it with writes.
            connection.execute(f"VACUUM (FREEZE, ANALYZE) {SCHEMA}.{table}")


def _steps() -> Iterator[tuple[str, str]]:
    for file in _FILES:
        head, *steps = re.split(r"(?m)^-- step: ", file.read_text(encoding="utf-8"))
        if not steps:
            yield file.stem, head
        for step in steps:
            name, _, statements = step.partition("\n")
            yield name, statements
