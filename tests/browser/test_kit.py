"""The lesson kit in JupyterLab: seen, moved by mouse and keyboard, and harmless to the notebook."""

import re
import time

import nbformat
import pytest
from playwright.sync_api import expect

from tools.lab import notebook

NOTEBOOK = notebook(
    "import threading, time\nfrom cachelab.widgets import Bench, Chart, Choice, Figure, Slider, predict",
    # c1: a chart that a thread will feed
    "chart = Chart('Latency', x='second', y='p99', y_unit='s').line('cached', [0, 1], [0.001, 0.002])\n"
    "feed = lambda: [chart.update('cached', range(i), range(i)) for i in range(2, 30)]\nchart",
    # c2
    "def ramp(n, where):\n"
    "    return {'n': ([0, 10], [0, n])}, f'{n} {where}'\n"
    "controls = [Slider('n', 0, 10, 5, step=1), Choice('where', ['near', 'far', 'gone'])]\n"
    "bench = Bench(ramp, controls, Figure('Ramp', x='x', y='y'))\nbench",
    # c3, c4
    "guess = predict('stale orders', of=10)\nguess",
    "which = predict('Which is faster?', choices=['Valkey', 'PostgreSQL'])\nwhich",
    # c5
    "guess.reveal(1)",
    # c6: a widget that loads as slowly as on a busy machine
    "import anywidget, traitlets\n"
    "class Late(anywidget.AnyWidget):\n"
    "    said = traitlets.Unicode('before').tag(sync=True)\n"
    "    _esm = '''await new Promise((done) => setTimeout(done, 2500));\n"
    "    const show = ({ model, el }) => { el.textContent = `said ${model.get('said')}`; };\n"
    "    const render = (view) => { view.model.on('change:said', () => show(view)); show(view); };\n"
    "    export default { render };'''\n"
    "late = Late()\nlate",
)


@pytest.fixture(scope="module")
def kit(lab):
    with lab.open(NOTEBOOK) as page:
        for cell in page.cells()[:-2]:
            page.run(cell)
        yield page


def keep(kit, control) -> None:
    """Presses on `control` what JupyterLab would take for commands, and expects the cells to stay."""
    before = kit.cells()
    control.click()
    control.focus()
    for keys in ("dd", "b", "a", "x"):
        for key in keys:
            kit.page.keyboard.press(key)
        kit.settle()
        assert kit.cells() == before, f"after {keys}"


def heard(kit, expression: str, value: str) -> None:
    """Waits until Python has it: a view that has told something waits for the answer before it tells more."""
    deadline = time.monotonic() + 60
    while (found := kit.value(expression)) != value:
        assert time.monotonic() < deadline, f"{expression} is {found}"
        kit.page.wait_for_timeout(50)


def test_everything_is_shown(kit):
    assert kit.errors() == []
    chart = kit.output("c1").get_by_role("img", name="Latency: cached, last 2 ms")
    expect(chart).to_be_visible()
    for cell, name in (("c2", "Ramp"), ("c3", "Predict: stale orders")):
        expect(kit.output(cell).get_by_role("group", name=name, exact=True).first).to_be_visible()


def test_a_widget_that_loads_for_more_than_two_seconds_hears_python_all_the_same(kit):
    kit.run("c6")
    kit.value("setattr(late, 'said', 'after')")
    expect(kit.output("c6")).to_contain_text("said after")
    assert kit.console == []


def test_the_time_outs_of_others_are_as_short_as_they_ask(kit):
    first = """() => Promise.race([
      new Promise((done) => AbortSignal.timeout(2000).addEventListener("abort", () => done("time-out"))),
      new Promise((done) => setTimeout(done, 60_000, "a minute"))])"""
    assert kit.page.evaluate(first) == "time-out"


def test_a_chart_is_fed_from_a_thread(kit):
    curve = kit.output("c1").locator(".plot-curve")
    before = curve.get_attribute("d")
    kit.value("threading.Thread(target=feed).start()")
    expect(kit.output("c1").get_by_role("img")).to_have_attribute("aria-label", re.compile("last 28 s"))
    expect(curve).not_to_have_attribute("d", before)


def test_a_bench_answers_the_keyboard(kit):
    bench = kit.output("c2")
    slider = bench.get_by_role("slider", name="n", exact=True)
    slider.focus()
    kit.page.keyboard.press("End")
    expect(bench.locator(".sentence")).to_have_text("10 near")
    expect(bench.locator("output")).to_have_text("10")
    expect(slider).to_have_attribute("aria-valuetext", "10")
    kit.page.keyboard.press("ArrowLeft")
    expect(bench.locator(".sentence")).to_have_text("9 near")
    kit.page.keyboard.press("Tab")
    kit.page.keyboard.press("ArrowDown")
    expect(bench.get_by_role("radio", name="far")).to_be_checked()
    expect(bench.locator(".sentence")).to_have_text("9 far")
    heard(kit, "bench.values", "{'n': 9, 'where': 'far'}")


def test_a_bench_answers_the_mouse_and_ends_where_it_was_left(kit):
    bench = kit.output("c2")
    slider = bench.get_by_role("slider", name="n", exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    kit.page.mouse.move(box["x"] + box["width"] * 0.9, y)
    kit.page.mouse.down()
    for step in range(40):
        kit.page.mouse.move(box["x"] + box["width"] * (0.9 - 0.02 * step), y)
    kit.page.mouse.up()
    expect(bench.locator("output")).to_have_text("1")
    expect(bench.locator(".sentence")).to_have_text(re.compile("^1 "))
    kit.settle()
    expect(slider).to_have_value("1")
    heard(kit, "bench.values['n']", "1")


def test_python_moves_the_view(kit):
    kit.value("bench.set(n=7, where='gone').sentence")
    bench = kit.output("c2")
    expect(bench.locator("output")).to_have_text("7")
    expect(bench.get_by_role("radio", name="gone")).to_be_checked()


def test_a_prediction_is_committed_locked_and_revealed(kit):
    asked = kit.output("c3")
    field = asked.get_by_role("textbox", name="stale orders")
    field.fill("eleven")
    field.press("Enter")
    expect(asked.get_by_role("status")).to_have_text("“eleven” is not a number.")
    field.fill("11")
    field.press("Enter")
    expect(asked.get_by_role("status")).to_have_text("Choose a whole number from 0 to 10.")
    assert kit.value("guess.guess") == "None"
    field.fill("3")
    field.press("Enter")
    expect(asked.get_by_role("status")).to_have_text("You say 3 of 10. Run on and see.")
    heard(kit, "guess.guess", "3.0")
    field.fill("4")
    kit.page.keyboard.press("Shift+Enter")  # must not run the cell again: the guess would be gone
    expect(asked.get_by_role("status")).to_have_text("You say 4 of 10. Run on and see.")
    heard(kit, "guess.guess", "4.0")
    field.fill("5")
    asked.get_by_text("stale orders").click()  # leaving the field is an answer too
    expect(asked.get_by_role("status")).to_have_text("You say 5 of 10. Run on and see.")
    kit.run("c5")
    result = kit.output("c5").get_by_role("status", name="Answer: stale orders")
    expect(result).to_contain_text("You said 5 of 10; it is 1 of 10: 4 too many.")
    expect(asked.get_by_role("status")).to_have_text("✓ You said 5 of 10. The answer is below.")
    expect(asked.get_by_role("textbox")).to_have_count(0)


def test_a_choice_is_made_with_arrows(kit):
    asked = kit.output("c4")
    asked.get_by_role("radio", name="Valkey").focus()
    kit.page.keyboard.press("Space")
    heard(kit, "which.guess", "'Valkey'")
    kit.page.keyboard.press("ArrowDown")
    expect(asked.get_by_role("status")).to_have_text("You say “PostgreSQL”. Run on and see.")
    kit.value("which.reveal('Valkey').verdict")
    expect(asked.get_by_role("status")).to_have_text("✓ You said “PostgreSQL”. The answer is below.")
    expect(asked.get_by_role("radio")).to_have_count(0)


@pytest.mark.parametrize(
    ("cell", "role", "name"),
    [
        ("c2", "slider", "n"),
        ("c2", "radio", "near"),
    ],
)
def test_keys_pressed_on_a_widget_leave_the_cells_alone(kit, cell, role, name):
    keep(kit, kit.output(cell).get_by_role(role, name=name, exact=True))


def test_a_chart_keeps_its_keys_too(kit):
    keep(kit, kit.output("c1").get_by_text("Values"))


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_serious_accessibility_violation(kit, theme):
    kit.theme(theme)
    found = [line for n in range(1, 6) for line in kit.axe(f'[data-cell-id="c{n}"] .jp-Cell-outputArea')]
    assert found == []


def test_nothing_went_wrong_in_the_browser_and_nothing_was_fetched(kit):
    assert kit.console == []
    assert kit.external == []


def test_why_opens_with_the_answer_and_not_before(lab):
    asked = "from cachelab.widgets import predict; guess = predict('n', of=10); guess"
    nb = notebook(asked, "guess.reveal(1)")
    fold = "<details><summary><b>Why</b></summary>\n\nOne order does it.\n\n</details>"
    nb.cells += [nbformat.v4.new_markdown_cell(fold, id=id) for id in ("why", "next")]
    with lab.open(nb) as page:
        page.run("c0")
        why = page.cell("why").locator("details p")
        expect(why).to_be_hidden()
        page.run("c1")
        expect(why).to_be_visible()
        expect(page.cell("next").locator("details p")).to_be_hidden()


@pytest.mark.parametrize("folded", [False, True])
def test_why_stays_closed_while_its_question_has_not_been_asked(lab, folded):
    """An answer that has no Why of its own stands before another question that has one."""
    asked = "from cachelab.widgets import predict; guess = predict('n', of=10); guess"
    nb = notebook(asked, "guess.reveal(1)", "from cachelab import widgets; widgets.ask('04.tutorial')",
                  "widgets.answer('04.tutorial', 'an error')")  # fmt: skip
    if folded:  # its code is not in the page
        nb.cells[2].metadata["jupyter"] = {"source_hidden": True}
        nb.cells.insert(2, nbformat.v4.new_markdown_cell("**Predict.** And the next?", id="predict"))
    fold = "<details><summary><b>Why</b></summary>\n\nNo dates.\n\n</details>\n\n**Predict.** Once more?"
    nb.cells.append(nbformat.v4.new_markdown_cell(fold, id="why"))
    with lab.open(nb) as page:
        why = page.cell("why").locator("details p")
        page.run("c0")
        page.run("c1")
        expect(page.output("c1")).to_contain_text("1 of 10")
        expect(why).to_be_hidden()
        page.run("c2")
        page.run("c3")
        expect(why).to_be_visible()
