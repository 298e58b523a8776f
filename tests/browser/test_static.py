"""Widgets in a saved page: no kernel, no network; and the chart's drawing in every shape it has."""

import re

import nbformat
import numpy as np
import pytest

from cachelab.widgets import Base, Bench, Chart, Choice, Figure, Slider, aws, predict, quantity
from tools.lab import notebook

SECONDS = np.arange(60.0)
DARK = """
--jp-content-font-color1: #fff; --jp-content-font-color2: rgba(255,255,255,.7); --jp-border-color2: #616161;
--jp-border-color3: #212121; --jp-layout-color0: #111; --jp-layout-color2: #424242; background: #111"""


class Saved:
    """A page on disk with widgets in it, opened without a network."""

    def __init__(self, page, messages: list[str], requests: list[str]):
        self.page, self.messages, self.requests = page, messages, requests

    def texts(self, selector: str) -> list[str]:
        return self.page.locator(selector).all_text_contents()

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()


@pytest.fixture
def saved(lab, tmp_path):
    pages = []

    def open_page(*widgets: Base, width: int = 800, theme: str = "light", scripts: bool = True) -> Saved:
        style = f' style="{" ".join(DARK.split())}"' if theme == "dark" else ""
        body = "\n".join(f"<section>{widget.static_html()}</section>" for widget in widgets)
        path = tmp_path / f"saved-{len(pages)}.html"
        path.write_text(
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>saved</title>'
            f'<body data-jp-theme-light="{str(theme == "light").lower()}"{style}><main>{body}</main>'
        )
        context = lab.browser.new_context(
            viewport={"width": width, "height": 800}, offline=True, java_script_enabled=scripts
        )
        page, messages, requests = context.new_page(), [], []
        pages.append(context)
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        if scripts:
            page.wait_for_function(f"document.querySelectorAll('main .cachelab').length === {len(widgets)}")
            # A picture is drawn when its width is known, which is in the frame after.
            page.evaluate("new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
        return Saved(page, messages, requests)

    yield open_page
    for context in pages:
        context.close()


def every_kind() -> list[Chart]:
    names = ["dict", "Memcached GET", "Valkey GET", "primary-key read", "top products, a long name of a row"]
    return [
        Chart("Lines", x="time", x_unit="s", y="p99", y_unit="s", y_scale="log")
        .line("cached", SECONDS, 0.0003 + SECONDS / 1e5)
        .step("bare", SECONDS, np.where(SECONDS > 30, 0.02, 0.004))
        .points("deploys", [10, 50], [0.001, 0.002])
        .marker("kill", 30)
        .marker("restart", 41)
        .threshold("budget", 0.1),
        Chart("Bars", x="latency", x_unit="s", y="requests").bars("requests", SECONDS / 1e4, SECONDS[::-1]),
        Chart("Two bars", y="load", y_unit="queries").bars("a", names, range(5)).bars("b", names, [3e5] * 5),
        Chart("Ladder", y="latency", y_unit="s", y_scale="log")
        .points("p50", names, [8e-8, 1e-4, 2e-4, 3e-4, 0.2])
        .points("p99", names, [2e-7, 3e-4, 5e-4, 6e-4, 0.3]),
        Chart("Timeline", x="time", x_unit="s")
        .spans("waits", [("request 1", 0, 0.2, "lock"), ("request 2", 0.1, 0.2)])
        .spans("reads", [("request 1", 0.2, 0.3)])
        .marker("expiry", 0.05),
    ]


def hostile() -> list[Chart]:
    nothing = [np.nan, np.inf, -np.inf]
    return [
        Chart(),
        Chart("Empty").line("a").points("b").bars("c").marker("m").threshold("t"),
        Chart("Gaps").line("a", [1, 2, 3], nothing).line("b", nothing, [1, 2, 3]),
        Chart("One point").line("a", [5], [5]).line("b", [5], [0]),
        Chart("Log of nothing", x_scale="log", y_scale="log").line("a", [-1, 0], [0, -5]),
        Chart("Log of one", x_scale="log", y_scale="log").line("a", [3], [7]),
        Chart("Tiny and huge", x_unit="s", y_unit="B").line("a", [1e-9, 1e9], [-1e300, 1e300]),
        Chart("Flat", y_unit="%").line("a", [0, 1], [0.5, 0.5]).line("b", [0, 1], [0.5, 0.5]),
        Chart("Rows", rows=["x", "y"]).spans("a"),
        Chart("Row gaps", y="n").bars("a", ["x", "y", "z"], nothing).points("b", ["x"], [-3]),
        Chart("Outside", x_range=(0, 1), y_range=(0, 1)).line("a", [-5, 5], [-5, 5]).marker("m", 9),
    ]


def test_a_saved_page_shows_the_chart_and_asks_for_nothing(saved):
    page = saved(*every_kind())
    assert page.messages == []
    assert all(url.startswith(("file:", "blob:")) for url in page.requests)
    assert page.count("svg[role=img]") == 5 and page.count("pre") == 0
    lines = page.page.locator("svg[role=img]").first
    assert lines.locator(".plot-curve").count() == 2
    assert lines.get_attribute("aria-label").startswith("Lines: cached, last 890 µs; bare, last 20 ms")
    assert lines.locator("text").all_text_contents()[:4] == ["100 µs", "1 ms", "10 ms", "100 ms"]
    flags = lines.locator(".plot-flag").all_text_contents()
    assert sorted(flags) == ["budget", "kill", "restart"]


def test_a_bench_with_a_second_figure_is_saved_with_both(saved):
    page = saved(aws.alarm())
    assert page.messages == []
    labels = [one.get_attribute("aria-label") for one in page.page.locator("svg[role=img]").all()]
    assert len(labels) == 2 and "trouble, 1 span;" in labels[1]


def test_an_exported_notebook_shows_the_chart(lab, tmp_path):
    from nbconvert import HTMLExporter

    nb = notebook("chart")
    data, metadata = every_kind()[0]._repr_mimebundle_()
    nb.cells[0].outputs = [nbformat.v4.new_output("display_data", data=data, metadata=metadata)]
    path = tmp_path / "exported.html"
    path.write_text(HTMLExporter(require_js_url="", mathjax_url="").from_notebook_node(nb)[0])
    context = lab.browser.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    page.get_by_role("img", name=re.compile("^Lines: cached")).wait_for()
    context.close()


def test_without_scripts_the_page_is_the_text(saved):
    chart = every_kind()[3]
    page = saved(chart, scripts=False)
    assert page.texts("pre") == [chart.text()]


@pytest.mark.parametrize("width", [320, 1024])
def test_no_data_breaks_the_drawing(saved, width):
    page = saved(*hostile(), width=width)
    assert page.messages == []
    assert page.count("svg[role=img]") == len(hostile())
    shapes = page.page.evaluate("[...document.querySelectorAll('svg *')].map((e) => e.outerHTML).join()")
    assert not re.search(r"NaN|Infinity|undefined|null", shapes)


@pytest.mark.parametrize("width", [320, 560, 1024])
def test_no_text_is_cut_off(saved, width):
    page = saved(*every_kind(), width=width)
    outside = page.page.evaluate("""() => [...document.querySelectorAll("svg[role=img] text")]
      .filter((text) => {
        const box = text.getBoundingClientRect(), frame = text.ownerSVGElement.getBoundingClientRect();
        return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1;
      }).map((text) => text.textContent)""")
    assert outside == []


def test_names_at_the_ends_of_curves_do_not_overlap(saved):
    chart = Chart("Close", x="t", y="v")
    for i, name in enumerate("abcde"):
        chart.line(f"curve {name}", [0, 1], [0, 1 + i / 100])
    page = saved(chart)
    boxes = page.page.evaluate("""() => [...document.querySelectorAll("svg[role=img] .plot-lane")]
      .map((text) => text.getBoundingClientRect()).map((box) => box.top).sort((a, b) => a - b)""")
    assert len(boxes) == 5
    assert min(np.diff(boxes)) >= 13


def test_series_differ_by_more_than_colour(saved):
    chart = Chart("Looks")
    for name in "abcd":
        chart.line(name, [0, 1], [0, 1])
    page = saved(chart, every_kind()[2])
    dashes, named = page.page.evaluate("""() => ["curve", "sample"].map((kind) =>
      [...document.querySelectorAll(`svg[role=img] .plot-${kind}`)].map((drawn) =>
        drawn.getAttribute("stroke-dasharray")))""")
    assert len(set(dashes)) == 4 and set(named) == set(dashes)  # each name stands beside a piece of its curve
    bars = page.page.locator("section:last-child svg[role=img] > rect")
    fills = bars.evaluate_all("(bars) => bars.map((bar) => bar.style.fill)")
    assert len(set(fills)) == 2


def test_a_chart_follows_its_width(saved):
    page = saved(every_kind()[0])
    wide = page.page.locator("svg[role=img]").bounding_box()["width"]
    page.page.set_viewport_size({"width": 500, "height": 700})
    page.page.wait_for_function("document.querySelector('svg[role=img]').clientWidth < 500")
    assert wide > 700


def test_values_open_as_a_table(saved):
    page = saved(every_kind()[0])
    page.page.get_by_text("Values").click()
    page.page.locator("table").wait_for()
    rows = page.page.locator("table tr")
    assert rows.first.locator("th").all_text_contents() == ["time", "cached", "bare", "deploys"]
    assert 12 <= rows.count() <= 16
    assert rows.last.text_content() == "budget: 100 ms"


def test_pointing_reads_values(saved):
    page = saved(every_kind()[0])
    box = page.page.locator("svg[role=img]").bounding_box()
    page.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "cached" in page.page.locator(".plot-tip").text_content()
    page.page.mouse.move(5, 5)
    assert page.page.locator(".plot-tip").is_hidden()


def test_a_saved_bench_and_prediction_show_their_state(saved):
    bench = Bench(
        lambda n, kind: ({"n": ([0, n], [0, n])}, f"{kind} {n}"),
        [Slider("n", 0, 10, 4, step=1), Choice("kind", ["near", "far"])],
        Figure("n"),
    )
    guess = predict("stale orders", of=10)
    guess.guess = 3
    page = saved(bench, guess.reveal(1), predict("Which?", choices=["a", "b"]))
    assert page.messages == []
    assert page.texts("output") == ["4"] and page.texts(".sentence") == ["near 4"]
    assert page.page.get_by_role("slider").is_disabled()
    assert page.texts(".result .said")[0] == "✗You said 3 of 10; it is 1 of 10: 2 too many."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_accessibility_violation(saved, theme):
    from axe_playwright_python.sync_playwright import Axe

    guess = predict("stale orders", of=10)
    widgets = [*every_kind(), guess, predict("which?", choices=["a", "b"]), predict("n", unit="s").reveal(3)]
    page = saved(*widgets, theme=theme)
    found = Axe().run(page.page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []


def test_javascript_writes_numbers_as_python_does(saved):
    page = saved(Chart()).page
    kit = re.search(r"const PREFIXES.*", Chart._esm.split("// Draws a figure")[0], re.S).group()
    values = [0, 1, 1.5, 999, 1234, 12345, 2.5e6, 7e9, 0.5, 0.999, 0.9999, 0.00123, 8e-8, 90, 150, 5400, 2e5]
    values += [-v for v in values[1:]] + [None, 1023, 1024, 1e5 + 1]
    cases = [(value, unit) for value in values for unit in ("", "s", "%", "B", "$", "/s", "queries")]
    said = page.evaluate(f"""(cases) => {{ {kit}; return cases.map(([v, u]) => quantity(v, u)); }}""", cases)
    wrong = [
        (case, js, quantity(*case)) for case, js in zip(cases, said, strict=True) if js != quantity(*case)
    ]
    assert wrong == []


def test_ticks_are_what_a_person_would_write(saved):
    wanted = [
        ({"y_unit": "s"}, 0, 0.05, ["0", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms"]),
        ({"y_unit": "%"}, 0.2, 0.9, ["0%", "20%", "40%", "60%", "80%", "100%"]),
        ({}, 0, 10_000, ["0", "2k", "4k", "6k", "8k", "10k"]),
        ({"y_unit": "$"}, 0, 1, ["$0", "$0.20", "$0.40", "$0.60", "$0.80", "$1.00"]),
        ({"y_unit": "B"}, 0, 4 * 2**20, ["0", "1 MiB", "2 MiB", "3 MiB", "4 MiB"]),
        ({"y_unit": "queries", "y": "load"}, 0, 40_000, ["0", "10k", "20k", "30k", "40k"]),
        ({"y_unit": "s"}, 0, 3600, ["0", "15 min", "30 min", "45 min", "60 min"]),
        ({"y_unit": "s", "y_scale": "log"}, 2e-4, 0.5, ["100 µs", "1 ms", "10 ms", "100 ms", "1 s"]),
        ({"y_scale": "log"}, 1, 10, ["1", "2", "5", "10"]),
        ({"y_unit": "s", "y_scale": "log"}, 3e-4, 3e-3, ["200 µs", "500 µs", "1 ms", "2 ms", "5 ms"]),
        ({}, -3, 5, ["−4", "−2", "0", "2", "4", "6"]),
        ({}, 1000.2, 1000.4, ["0", "200", "400", "600", "800", "1,000", "1,200"]),
        ({"y_range": (1000.2, 1000.4)}, 0, 1, ["1,000.20", "1,000.25", "1,000.30", "1,000.35", "1,000.40"]),
    ]
    charts = [Chart("t", **axis).line("a", [0, 1], [low, high]) for axis, low, high, _ in wanted]
    sections = saved(*charts).page.locator("section").all()
    found = [one.locator('.plot-tick[text-anchor="end"]').all_text_contents() for one in sections]
    assert found == [ticks for *_, ticks in wanted]
