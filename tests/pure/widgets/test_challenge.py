"""Benches notice what they ask for, say so, remember it, and ask for more."""

import pytest
import redis

from cachelab import races, shop
from cachelab.checks import progress
from cachelab.cloud import account
from cachelab.engines.valkey import StandInValkey
from cachelab.widgets import Bench, Challenge, Figure, Slider, order, play_scheduler, request_path, traffic
from cachelab.widgets.challenge import Challenges
from cachelab.workload import latency


class Dial:
    value = 0


def dial(*asked):
    return Challenges("dial", asked), Dial()


HIGH = Challenge("Above ten.", lambda dial: dial.value > 10, "That is high.")
EVEN = Challenge("Three even numbers.", lambda dial: dial.value % 2 == 0 and f"n{dial.value}", times=3)


def turn(asks, dial, value):
    dial.value = value
    return asks.look(dial)


def test_a_find_is_said_with_its_meaning_and_the_next_is_asked_for():
    asks, here = dial(HIGH, EVEN)
    assert turn(asks, here, 9) == ""
    assert turn(asks, here, 11) == "Found. That is high. Next: Three even numbers."
    assert [(row["words"], row["found"]) for row in asks.rows()] == [
        ("Above ten.", True),
        ("Three even numbers.", False),
    ]


def test_of_several_each_counts_once():
    asks, here = dial(EVEN)
    assert turn(asks, here, 2) == "1 of 3 found."
    assert turn(asks, here, 2) == "" == turn(asks, here, 3)
    assert turn(asks, here, 4) == "2 of 3 found."
    assert asks.rows()[0]["note"] == "2 of 3"
    assert turn(asks, here, 6) == "Found. That was all of them."
    assert asks.open is None and turn(asks, here, 8) == ""


def test_one_state_may_be_two_finds():
    asks, here = dial(HIGH, Challenge("Above twenty.", lambda dial: dial.value > 20, "Higher."))
    assert turn(asks, here, 21) == "Found. That is high. Found. Higher. That was all of them."


def test_what_was_found_is_known_tomorrow_and_travels_with_the_progress():
    asks, here = dial(HIGH, EVEN)
    turn(asks, here, 11)
    again, _ = dial(HIGH, EVEN)
    assert again.found == 1 and again.open is EVEN
    code = progress.export()
    progress.path().unlink()
    assert dial(HIGH, EVEN)[0].found == 0
    progress.load(code)
    assert dial(HIGH, EVEN)[0].found == 1
    assert dial(HIGH)[0].open is None, "a lesson that asks for less than it did"


def test_an_older_progress_file_is_read():
    progress.path().write_text('{"exercises": {"04.1": {"tries": 2, "solved": true}}, "last": null}')
    assert progress.found("01") == 0 and progress.solved("04.1")


def test_a_file_that_cannot_be_written_costs_the_memory_and_not_the_find(tmp_path, monkeypatch):
    monkeypatch.setenv("CACHELAB_PROGRESS", str(tmp_path))  # a folder
    asks, here = dial(HIGH)
    assert "could not be saved" in turn(asks, here, 11) and asks.open is None


def test_challenges_that_nobody_wrote_are_refused_by_name():
    with pytest.raises(ValueError, match="challenges='99'.*01"):
        request_path(challenges="99", cache=StandInValkey())
    with pytest.raises(ValueError, match="at least one"):
        Challenges("none", [])


# The lessons' own, found on their own benches.


def test_lesson_01_the_cache_that_slows_and_the_one_that_saves_distance():
    def model(hit_ratio, query, database, writes):
        trip = shop.ROUND_TRIPS[database]
        costs = latency.Costs(lookup=5e-5, query=query + trip, fill=5e-5, write=query + trip, invalidate=5e-5)
        left = latency.hit_ratio_with_writes(hit_ratio, writes)
        now, bare = latency.mean_latency(costs, left, writes), latency.mean_latency_without(costs, writes)
        return {"without": ([0, 1], [bare, bare]), "you are here": ([hit_ratio], [now])}, f"{now} {bare}"

    from cachelab.widgets import Choice

    controls = [
        Slider("hit_ratio", 0, 1, 0.9, unit="%"),
        Slider("query", 1e-4, 1, 5e-3, log=True, unit="s"),
        Choice("database", list(shop.ROUND_TRIPS)),
        Slider("writes", 0, 0.9, 0, unit="%"),
    ]
    figure = Figure("").line("without").points("you are here")
    bench = Bench(model, controls, figure, challenges="01")
    assert len(bench.challenges) == 1 and bench.more == 2
    bench.set(hit_ratio=0.02, query=1e-4)
    assert bench.challenges[0]["found"] and bench.noticed.startswith("Found.") and "[x]" in bench.text()
    assert bench.moved == ["hit_ratio", "query"] and bench.asks.found == 1
    bench.set(hit_ratio=0, query=5e-3)
    assert bench.asks.found == 2
    bench.set(hit_ratio=0.9, query=5e-4, writes=0.2)
    assert bench.asks.found == 2, "on the same host it does not halve the time"
    bench.set(database="other zone")
    assert bench.asks.open is None and "[ ]" not in bench.text()


def test_lesson_03_orders():
    with account() as aws:
        subnets = [subnet["SubnetId"] for subnet in aws.client("ec2").describe_subnets()["Subnets"]]
        aws.client("elasticache").create_cache_subnet_group(
            CacheSubnetGroupName="shop", CacheSubnetGroupDescription="the shop's", SubnetIds=subnets
        )
        form = order(aws, challenges="03")
        form.set(replicas=1, automatic_failover=True)
        assert form.asks.found == 0
        form.set(multi_az=True)
        assert form.asks.found == 1
        form.set(name="_")
        form.set(name="my-app-cache", automatic_failover=False)
        form.set(automatic_failover=True, auth_token="short")
        assert form.asks.found == 2, form.asks.text()
        form.set(subnet_group="shop", tls=True, auth_token="a-long-enough-token-2026")
        form.set(backup_days=7, node_type="cache.m7g.large")
        assert form.verdict["state"] == "taken" and form.asks.found == 2
        form.set(node_type="cache.t4g.micro")
        assert form.asks.open is None


def test_lesson_05_the_scheduler():
    def reader(cache, db):
        if (value := cache.get("user:1")) is None:
            value = db.read()
            cache.set("user:1", value)
        return value

    def writer(cache, db):
        db.write()
        cache.delete("user:1")

    game = play_scheduler([reader, writer], challenges="05")
    orders = set()

    def walk():
        if game.game.violated is not None:
            orders.add(len(game.game.steps))
            return
        for i in range(len(game.moves)):
            if game.asks.open is None:
                return
            game.move(i)
            walk()
            game.undo()

    assert isinstance(game.game, races.Game)
    walk()
    assert orders == {5} and game.asks.found == 2, "the break, which is the shortest"
    walk()
    assert game.asks.open is None


class Shop:
    """A database session, as far as a path needs it."""

    def rows(self, sql, parameters=None):
        return []

    def close(self):
        pass


def test_lesson_00_ten_requests_without_the_cache():
    def get_user(user_id, cache, db):
        try:
            return cache.get(f"user:{user_id}") or db.rows("SELECT user", [user_id])
        except redis.RedisError:
            return db.rows("SELECT user", [user_id])

    path = request_path(get_user, challenges="00", cache=StandInValkey(), connect=Shop)
    path.one()
    assert "[ ] Let it run" in path.text()
    path.kill()
    for _ in range(9):
        path.one()
    assert path.asks.found == 0
    path.one()
    assert path.asks.found == 1 and "Nobody was turned away" in path.noticed


def test_lesson_04_is_looked_for_on_the_bench_of_traffic():
    bench = traffic(lambda user, db, ttl: None, cache=StandInValkey(), connect=lambda: None, challenges="04")
    assert bench.challenges[0]["words"].startswith("Kill the cache") and "[ ] Kill" in bench.text()
