"""The pictures of schedules, without a browser: what they say, and what the learner can do with them."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cachelab import races
from cachelab.races import matrix
from cachelab.races.telling.replay import Difference
from cachelab.widgets import Matrix, play_scheduler, race, race_matrix
from tests.oracle.depth import examples


def get_user(cache, db):
    user = cache.get("user:1")
    if user is None:
        user = db.read()
        cache.set("user:1", user)
    return user


def update_user(cache, db):
    db.write()
    cache.delete("user:1")


def update_in_place(cache, db):
    user, _ = db.write()
    cache.set("user:1", user)


LEASE = matrix.by_name("lease")
KINDS = {"call", "lost", "unanswered", "crash", "evict", "expire", "replicate", "pause"}


@pytest.fixture(scope="module")
def late_fill():
    return races.explore([get_user, update_user])


# --- the scene ----------------------------------------------------------------------------------------------


def test_the_late_fill_told_step_by_step(late_fill):
    scene = race(late_fill).scene
    assert [one["sentence"] for one in scene["steps"]] == [
        "get_user: GET user:1 → nil",
        "get_user: db.read() → v0",
        "update_user: db.write() → v1",
        "update_user: DEL user:1 → 0",
        "get_user: SET user:1 v0 → OK",
    ]
    assert [one["to"] for one in scene["steps"]] == ["cache", "database", "database", "cache", "cache"]
    assert [one["alarm"] for one in scene["steps"]] == [False, False, False, False, True]
    held = [one["state"]["hands"][0] for one in scene["steps"]]
    assert [hand and (hand["text"], hand["stale"]) for hand in held] == [
        None, ("v0", False), ("v0", True), ("v0", True), ("v0", True),
    ]  # fmt: skip
    last = scene["steps"][-1]["state"]
    assert [(e["key"], e["text"], e["stale"]) for e in last["cache"]] == [("user:1", "v0", True)]
    assert (last["latest"], last["log"], last["done"]) == ("v1", ["v0", "v1"], ["returned", "done"])
    assert scene["end"]["title"] == "Stale for good" and "gets v0" in scene["end"]["words"]


def test_what_a_client_returns_is_not_what_it_was_told():
    def returns(what):
        def get_user(cache, db):
            value = db.read()
            return {"nothing": None, "a word": True, "it": value}[what]

        rules = {"never": lambda cache, db, results: False}
        last = race(races.explore([get_user], rules=rules)).scene["steps"][-1]["state"]
        return last["done"], last["hands"][0]["text"]

    assert returns("it") == (["returned"], "v0")
    assert returns("nothing") == returns("a word") == (["done"], "v0")


def test_what_was_returned_before_a_write_is_not_made_stale_by_it():
    def get_user(cache, db):
        return db.read()

    def update_user(cache, db):
        db.write()

    rules = {"read before the write": lambda cache, db, results: results[0] != "v0"}
    last = race(races.explore([get_user, update_user], rules=rules)).scene["steps"][-1]["state"]
    assert (last["latest"], last["done"]) == ("v1", ["returned", "done"])
    assert last["hands"][0] == {"text": "v0", "stale": False}


def test_each_step_points_at_its_line(late_fill):
    scene = race(late_fill).scene
    sources = {source["name"]: source for source in scene["sources"]}
    for one in scene["steps"]:
        source = sources[one["source"]]
        line = source["lines"][one["line"] - source["first"]]
        verbs = {"GET": "cache.get", "SET": "cache.set", "DEL": "cache.delete"}
        assert verbs.get(one["call"][:3], one["call"]) in line


def test_a_call_in_a_helper_shows_the_helper():
    def helper(cache):
        cache.delete("user:1")

    def writer(cache, db):
        db.write()
        helper(cache)

    scene = race(races.explore([get_user, writer])).scene
    assert [source["name"] for source in scene["sources"]] == ["get_user", "writer", "helper"]
    delete = next(one for one in scene["steps"] if one["call"].startswith("DEL"))
    assert delete["source"] == "helper" and delete["line"] == scene["sources"][2]["first"] + 1


@pytest.mark.parametrize("strategy", matrix.STRATEGIES, ids=matrix.name_of)
@pytest.mark.parametrize("fault", matrix.COLUMNS.values(), ids=matrix.COLUMNS)
def test_the_scene_agrees_with_the_schedule(strategy, fault):
    for _, report in matrix.reports(strategy, fault, matrix.TWO):
        for kind, steps in report.violations.items():
            scene = race(report, kind).scene
            assert json.loads(json.dumps(scene, allow_nan=False)) == scene
            assert len(scene["steps"]) == len(steps)
            assert 1 <= len(scene["keys"]) <= 3
            for told, step in zip(scene["steps"], steps, strict=True):
                assert told["kind"] in KINDS
                assert told["who"] == step.index and told["name"] == step.client
                assert (told["to"] is None) == (told["kind"] in KINDS - {"call", "lost", "unanswered"})
                assert [entry["key"] for entry in told["state"]["cache"]] == list(step.cache)
                assert told["state"]["latest"] == step.db
                stale = {entry["key"] for entry in told["state"]["cache"] if entry["stale"]}
                assert stale >= set(step.stale)  # the scene also finds a value inside a longer text
                assert told["sentence"].startswith(step.client)


def test_the_steps_stay_within_the_schedule(late_fill):
    picture = race(late_fill)
    assert picture.step == 5  # the whole race at a glance; "first" begins it
    picture.step = 99
    assert picture.step == 5
    picture.step = -3
    assert picture.step == 0


def test_text_is_the_whole_table(late_fill):
    text = race(late_fill).text()
    assert text == late_fill.table()
    assert "SET user:1 v0" in text and "(stale)" in text
    three = races.explore([LEASE.reader] * 3 + [LEASE.writer])
    assert "newer value was already known" in race(three, "fresh").text()


def test_where_nothing_went_wrong_the_report_says_so():
    harmless = races.explore([LEASE.reader, LEASE.writer])
    assert race(harmless) is harmless
    assert "no violation within these bounds" in repr(harmless)


def test_a_kind_that_did_not_happen_is_an_error_with_the_way_out():
    with pytest.raises(ValueError, match="'fresh'.*there are: X"):
        race(races.explore([get_user, update_user]), "fresh")


def test_the_replay_stands_beside_the_model(late_fill):
    picture = race(late_fill)
    picture.replay_now()
    answers = [(answer["answer"], answer["agrees"]) for answer in picture.replay["answers"]]
    assert answers == [("nil", True), ("", True), ("", True), ("0", True), ("OK", True)]
    assert "3 of 3 answers are the model's" in picture.replay["words"]
    assert "DEL user:1 → 0; the real server: 0, the same" in picture.text()


def test_a_replay_that_differs_says_where(late_fill, monkeypatch):
    real = late_fill.replay()
    difference = Difference("the answer", "DEL user:1", 1, 0)
    answers = [*real.answers[:3], "1"]
    other = replace(real, answers=answers, difference=difference)
    monkeypatch.setattr(late_fill, "replay", lambda kind: other)
    picture = race(late_fill)
    picture.replay_now()
    assert picture.replay["state"] == "failed"
    assert "not as the model says" in picture.replay["words"] and "DEL user:1" in picture.replay["words"]
    assert [answer["agrees"] for answer in picture.replay["answers"]] == [True, True, True, False]


def test_no_server_to_replay_on_is_said_in_words(late_fill, monkeypatch):
    def none(kind):
        raise ValueError("a replay needs a real server, and here there is none")

    monkeypatch.setattr(late_fill, "replay", none)
    picture = race(late_fill)
    picture.replay_now()
    assert picture.replay["words"] == "No replay: a replay needs a real server, and here there is none"


# --- the learner as the scheduler ---------------------------------------------------------------------------


def choose(scheduler, *clients):
    for client in clients:
        scheduler.move(next(i for i, move in enumerate(scheduler.moves) if move["client"] == client))


def test_breaking_it_by_hand():
    scheduler = play_scheduler([get_user, update_user])
    choose(scheduler, "get_user", "get_user", "update_user", "update_user", "get_user")
    end = scheduler.scene["end"]
    assert end["mark"] == "won" and "You needed 5 moves." in end["words"]
    assert "No schedule breaks it in fewer" in end["words"]
    assert scheduler.moves == []


def test_a_harmless_order_says_where_the_chance_was_lost():
    scheduler = play_scheduler([get_user, update_user])
    choose(scheduler, "get_user", "get_user", "get_user", "update_user", "update_user")
    end = scheduler.scene["end"]
    assert end["mark"] == "held"
    assert "Before move 3 you were 3 moves from a break" in end["words"]
    assert "get_user: SET user:1 v0 closed the window" in end["words"]


def test_what_cannot_be_broken_says_so_with_its_bounds():
    scheduler = play_scheduler([LEASE.reader, LEASE.writer])
    scheduler.hint()
    assert "None of the 10 orders does harm: no violation within these bounds" in scheduler.said
    assert "2 clients" in scheduler.said
    while scheduler.moves:
        scheduler.move(0)
    assert "no violation within these bounds" in scheduler.scene["end"]["words"]


def test_hints_lead_to_the_shortest_break():
    scheduler = play_scheduler([get_user, update_user, update_user])
    moves = 0
    while not scheduler.game.violated:
        scheduler.hint()
        scheduler.move(scheduler.hinted)
        moves += 1
    assert moves == scheduler.game.shortest


def test_faults_are_moves_of_their_own():
    scheduler = play_scheduler([get_user, update_user], fault={"evict", "crash"}, warm=True)
    assert {"client": "cache", "call": "evicts user:1", "fault": "evict"} in scheduler.moves
    scheduler.move(next(i for i, move in enumerate(scheduler.moves) if move["fault"] == "evict"))
    assert scheduler.scene["steps"][0]["kind"] == "evict"
    assert scheduler.scene["start"]["cache"] and not scheduler.scene["steps"][0]["state"]["cache"]


def test_a_call_may_get_lost_on_its_way_or_on_its_way_back():
    scheduler = play_scheduler([get_user, update_user], fault="lost_call", warm=True)
    choose(scheduler, "update_user")
    calls = [move["call"] for move in scheduler.moves if move["client"] == "update_user"]
    assert calls == ["DEL user:1", "lost: DEL user:1", "answer lost: DEL user:1"]
    for call, kind, left in (("lost", "lost", 1), ("answer lost", "unanswered", 0)):
        scheduler.move(next(i for i, m in enumerate(scheduler.moves) if m["call"].startswith(f"{call}:")))
        step = scheduler.scene["steps"][-1]
        assert (step["kind"], len(step["state"]["cache"])) == (kind, left)
        scheduler.undo()


def test_taking_moves_back():
    scheduler = play_scheduler([get_user, update_user])
    start = scheduler.scene
    choose(scheduler, "get_user", "get_user", "update_user")
    scheduler.back_to(1)
    assert [one["call"] for one in scheduler.scene["steps"]] == ["GET user:1"]
    scheduler.undo()
    scheduler.undo()
    assert scheduler.scene == start


@pytest.mark.parametrize("message", [{}, {"do": "move"}, {"do": "move", "move": 9}, {"do": "jump"}])
def test_nonsense_from_the_page_changes_nothing(message):
    scheduler = play_scheduler([get_user, update_user])
    before = scheduler.scene
    scheduler._asked(message)
    assert scheduler.scene == before


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.integers(0, 9), max_size=20), st.sampled_from([None, "evict", "crash", "lost_call"]))
def test_any_play_ends_in_a_verdict_that_the_explorer_shares(choices, fault):
    scheduler = play_scheduler([get_user, update_user], fault=fault)
    for choice in choices:
        if scheduler.moves:
            scheduler.move(choice % len(scheduler.moves))
    while scheduler.moves:
        scheduler.move(0)
    end = scheduler.scene["end"]
    stale = any(entry["stale"] for entry in scheduler.scene["steps"][-1]["state"]["cache"])
    assert end["mark"] == ("won" if stale else "held")
    assert scheduler.scene["steps"][-1]["sentence"].split(": ")[1].split(" →")[0] in scheduler.text()


# --- the matrix ---------------------------------------------------------------------------------------------


@pytest.fixture
def grid():
    return Matrix({
        "DEL after write": {"no fault": "X", "crash": "X", "linearizable": "no"},
        "memcached gets/cas": {"no fault": "./X", "crash": "X", "linearizable": "no"},
        "lease": {"no fault": ".", "crash": "X", "linearizable": "no"},
    })  # fmt: skip


def test_a_cell_opens_its_shortest_race(grid):
    report = grid.show_cell("lease", "crash")
    assert report.verdict == "X" and len(grid.scene["steps"]) == grid.step == 3
    assert grid.said == "lease, crash: broken by 1 reader and 1 writer in 3 steps."
    grid.show_cell("memcached gets/cas", "no fault")
    assert "broken by 2 readers and 1 writer in 10 steps" in grid.said
    grid.show_cell("lease", "linearizable")
    assert "broken by 3 readers and 1 writer in 7 steps" in grid.said


def test_a_cell_without_a_race_says_how_much_was_explored(grid):
    grid.show_cell("lease", "no fault")
    assert grid.scene == {} and grid.chosen == [2, 0]
    assert "no violation within these bounds, in" in grid.said


def test_cells_have_words(grid):
    parts = grid.rows[1]["cells"][0]["parts"]
    assert [part["words"] for part in parts] == ["no violation", "stale for good"]
    assert "./X" in grid.text() and "X stale for good" in grid.text()


def test_an_unknown_cell_is_an_error_with_the_names(grid):
    with pytest.raises(ValueError, match="no cell 'leas'.*lease"):
        grid.show_cell("leas", "crash")
    grid._asked({"row": 77, "column": 0})
    assert grid.chosen == []


def test_a_blank_cell_opens_nothing():
    grid = race_matrix(["memcached meta lease", "lease"])
    column = grid.columns.index("failover")
    assert [row["cells"][column]["verdict"] for row in grid.rows] == ["", "X"]
    grid._asked({"row": 0, "column": column})
    assert grid.chosen == []
    with pytest.raises(ValueError, match="no replica to fail over to"):
        grid.show_cell("memcached meta lease", "failover")


def test_the_matrix_has_every_strategy():
    assert [row["name"] for row in race_matrix().rows] == [matrix.name_of(one) for one in matrix.STRATEGIES]
    assert len(race_matrix(["lease", "DEL after write"]).rows) == 2
    with pytest.raises(ValueError, match="leasing"):
        race_matrix(["leasing"])


def test_only_a_report_can_be_drawn():
    with pytest.raises(TypeError, match="what races.explore.. returns, not 5"):
        race(5)


def test_tokens_have_letters_and_options_are_words():
    """A random token is A, B, …, in the picture; a SET's options read as what they ask."""
    report = races.explore([LEASE.reader, LEASE.reader, LEASE.writer], fault="crash")
    steps = race(report).scene["steps"]
    calls = [one["call"] for one in steps if one["call"].startswith("SET")]
    assert calls[0] == "SET user:1 lease A if empty, for 60 s"
    assert not any("…" in one["call"] + one["sentence"] + one["note"] for one in steps)
