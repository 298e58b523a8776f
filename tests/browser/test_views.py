"""Views alone in a page, with a stand-in for the model: what a learner types, and a kernel that goes away."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from cachelab.engines.valkey import StandInValkey
from cachelab.widgets import Bench, Chart, Figure, Slider, predict

RENDER = """async ([esm, css, state]) => {
  const listeners = new Map();
  window.state = state;
  window.tell = (event) => (listeners.get(event) ?? []).forEach((f) => f());
  const model = {
    get: (name) => state[name],
    set(name, value) { state[name] = value; tell(`change:${name}`); },
    on: (event, f) => listeners.set(event, [...(listeners.get(event) ?? []), f]),
    off() {}, save_changes() {}, send() {},
  };
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  (await import(url)).default.render({ model, el: document.body, signal: new AbortController().signal });
}"""


@pytest.fixture
def drawn(lab):
    context = lab.browser.new_context(offline=True, viewport={"width": 400, "height": 700})
    page = context.new_page()

    def draw(widget):
        page.goto("about:blank")
        page.evaluate(RENDER, [widget._esm, widget._css, widget.state()])
        return page

    yield draw
    context.close()


def test_coming_back_from_below_leads_straight_into_the_field(drawn):
    page = drawn(predict("q", unit="s"))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<button>below</button>')")
    page.get_by_role("button", name="below").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert page.evaluate("state.entered") == "7"


def test_a_prediction_without_an_answer_says_so_and_draws_no_bars(drawn):
    page = drawn(predict("q", unit="s").reveal(0.5, timed=StandInValkey()))
    expect(page.get_by_role("status")).to_contain_text("No answer here: a stand-in was timed")
    expect(page.locator(".bar")).to_have_count(0)


def bench() -> Bench:
    load = Slider("load", 0, 800, 200, unit="requests/s", step=1)
    return Bench(lambda load: ({"n": ([0, load], [0, load])}, "so"), [load], Figure("n"))


def test_a_widget_whose_kernel_is_gone_says_so_once_and_takes_no_more(drawn):
    page = drawn(bench())
    page.evaluate("tell('comm_live_update'), tell('comm_live_update')")
    notice = page.get_by_text("The kernel was restarted.")
    expect(notice).to_have_count(1)
    expect(page.get_by_role("slider")).to_be_disabled()


@pytest.mark.parametrize("finished", [Chart("n").line("a", [1, 2], [3, 4]), predict("q", of=3).reveal(1)])
def test_a_picture_without_controls_stays_as_it_is(drawn, finished):
    page = drawn(finished)
    page.evaluate("tell('comm_live_update')")
    expect(page.get_by_text("The kernel was restarted.")).to_have_count(0)


def test_a_slider_shows_its_whole_value_on_a_phone(drawn):
    page = drawn(bench())
    output = page.locator("output")
    assert output.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    box = output.bounding_box()
    assert box["x"] + box["width"] <= 400


SELF_DISABLING = """() => {
  const root = document.querySelector(".cachelab");
  const add = (text, f, attributes = {}) => {
    const button = Object.assign(document.createElement("button"), { textContent: text });
    button.addEventListener("click", () => f(button));
    root.querySelector(".toolbar").append(button);
  };
  root.insertAdjacentHTML("beforeend", '<div class="toolbar"></div><button>outside</button>');
  add("first", (button) => { button.disabled = true; });
  add("second", (button) => button.remove());
  add("third", (button) => { button.disabled = true; });
}"""


def test_focus_does_not_fall_to_the_page_when_the_pressed_button_is_disabled_or_goes(drawn):
    page = drawn(Chart("n").line("a", [1, 2], [3, 4]))
    page.evaluate(SELF_DISABLING)
    for press, next_name in (("first", "second"), ("second", "third"), ("third", "outside")):
        page.get_by_role("button", name=press).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=next_name)).to_be_focused()


def test_focus_that_left_on_purpose_is_not_called_back(drawn):
    page = drawn(Chart("n").line("a", [1, 2], [3, 4]))
    page.evaluate(SELF_DISABLING)
    page.get_by_role("button", name="first").focus()
    page.evaluate("document.activeElement.blur()")
    page.evaluate("document.querySelector('.toolbar button').disabled = true")
    page.wait_for_timeout(50)
    assert page.evaluate("document.activeElement === document.body")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_primary_button_can_be_read_under_the_mouse(drawn, theme):
    page = drawn(predict("q", unit="s"))
    page.evaluate(f"document.body.dataset.jpThemeLight = '{str(theme == 'light').lower()}'")
    page.get_by_role("button", name="Commit").hover()
    assert Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"] == []
