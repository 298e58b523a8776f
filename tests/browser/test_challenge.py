"""What a bench asks for, in JupyterLab: a find is ticked and read out, and the slider keeps its focus."""

import pytest
from playwright.sync_api import expect

from tools.lab import notebook

CELL = """\
from cachelab import widgets

def model(load):
    return {"n": ([0, load], [0, load])}, f"{load} requests a second"

asked = [widgets.Challenge("More than five.", lambda bench: bench.values["load"] > 5, "That is many."),
         widgets.Challenge("The most.", lambda bench: bench.values["load"] == 10)]
controls = [widgets.Slider("load", 0, 10, 0, step=1)]
bench = widgets.Bench(model, controls, widgets.Figure("n"), challenges=asked)
bench"""


@pytest.fixture
def live(lab):
    with lab.open(notebook(CELL)) as page:
        page.run_all()
        yield page


def test_a_find_is_ticked_read_out_and_followed_by_the_next(live):
    cell = live.output("c0")
    asks = cell.get_by_role("list", name="To find")
    expect(asks.get_by_role("listitem")).to_have_text(["?Can you find it? More than five.", "and 1 more"])
    slider = cell.get_by_role("slider")
    slider.focus()
    for _ in range(6):
        live.page.keyboard.press("ArrowRight")
    expect(asks.get_by_role("listitem").first).to_have_text("✓Found: More than five. That is many.")
    expect(cell.locator("[aria-live]").filter(has_text="Next: The most.")).to_have_count(1)
    expect(slider).to_be_focused()
    live.page.keyboard.press("End")
    expect(asks).to_contain_text("All found.")
    assert live.axe(".cachelab.bench") == [] and live.console == []


def test_what_was_found_is_there_when_the_cell_runs_again(live):
    live.value("bench.set(load=7)")
    live.run("c0")
    expect(live.output("c0").get_by_role("listitem").first).to_contain_text("Found: More than five.")
