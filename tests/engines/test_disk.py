"""A database of known capacity, and what a flush does to it under an open loop."""

import psycopg
import pytest

from cachelab import engines
from cachelab.workload.disk import Disk
from cachelab.workload.openloop import OpenLoop


@pytest.fixture(scope="module")
def postgres():
    server = engines.PostgresServer()
    yield server
    server.stop()


def test_it_serves_no_more_than_its_capacity(postgres):
    disk = Disk(postgres, seconds=0.02, arms=2)
    seen = OpenLoop(lambda item, db: db.read(item), 400, workers=8, skew=0, connect=disk.connect).run(1.5)
    assert 0 < seen.answered.sum() <= disk.capacity * 1.5 + 2
    assert seen.wait(0) >= 0.02


def test_a_reader_counts_and_answers(postgres):
    reader = Disk(postgres, seconds=0.001).connect()
    assert reader.read(7) == "row 7" and reader.queries == 1
    reader.close()


def test_the_time_out_counts_the_wait_for_an_arm(postgres):
    disk = Disk(postgres, seconds=0.2, timeout=0.3)
    seen = OpenLoop(lambda item, db: db.read(item), 100, workers=8, connect=disk.connect).run(1.0)
    assert seen.errors["QueryCanceled"] > 0


def test_connections_are_closed(postgres):
    disk = Disk(postgres, seconds=0.001)
    for _ in range(3):
        OpenLoop(lambda item, db: db.read(item), 50, workers=40, connect=disk.connect).run(0.1)
    with pytest.raises(psycopg.OperationalError, match="too many clients"):
        held = []
        try:
            while len(held) < 200:
                held.append(disk.connect())
        finally:
            for reader in held:
                reader.close()


def test_mistakes_are_explained(postgres):
    with pytest.raises(ValueError, match="arms=0"):
        Disk(postgres, arms=0)
    with pytest.raises(ValueError, match="timeout=0"):
        Disk(postgres, timeout=0)
