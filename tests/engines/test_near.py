"""What near caches and readers of replicas are told by real servers, and when."""

import threading
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from cachelab.engines import ValkeyServer
from cachelab.engines.valkey import find_server
from cachelab.workload.near import Tracked, late_reply
from cachelab.workload.replica import replica_pair

pytestmark = pytest.mark.skipif(not find_server(), reason="needs a real Valkey")

LESSON = Path(__file__).parents[2] / "notebooks/11_when_one_node_is_not_enough.ipynb"


@pytest.fixture(scope="module")
def server():
    server = ValkeyServer()
    yield server
    server.stop()


@pytest.fixture
def writer(server):
    with server.client(decode_responses=True) as client:
        client.flushall()
        yield client


def lesson(placeholder=True) -> SimpleNamespace:
    """What the lesson's cell defines."""
    names: dict = {}
    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    exec(compile(cells["near-code"], "lesson 11, near-code", "exec"), names)
    names["get"] = partial(names["get"], placeholder=placeholder)
    return SimpleNamespace(**names)


def test_one_read_is_told_of_one_change_by_whomever(server, writer):
    with Tracked(server, lambda key: None) as near:
        near.get("product:1"), near.get("nobody")
        for number in range(100):
            writer.set("product:1", number)
        writer.set("nobody", "came")
        near.all_told()
        assert [key for key in near.told if not key.startswith("near:")] == ["product:1", "nobody"]
        near.get("product:1")
        writer.flushall()
        near.all_told()
        assert None in near.told
    assert not [one for one in threading.enumerate() if one.name == "invalidations"]


@pytest.mark.parametrize("placeholder", [False, True])
def test_a_late_reply_stays_for_good_unless_there_is_a_placeholder(server, writer, placeholder):
    mine = lesson(placeholder)
    with Tracked(server, mine.changed) as near:
        for number in range(5):
            late_reply(near, mine.get, f"product:{number}", writer)
        assert list(mine.kept.values()) == ([] if placeholder else ["old"] * 5)
        assert mine.get("product:1", near.get) == ("new" if placeholder else "old")
        late_reply(near, mine.get, "product:9", writer)
        assert mine.get("product:9", near.get) == ("new" if placeholder else "old")


def test_after_all_keys_went_nothing_is_believed_and_of_what_was_kept_no_mark_stays(server, writer):
    mine = lesson()
    writer.set("product:1", "old")
    with Tracked(server, mine.changed) as near:
        assert mine.get("product:1", near.get) == "old" and not mine.fetching
        writer.flushall()
        near.all_told()
        assert mine.get("product:1", near.get) is None


def test_a_listener_that_connects_again_is_told_nothing(server, writer):
    """redis-py subscribes again without a word; the tracking still names the connection that died."""
    old = {"decode_responses": True, "protocol": 2}
    with server.client(**old) as client, server.client(**old, single_connection_client=True) as reader:
        listener = client.pubsub()

        def heard(kind):
            while (message := listener.get_message(timeout=1)) is None or message["type"] != kind:
                pass
            return message["data"]

        listener.execute_command("CLIENT", "ID")
        number = listener.parse_response()
        listener.subscribe("__redis__:invalidate")
        heard("subscribe")
        reader.execute_command("CLIENT", "TRACKING", "ON", "REDIRECT", number)
        reader.get("product:7")
        writer.set("product:7", "9.99")
        assert heard("message") == ["product:7"]
        reader.get("product:7")
        writer.client_kill_filter(_id=str(number))
        heard("subscribe")
        writer.set("product:7", "8.99")
        writer.publish("__redis__:invalidate", "the next thing it hears")
        assert heard("message") == "the next thing it hears"
        assert "broken_redirect" in reader.execute_command("CLIENT", "TRACKINGINFO")[1]


def test_a_replica_far_away_answers_with_what_was():
    with replica_pair(delay=0.1) as (primary, replica):
        assert primary.info("replication")["slave0"]["offset"] > 0  # it hears of writes already
        began = time.monotonic()
        primary.set("stock:7", "1")
        while replica.get("stock:7") is None:
            time.sleep(0.005)
        assert time.monotonic() - began >= 0.1  # a busy machine may look late, and never early
        primary.wait(1, 20_000)
        assert replica.get("stock:7") == "1"
