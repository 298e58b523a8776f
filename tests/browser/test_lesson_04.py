"""Lesson 04 from top to bottom, then an outage on its bench, by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04_cache_aside.ipynb"


@pytest.fixture(scope="module")
def lesson(lab):
    with lab.open(NOTEBOOK) as page:
        page.run_all()
        yield page


@pytest.fixture
def bench(lesson):
    return lesson.output("bench-run")


def press(bench, name: str) -> None:
    button = bench.get_by_role("button", name=name, exact=True)
    button.focus()
    button.press("Enter")


def tile(bench, name: str):
    return bench.locator(".tiles > div", has_text=name).locator("dd")


def test_every_cell_runs(lesson):
    assert lesson.errors() == []
    assert lesson.external == []


def test_the_failures_are_the_ones_the_text_explains(lesson):
    expect(lesson.output("tutorial-run")).to_contain_text("datetime is not JSON serializable")
    expect(lesson.output("kill-run")).to_contain_text("still waiting after 4.5 s")
    expect(lesson.output("kill-reveal")).to_contain_text("the answer is")
    expect(lesson.output("hang-run")).to_contain_text("2 retries: TimeoutError")
    expect(lesson.output("connect-run")).to_contain_text(re.compile(r"gone +TimeoutError"))
    expect(lesson.output("release-run")).to_contain_text("and the new release says:")
    expect(lesson.output("nobody-run")).to_contain_text("b'null' for")
    expect(lesson.output("nobody-run")).to_contain_text("from get_user:   None")
    expect(lesson.output("delete-run")).to_contain_text("readers see the old city, until the TTL ends")
    expect(lesson.output("delete-run")).to_contain_text("readers see the new city")
    attacks = ("healthy", "dead", "frozen", "wrong password", "pool in use", "not JSON", "a list", "no date")
    for name in attacks:
        expect(lesson.output("finished-run")).to_contain_text(re.compile(rf"{name} +right, answered"))
    for error in ("get: TimeoutError", "get: AuthenticationError", "get: MaxConnectionsError"):
        expect(lesson.output("finished-see")).to_contain_text(error)
    expect(lesson.output("finished-see")).to_contain_text("start_up stops the program")
    expect(lesson.output("fake-run")).to_contain_text("fake: keeps 5000 of 5000")


def test_an_outage_on_the_bench(lesson, bench):
    expect(tile(bench, "hit ratio")).to_have_text("–")
    ttl = bench.get_by_role("slider", name="TTL")
    ttl.focus()
    ttl.press("End")
    expect(ttl).to_have_attribute("aria-valuetext", "5 min")

    press(bench, "Start")
    expect(bench.get_by_role("button", name="Stop", exact=True)).to_be_focused()  # the same button
    hits = tile(bench, "hit ratio")
    expect(hits).to_have_text(re.compile(r"[1-9]\d*(\.\d+)?%"))

    press(bench, "Kill the cache")
    expect(hits).to_have_text("0%")
    expect(tile(bench, "errors")).to_have_text("0/s")
    said = bench.locator(".status:not(.asks-found)")
    expect(said).to_have_text("The cache is dead. Its process was killed.")
    expect(bench.locator(".plot").first).to_contain_text("killed")

    press(bench, "Restart the cache")
    expect(hits).to_have_text(re.compile(r"[1-9]\d*(\.\d+)?%"))
    press(bench, "Stop")
    expect(bench.locator(".status:not(.asks-found)")).to_contain_text("Stopped after")
    assert lesson.console == []


def test_the_bench_keeps_its_keys_and_has_names(lesson, bench):
    before = lesson.cells()
    bench.get_by_role("slider", name="share of writes").focus()
    for key in "ddbax":
        lesson.page.keyboard.press(key)
    bench.get_by_role("button", name="Restart the cache").focus()
    for key in "ddbax":
        lesson.page.keyboard.press(key)
    lesson.settle()
    assert lesson.cells() == before
    assert lesson.axe('[data-cell-id="bench-run"] .cachelab') == []
