"""A race that fails an answer can be stepped through in its verdict, the learner's own lines with it."""

import importlib.util

from cachelab import races
from cachelab.checks import exercise
from cachelab.checks.verdict import Schedule
from cachelab.exercises.lesson_05.scheduler import delete_first, reader

WRONG = """
def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)
    return price

def writer(cache, db):
    db.write()
    cache.delete("product:7:price")
"""


def schedule_in(verdict) -> Schedule:
    [found] = [item for item in verdict.evidence if isinstance(item, Schedule)]
    return found


def test_every_step_points_at_the_learners_line(tmp_path):
    (tmp_path / "answer.py").write_text(WRONG)
    spec = importlib.util.spec_from_file_location("answer", tmp_path / "answer.py")
    answer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(answer)
    verdict = exercise("05.2").check(answer.reader, answer.writer)
    schedule = schedule_in(verdict)
    assert [source["name"] for source in schedule.scene["sources"]] == ["reader", "writer"]
    lines = WRONG.splitlines()
    lit = [lines[step["line"] - 1].strip() for step in schedule.scene["steps"]]
    assert lit[-1] == 'cache.set("product:7:price", price)' and "db.write()" in lit
    assert len(schedule.rows) == len(lit) and schedule.scene["end"]["mark"] == "broken"
    page = verdict._repr_html_()
    assert "seq-code" in page and "<script" in page  # the view itself, and what it draws
    assert "cache.set(" in page and "The shortest order that goes wrong" in page
    assert "The shortest order that goes wrong" in str(verdict)  # and by text, as a table


def test_a_game_that_does_no_harm_is_shown_as_it_was_played():
    game = races.play([reader, delete_first], probe=reader)
    for move in (0, 0, 0, 0, 0):
        game.do(move)
    scene = schedule_in(exercise("05.1").check("ABBA", game)).scene
    assert [step["name"] for step in scene["steps"]] == ["reader"] * 3 + ["delete_first"] * 2
    assert scene["end"] is None
