"""The teacher's page of a class: closed until it is opened, by keyboard, in the dark and on a phone."""

import json
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cachelab.checks.course import source
from cachelab.command.classroom.agenda import agendas
from cachelab.command.classroom.page import Page
from cachelab.command.classroom.roll import Roll


def told(roll, number, guess, solved):
    message = {
        "who": f"{number:012x}",
        "number": number,
        "last": "04.1",
        "guesses": {"04.tutorial": [guess, None]},
    }
    roll.take(json.dumps(message | {"exercises": {"04.1": [2, solved, 480]}}).encode())


@pytest.fixture
def served():
    roll, lock = (
        Roll(lambda: 3000.0, ["04"], agendas(source.home() / "workshop")["90_minutes"]),
        threading.Lock(),
    )
    for number in range(3):
        told(roll, number, "None", number == 0)
    page = Page(roll, lock, "127.0.0.1")
    yield roll, lock, page
    page.close()


def test_a_class_is_seen_when_it_is_meant_to_be(lab, served):
    roll, lock, served_page = served
    context = lab.browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(served_page.address.partition("#")[0] + "#guessed")
    expect(page.get_by_role("alert")).to_contain_text("not the class's address")
    assert page.locator("#lessons > *").count() == 0
    assert complaints and all("401" in said for said in complaints)
    page.goto("about:blank")
    complaints.clear()
    page.goto(served_page.address)
    card = page.locator("[id='question-04.tutorial']")
    expect(card).to_contain_text("3 of 3 have guessed")
    expect(card.locator("table")).to_have_count(0)
    button = card.get_by_role("button", name="Open: The first call of get_user(42) gives")
    button.press("Enter")
    expect(card.locator("tbody tr")).to_have_count(3)
    expect(card.get_by_text("Nobody has run it yet.")).to_be_hidden()  # some still guess when others have
    with lock:
        told(roll, 3, "an error", False)
    expect(card.locator("tbody tr").nth(2)).to_contain_text("an error1")  # it grows …
    expect(card.get_by_role("button", name="Close: ")).to_be_focused()  # … and nobody loses their place
    card.get_by_text("What came out").press("Enter")
    expect(card.get_by_text("Nobody has run it yet.")).to_be_visible()
    exercises = page.locator("#lesson-04 .exercises")
    expect(exercises.locator("tbody tr").first).to_contain_text("03, longest 8 min01")
    expect(exercises.locator("[data-state=stuck]").first).to_contain_text("stuck for 8 min")
    expect(page.locator("#agenda tbody tr").first).to_contain_text("now")
    page.get_by_label("or it is").fill("0:50")
    page.get_by_label("or it is").press("Enter")
    expect(page.locator("#clock")).to_have_text("0:50 by the agenda")
    expect(page.locator("#late")).to_contain_text("Ten minutes late at 0:40")
    page.get_by_role("button", name="Lesson 04").press("Enter")
    expect(page.locator("#title-04")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert complaints == []  # until it ends
    served_page.close()
    expect(page.get_by_role("alert")).to_contain_text("The class has ended")
    context.close()
