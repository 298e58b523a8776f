"""The request path without a server: a cache in this process, a database of three products."""

import threading
import time

import fakeredis
import pytest
import redis

from cachelab.engines import EngineError
from cachelab.engines.valkey import StandInValkey
from cachelab.widgets.path import PathView, RequestPath, request_path
from cachelab.widgets.path.contents import look
from cachelab.widgets.path.trip import Call, Trip, answer, failure, spelled


class Shop:
    """What shop.connect() gives, as far as a path needs it."""

    queries = 0
    closed = False

    def rows(self, sql, parameters=None):
        self.queries += 1
        return [{"product_id": parameters[0], "name": "Lamp"}]

    def product_page(self, product_id):
        product, _ = self.rows("SELECT product", [product_id]), self.rows("SELECT reviews", [product_id])
        return product[0]

    def close(self):
        self.closed = True


def path(get=None, **options) -> RequestPath:
    return RequestPath(get, cache=options.pop("cache", None) or StandInValkey(), connect=Shop, **options)


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert condition()


def came(trip: Trip) -> list[str]:
    return [f"{call.name} {call.came}" for call in trip.calls]


def test_the_first_request_misses_and_fills_and_the_second_hits():
    here = path()
    first, second = here.ask(7), here.ask(7)
    assert came(first) == ["GET miss", "query rows", "query rows", "SET stored"]
    assert came(second) == ["GET hit"]
    assert (first.outcome, second.outcome) == ("miss", "hit")
    assert [stage[:2] for stage in first.stages()] == [
        ("cache", "GET product:7:page"),
        ("database", "2 queries"),
        ("cache", "SET product:7:page … EX 30"),
    ]
    assert first.seconds >= sum(call.seconds for call in first.calls)


def test_a_dead_cache_costs_the_hit_and_not_the_answer():
    here = path()
    here.ask(7)
    here.kill()
    assert came(here.ask(7)) == ["GET refused", "query rows", "query rows"]
    assert here.trips[-1].outcome == "without the cache" and here.contents() is None
    here.restart()
    assert here.ask(7).outcome == "miss", "a cache that was killed comes back empty"


def test_without_a_way_round_the_shop_is_down_with_its_cache():
    here = path(degrade=False)
    here.kill()
    trip = here.ask(7)
    assert trip.outcome == "error" and "ConnectionError" in trip.error and not trip.queries


def test_the_ttl_reaches_a_function_that_takes_one():
    here = path(ttl=500)
    here.ask(7)
    (entry,) = here.contents().entries
    assert entry.key == "product:7:page" and 0 < entry.ttl <= 500

    seen = []
    path(lambda id, cache, db: seen.append(id)).ask(3)
    path(lambda id, cache, db, ttl: seen.append(ttl), ttl=9).ask(3)
    assert seen == [3, 9]


def test_an_answer_that_is_held_is_in_the_hand_and_not_in_the_cache():
    here = path().hold()
    customer = threading.Thread(target=here.ask, args=(7,))
    customer.start()
    until(lambda: here.holding == "held")
    assert here.contents().keys == 0 and here.waiting[0].queries == 2
    assert here.ask(7).outcome == "miss", "the next one finds nothing and asks the database too"
    here.let_go()
    customer.join(30)
    assert not customer.is_alive() and here.contents().keys == 1 and here.holding == ""


def test_nothing_is_left_of_a_run_that_was_stopped_while_an_answer_was_held():
    before = set(threading.enumerate())
    here = path(rate=50).hold().start()
    until(lambda: here.holding == "held")
    here.stop(patience=30)
    until(lambda: set(threading.enumerate()) <= before)
    assert not here.waiting and not here.running


def test_one_user_asked_often_is_one_miss():
    here = path(ids=[42], rate=100, ttl=1000).start()
    until(lambda: len(here.trips) > 20)
    here.stop(patience=30)
    assert {trip.id for trip in here.trips} == {42}
    misses = sum(trip.outcome == "miss" for trip in here.trips)
    assert 1 <= misses <= 3, "three customers, who may all have come before the first fill"


def test_a_pipeline_is_one_call():
    def get(id, cache, db):
        with cache.pipeline() as pipe:
            pipe.set("user:1", "Ada")
            pipe.get("user:1")
            return pipe.execute()

    assert came(path(get).ask(1)) == ["pipeline stored"]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"zone": "the moon"}, "zone='the moon'.*same zone"),
        ({"database": "here"}, "database='here'.*same zone"),
        ({"ids": []}, "at least one id"),
        ({"rate": 0}, "rate=0"),
        ({"ttl": -1}, "ttl=-1"),
        ({"get": lambda id: id}, r"must take \(id, cache, db\)"),
        ({"get": lambda id, cache, db: id, "degrade": False}, "degrade=False"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(wrong, named):
    with pytest.raises((ValueError, TypeError), match=named):
        path(**wrong)


def test_a_stand_in_is_not_moved_and_not_frozen():
    for deed in (lambda: path().move("other zone"), lambda: path().freeze()):
        with pytest.raises(EngineError, match="only a server of this kernel's own"):
            deed()
    with pytest.raises(ValueError, match="zone='moon'"):
        path().move("moon")


def test_a_look_into_the_cache_cuts_values_and_counts_what_is_no_text():
    client = fakeredis.FakeRedis()
    client.set("page:1", "é" * 400, ex=60)
    client.rpush("queue", 1, 2, 3)
    client.set("picture", b"\x89PNG\xff")
    found = {entry.key: entry for entry in look(client).entries}
    assert found["page:1"].value == "é" * 150 and 0 < found["page:1"].ttl <= 60
    assert found["queue"].value == "a list of 3" and found["queue"].ttl is None
    assert found["picture"].value == r"\x89PNG\xff"
    assert len(look(client, most=2).entries) == 2 and look(client, most=2).keys == 3


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (("SET", "user:1", b"{}", "EX", 30), "SET user:1 … EX 30"),
        (("SETEX", "user:1", 30, "{}"), "SETEX user:1 30 …"),
        (("GET", b"user:1"), "GET user:1"),
        (("MGET", *range(100)), "MGET 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 2…"),
    ],
)
def test_a_command_is_spelled_without_its_value(words, read):
    assert spelled(words) == read


def test_what_an_answer_means():
    assert [answer("GET", None), answer("GET", b""), answer("SET", True), answer("HGETALL", {})] == [
        "miss",
        "hit",
        "stored",
        "miss",
    ]
    assert failure(redis.TimeoutError()) == "no answer" and failure(ConnectionError()) == "refused"
    assert failure(redis.ResponseError()) == "error"
    assert Call("cache", "GET user:1", 0.1, "no answer").failed


# The picture.


def picture(get=None, **options) -> PathView:
    return PathView(path(get, **options))


def test_the_picture_says_where_everything_stands():
    view = picture().one(7)
    assert view.stage["state"] == "up" and view.holds["keys"] == 1
    assert view.trips[-1]["outcome"] == "miss" and "GET product:7:page" in view.last
    view.kill()
    assert view.stage["state"] == "dead" and "A stand-in has no process" in view.said
    assert view.holds == {"rows": [], "keys": 0, "note": "The process is gone, and all it held with it."}
    view.kill()
    assert view.said == "The cache is dead already."
    view.restart()
    assert view.stage["state"] == "up" and view.holds["note"] == "It is empty."


def test_a_stand_in_shows_no_times():
    view = picture().one(7)
    assert all("ms" not in text and "µs" not in text for texts in view.lines.values() for text in texts)
    assert view.tiles[1] == ["p50", "–"] and "response time" not in str(view.pictures)


def test_a_refusal_is_shown_in_the_picture():
    view = picture()
    view._asked({"do": "freeze"})
    assert "cannot be frozen" in view.said
    view._asked({"do": "move", "zone": "other zone"})
    assert "stays where it is" in view.said


def test_a_run_ends_by_its_limit_and_the_picture_says_so():
    view = picture(rate=50, limit=0.5).start()
    assert view.running
    until(lambda: not view.running)
    assert view.said.startswith("Stopped after ") and "hit" in view.said
    view.stop()


def test_a_second_picture_stops_the_first():
    first, second = picture(rate=20).start(), picture(rate=20)
    second.start()
    assert not first.model.running and second.model.running
    second.stop()


def test_a_picture_that_has_not_run_shows_a_recorded_run_and_says_so():
    view = picture()
    page = view.static_html()
    assert "recorded on" in page and "killed" in page and "without the cache" in view.text()
    assert view.trips == [] and view.recorded == "", "the live picture stays empty"
    view.one(7)
    assert "recorded on" not in view.static_html()


def test_the_recorded_run_has_what_a_page_can_play():
    state = picture().state()
    outcomes = {trip["outcome"] for trip in state["trips"]}
    assert {"hit", "miss", "without the cache"} <= outcomes
    numbers = [trip["n"] for trip in state["trips"]]
    assert numbers == sorted(set(numbers))
    for trip in state["trips"]:
        assert all(to in ("cache", "database") and seconds > 0 for to, _, seconds, _ in trip["stages"])


def test_request_path_takes_a_learners_function():
    def get_user(user_id, cache, db):
        return db.rows("SELECT user", [user_id])[0]

    view = request_path(get_user, cache=StandInValkey(), connect=Shop)
    assert view.one(42).stage["program"] == "get_user"
    assert view.trips[-1]["stages"][0][:2] == ["database", "1 query"]
