"""The interface the lessons and the widgets build on."""

import json

import pytest

from cachelab import races
from cachelab.races.telling.scene import report_scene


def reader(cache, db):
    value = cache.get("user:1")
    if value is None:
        value = db.read()
        cache.set("user:1", value)
    return value


def writer(cache, db):
    db.write()
    cache.delete("user:1")


def test_a_ticket_of_random_bytes_does_not_break_the_table():
    def guess(ticket):
        return races.explore([lambda cache, db: cache.set("user:1", ticket)]).table()

    table = guess(b"ticket \n\r\x1b[2J\xff")
    assert len(table.splitlines()) == len(guess(b"ticket").splitlines())
    assert r"ticket \n\r\x1b[2J" in table and "\x1b" not in table


def test_one_step_that_goes_wrong_is_one_step():
    assert "Shortest, in 1 step, " in repr(races.explore([lambda cache, db: db.write()], probe=reader))


@pytest.fixture(scope="module")
def report():
    return races.explore([reader, writer])


def test_the_classic_race_is_found_in_five_steps(report):
    assert (report.verdict, report.ok, report.complete, report.fresh) == ("X", False, True, True)
    assert [(step.client, step.call, step.result) for step in report.violation] == [
        ("reader", "GET user:1", None),
        ("reader", "db.read()", "v0"),
        ("writer", "db.write()", ("v1", 1)),
        ("writer", "DEL user:1", 0),
        ("reader", "SET user:1 v0", "OK"),
    ]


def test_each_step_carries_the_cache_the_database_and_the_line(report):
    *_, last = report.violation
    assert (last.cache, last.db, last.stale) == ({"user:1": "v0"}, "v1", ("user:1",))
    assert last.source == 'cache.set("user:1", value)'
    assert last.file == __file__ and last.line == reader.__code__.co_firstlineno + 4
    assert last.ends and last.note == "reader returns v0"
    assert report.violation[3].note == "there is nothing to delete; writer is done"


def test_a_value_is_stale_inside_json_too():
    def json_reader(cache, db):
        found = cache.get("user:1")
        if found is not None:
            return json.loads(found)["name"]
        value = db.read()
        cache.set("user:1", json.dumps({"name": value, "was": "v10"}))
        return value

    *_, before, last = races.explore([json_reader, writer]).violation
    assert (before.stale, last.stale) == ((), ("user:1",))


def test_the_last_words_are_about_the_read_and_not_about_its_last_call():
    def checks_again(cache, db):
        value = cache.get("user:1")
        if value is None:
            value, version = db.read_versioned()
            cache.set("user:1", value)
        cache.delete("other")
        return value

    report = races.explore([checks_again, checks_again, writer])
    assert report.violations["fresh"][-1].note == "there is nothing to delete; checks_again 2 returns v0"
    words = "checks_again 2 returns v0, though a newer value was already known when it began"
    assert report.explain("fresh") == words + "."
    game = report.play()
    for step in report.violations["fresh"]:
        game.do([move.step for move in game.moves()].index(step))
    assert game.violated == words + ": not linearizable."


def test_the_counts_are_of_complete_schedules_for_each_start(report):
    assert {name: (count.violating, count.schedules) for name, count in report.counts.items()} == {
        "cold": (1, 10),
        "warm": (0, 3),
    }
    assert (report.schedules, report.violating) == (13, 1)


def test_the_report_reads_as_text_and_as_html(report):
    text = repr(report)
    assert text.startswith("reader ‖ writer: stale for good\n")
    assert "cold cache: 1 of 10 orders goes wrong; warm cache: 0 of 3 orders go wrong" in text
    assert "A new reader gets v0; the database has v1." in text
    assert "no faults" in text
    assert "<pre>" in report._repr_html_() and "user:1=v0 (stale)" in report._repr_html_()


def test_its_scene_is_plain_json_for_a_widget(report):
    told = json.loads(json.dumps(report_scene(report)))
    assert told["title"] == "reader ‖ writer, from a cold cache" and told["end"]["title"] == "Stale for good"
    assert len(told["steps"]) == 5 and told["steps"][0]["answer"] == "nil"


def test_a_strategy_without_a_violation_says_within_which_bounds():
    def lease_reader(cache, db):
        lease = "lease"
        found = cache.set("user:1", lease, nx=True, get=True, px=1000)
        if found not in (None, lease):
            return found
        value = db.read()
        if found is None:
            cache.set("user:1", value, ifeq=lease)
        return value

    report = races.explore([lease_reader, writer])
    assert report.ok and report.verdict == "." and report.violation is None and report.kind is None
    assert "no violation within these bounds" in repr(report)
    assert report.table().startswith("No violation within these bounds: 2 clients")


def test_who_reads_stale_and_when_is_told_for_each_kind_of_violation():
    report = races.explore([reader, reader, writer])
    assert list(report.violations) == ["X", "fresh"]
    assert (
        report.explain("fresh")
        == "reader 2 returns v0, though a newer value was already known when it began."
    )


def test_a_cache_may_converge_and_not_be_linearizable():
    def careless_writer(cache, db):
        db.write()

    follow = races.cdc(lambda cache, version: cache.delete("user:1"))

    def lease_reader(cache, db):
        found = cache.set("user:1", "lease", nx=True, get=True, px=1000)
        if found not in (None, "lease"):
            return found
        value = db.read()
        if found is None:
            cache.set("user:1", value, ifeq="lease")
        return value

    report = races.explore([lease_reader, careless_writer, follow])
    assert (report.verdict, report.ok, report.fresh, report.kind) == (".", True, False, "fresh")
    assert report.headline.endswith("converges, but is not linearizable")
    assert report.violation[-1].note == "lease_reader returns v0"


def test_a_value_that_is_not_committed_is_a_dirty_read():
    def cache_first(cache, db):
        value = db.new_value()
        cache.set("user:1", value)
        db.write(value)

    report = races.explore([reader, cache_first])
    assert report.verdict == "Xd" and not report.fresh
    assert report.explain("dirty").endswith("which the database does not hold at that moment.")


def test_a_cdc_client_follows_the_commits_and_survives_crashes_and_lost_calls():
    def plain_writer(cache, db):
        db.write()

    handled = races.cdc(lambda cache, version: cache.delete("user:1"))
    for fault in (None, "crash", "lost_call"):
        # the classic race is still there, but no invalidation is ever lost
        report = races.explore([reader, plain_writer, handled], fault=fault)
        assert report.verdict == "X"
    only_writers = races.explore([plain_writer, plain_writer, handled], fault="crash", probe=reader)
    assert only_writers.verdict == "."


def test_equal_clients_are_numbered_in_the_order_they_move():
    report = races.explore([reader, reader, writer, writer])
    names = [step.client for step in report.violation]
    assert names.index("reader 1") < names.index("reader 2")
    assert names.index("writer 1") < names.index("writer 2")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"clients": []}, ValueError, "at least one client"),
        ({"clients": [reader, 3]}, TypeError, "3 is not a function"),
        ({"clients": [lambda cache: None]}, TypeError, "called? <?|calls"),
        ({"clients": [reader, writer], "fault": "evicted"}, ValueError, "evict, expire, crash"),
        ({"clients": [reader, writer], "budget": -1}, ValueError, "whole number from 0 up, not -1"),
        ({"clients": [reader, writer], "seconds": -1}, ValueError, "seconds=-1.*None for no limit"),
        ({"clients": [writer, writer]}, ValueError, "probe=reader"),
        ({"clients": [reader, writer], "probe": writer}, ValueError, "probe must be a reader"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_with_a_way_out(arguments, error, words):
    with pytest.raises(error, match=words):
        races.explore(**arguments)


def test_a_kind_that_was_not_found_is_refused_and_a_step_unpacks():
    report = races.explore([reader, writer])
    for ask in (report.table, report.replay):
        with pytest.raises(ValueError, match="kind 'K' was found; there are: X"):
            ask("K")
    client, call, result, cache, db = report.violation[-1]
    assert (client, call, cache, db) == ("reader", "SET user:1 v0", {"user:1": "v0"}, "v1"), result


def test_cdc_knows_two_sources():
    with pytest.raises(ValueError, match="'primary' or 'replica'"):
        races.cdc(lambda cache, version: None, source="backup")


# --- larger than the time allows ------------------------------------------------------------


def test_a_search_that_is_stopped_says_so_and_still_shows_what_it_met():
    clients, faults = [reader] * 4 + [writer] * 4, {"evict", "crash", "lost_call"}
    report = races.explore(clients, fault=faults, budget=3, seconds=None, states=2_000)
    assert not report.complete and not report.ok
    assert report.verdict == "X" and report.violation
    assert "part of the schedules unexplored" in repr(report)
    assert str(report.counts["cold"]).endswith(" explored")
    assert report.replay is not None
    again = races.explore(clients, fault=faults, budget=3, seconds=None, states=2_000)
    assert (again.violations, again.states) == (report.violations, report.states)  # no clock has a say


# --- playing ------------------------------------------------------------


def test_following_the_hints_breaks_a_strategy_in_as_few_moves_as_there_are():
    game = races.play([reader, writer])
    assert game.shortest == game.distance == 5
    while not game.violated:
        before = game.distance
        game.do(game.hint())
        assert game.distance == before - 1
    assert len(game.steps) == 5 and game.finished
    assert game.violated == "A new reader gets v0; the database has v1."


def test_a_game_beyond_what_was_explored_ends_endless_clients():
    def waits_for_w(cache, db):
        while cache.get("k") == "w":
            while True:
                pass
        return db.read()

    def writes_w(cache, db):
        cache.set("k", "w")
        db.write()

    game = races.explore([waits_for_w, writes_w], seconds=0).play()
    with pytest.raises(races.Endless, match="waits_for_w"):
        for _ in range(3):
            game.do([option.client for option in game.moves()].index("writes_w"))


def test_a_handler_that_makes_no_call_blocks_nobody_when_it_crashes():
    def reader_or_database(cache, db):
        return cache.get("k") or db.read()

    def patient_writer(cache, db):
        races.outlast_readers()
        db.write()

    report = races.explore(
        [reader_or_database, patient_writer, races.cdc(lambda cache, version: None)], fault="crash"
    )
    assert report.ok and report.verdict == "." and report.schedules == 42


def test_a_move_can_be_taken_back_and_a_lost_chance_is_told():
    game = races.play([reader, writer])
    first = [option.label for option in game.moves()]
    assert first == ["reader: GET user:1", "writer: db.write()"]
    game.do(1)
    game.do(1)
    assert (game.distance, game.db) == (None, "v1")  # the writer is through: nothing can go wrong any more
    game.undo()
    game.undo()
    assert [option.label for option in game.moves()] == first and game.steps == []
    with pytest.raises(ValueError, match="choose from 0 to 1"):
        game.do(2)


def test_faults_are_moves_and_cost_the_budget():
    game = races.play([reader, writer], fault="crash", warm=True)
    assert game.cache == {"user:1": "v0"} and game.shortest == 3
    labels = []
    game.do(1)
    labels = [(option.label, option.fault) for option in game.moves()]
    assert ("writer crashes", "crash") in labels
    game.do(labels.index(("writer crashes", "crash")))
    assert [option.label for option in game.moves()] == ["reader: GET user:1"]


def test_the_most_loads_of_any_schedule():
    def single_flight(cache, db):
        while True:
            value = cache.get("user:1")
            if value is not None:
                return value
            if cache.set("lock", "1", nx=True):
                value = cache.get("user:1")  # somebody may have filled it meanwhile
                if value is None:
                    value = db.read()
                    cache.set("user:1", value)
                cache.delete("lock")
                return value

    def asks_the_database_until_it_changes(cache, db):
        while db.read() == "v0":
            pass
        return cache.get("user:1")

    assert races.explore([reader] * 3).most_loads == 3
    assert races.explore([single_flight] * 3).most_loads == 1
    assert races.explore([single_flight] * 2, fault="crash").most_loads >= 1
    assert races.explore([reader, asks_the_database_until_it_changes, writer]).most_loads == float("inf")
    assert races.explore([lambda cache, db: cache.get("user:1") or "none"]).most_loads == 0
    assert races.explore([reader] * 3 + [writer] * 2, seconds=0).most_loads <= 3
