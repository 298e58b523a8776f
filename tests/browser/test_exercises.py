"""From an untouched exercise to a pass, as a learner goes: verdict, hint, a look at the solution, fix."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "exercises" / "01_why_cache.ipynb"
WRONG = """def mean_read_ms(hit_ratio, lookup, query, fill):
    return hit_ratio * lookup + (1 - hit_ratio) * query"""
RIGHT = """def mean_read_ms(hit_ratio, lookup, query, fill):
    return lookup + (1 - hit_ratio) * (query + fill)"""
CHECK = 'exercise("01.1").check(mean_read_ms)'


@pytest.fixture(scope="module")
def notebook(lab):
    with lab.open(NOTEBOOK) as page:
        page.run_all()
        yield page


def write(notebook, cell: str, source: str) -> None:
    """Replace a cell's text, and run it."""
    notebook.write(cell, source)
    notebook.run(cell)


def verdict(notebook, word: str):
    return notebook.output("check-01-1").get_by_role("region", name=f"01.1 What a read costs: {word}")


def test_an_untouched_exercise_runs_and_blames_nobody(notebook):
    assert notebook.errors() == [] and notebook.external == [] and notebook.console == []
    for number in range(1, 7):
        expect(notebook.output(f"check-01-{number}")).to_contain_text("not attempted")
    assert notebook.axe('[data-cell-id="check-01-1"] .jp-Cell-outputArea') == []


def test_a_wrong_answer_is_told_what_happened_and_a_hint_helps(notebook):
    write(notebook, "answer-01-1", WRONG)
    write(notebook, "check-01-1", CHECK)
    expect(verdict(notebook, "incorrect")).to_contain_text("a miss which only asks the database")
    write(notebook, "check-01-1", 'exercise("01.1").hint()')
    expect(notebook.output("check-01-1")).to_contain_text("Hint 1 of 2 for 01.1")


def test_the_solution_asks_first(notebook):
    notebook.write("check-01-1", 'exercise("01.1").solution()')
    notebook.cell("check-01-1").locator(".cm-content").click()
    notebook.page.keyboard.press("Control+Enter")
    question = notebook.output("check-01-1").locator(".jp-Stdin-input")
    question.fill("n")
    question.press("Enter")
    notebook.settle()
    expect(notebook.output("check-01-1")).to_contain_text("Not shown.")


def test_the_fixed_answer_passes_and_counts(notebook):
    write(notebook, "answer-01-1", RIGHT)
    write(notebook, "check-01-1", CHECK)
    expect(verdict(notebook, "correct")).to_contain_text("Next: 01.2")
    notebook.run("progress")
    expect(notebook.output("progress")).to_contain_text("1 of 6 solved")
    assert notebook.errors() == []


RACE = """def reader(cache, db):
    price = cache.get("product:7:price")
    if price is None:
        price = db.read()
        cache.set("product:7:price", price)
    return price"""
WRITER = """def writer(cache, db):
    db.write()
    cache.delete("product:7:price")"""


@pytest.fixture(scope="module")
def races(lab):
    with lab.open(NOTEBOOK.parent / "05_invalidation_races.ipynb", width=1024) as page:
        page.run_all()
        yield page


def test_a_failing_race_is_stepped_through_with_the_learners_own_line_lit(races):
    write(races, "answer-05-2", RACE)
    write(races, "writer-05-2", WRITER)
    for cell in ("answer-05-2", "writer-05-2", "check-05-2"):
        races.run(cell)
    verdict = races.output("check-05-2")
    expect(verdict).to_contain_text("05.2 A lease: incorrect")
    lit = verdict.locator(".seq-code.now")
    expect(lit).to_contain_text('cache.set("product:7:price", price)')
    figure = verdict.locator(".race-figure")
    figure.press("Home")
    expect(verdict.locator(".race-count")).to_have_text("step 0 of 5")
    for line in ("cache.get(", "db.read()", "db.write()", "cache.delete("):
        figure.press("ArrowRight")
        expect(lit).to_contain_text(line)
    assert races.axe('[data-cell-id="check-05-2"] .cachelab') == []


def test_the_play_is_the_answer(races):
    for cell, moves in (("answer-05-1", "1221"), ("late-05-1", "21111")):
        figure = races.output(cell).locator(".race-figure")
        for made, move in enumerate(moves, 1):
            figure.press(move)
            expect(races.output(cell).locator(".race-say")).to_contain_text(f"{made}. ")
        expect(races.output(cell).locator(".race-verdict.won")).to_contain_text("You broke it")
        expect(races.output(cell).locator(".moves")).to_be_hidden()  # the verdict stands in their place
    races.run("check-05-1")
    expect(races.output("check-05-1")).to_contain_text("05.1 You are the scheduler: correct")
