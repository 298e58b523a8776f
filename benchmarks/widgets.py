"""From the slider's last event to the new picture: a bench against a widget that only echoes a number."""

import statistics
from collections.abc import Iterator

from benchmarks import Row
from tools.lab import Lab, notebook

ROUNDS = 60

SOURCES = (
    # the least a slider can do: a number to the kernel and back into the page
    """\
import anywidget, traitlets
class Echo(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model, el }) {
      const input = Object.assign(document.createElement("input"), { type: "range", max: 100 });
      const output = document.createElement("output");
      input.oninput = () => { model.set("sent", +input.value); model.save_changes(); };
      model.on("change:back", () => { output.textContent = model.get("back"); });
      el.append(input, output);
    } }'''
    sent = traitlets.Int().tag(sync=True)
    back = traitlets.Int().tag(sync=True)
echo = Echo()
echo.observe(lambda change: setattr(echo, "back", change["new"]), "sent")
echo""",
    """\
import numpy as np
from cachelab.widgets import Bench, Choice, Figure, Slider, quantity
h = np.linspace(0, 1, 100)
def mean_latency(hit_ratio, query, distance):
    hit = 0.0003 + distance
    mean = hit + (1 - hit_ratio) * query
    curves = {"with a cache": (h, hit + (1 - h) * query), "without": (h, np.full(100, query)),
              "p99": (h, 3 * (hit + (1 - h) * query)), "you": ([hit_ratio], [mean]), "break-even": 0.3}
    return curves, f"On average a read takes {quantity(mean, 's')}."
Bench(mean_latency, [Slider("hit_ratio", 0, 1, unit="%"), Slider("query", 1e-3, 1, log=True, unit="s"),
                     Choice("distance", {"same host": 0, "other zone": 0.001})],
      Figure("Mean latency", x="hit ratio", x_unit="%", y_unit="s").points("you").marker("break-even"))""",
)

# Sets a slider, and measures until what it changed has been painted. The two take turns.
MEASURE = """async (rounds) => {
  const painted = () => new Promise((r) => requestAnimationFrame(() => setTimeout(r)));
  const one = async (cell, watched, value) => {
    const place = document.querySelector(`[data-cell-id="${cell}"]`);
    const input = place.querySelector("input[type=range]");
    input.value = value;
    const began = performance.now();
    const changed = new Promise((r) => {
      const observer = new MutationObserver(() => { observer.disconnect(); r(); });
      observer.observe(place.querySelector(watched), { childList: true, characterData: true, subtree: true });
    });
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await changed;
    await painted();
    const took = performance.now() - began;
    await new Promise((r) => setTimeout(r, 60)); // JupyterLab redraws its status after each message
    return took;
  };
  const echo = [], bench = [];
  for (let i = 0; i < rounds + 5; i++) {
    const value = (i * 37) % 100 + 1;
    const a = await one("c0", ".jp-Cell-outputArea output", value);
    const b = await one("c1", ".plot-canvas", value);
    if (i >= 5) { echo.push(a); bench.push(b); }
  }
  return [echo, bench];
}"""


def rows() -> Iterator[Row]:
    with Lab() as lab, lab.open(notebook(*SOURCES)) as page:
        page.run_all()
        echo, bench = page.page.evaluate(MEASURE, ROUNDS)
    yield Row(
        "slider → repaint, Bench / echo widget",
        statistics.median(bench) / statistics.median(echo),
        goal=3,
        detail=f"Bench {_spread(bench)}, echo {_spread(echo)}; {ROUNDS} turns",
    )
    yield Row(
        "slider → repaint, Bench p95 / 100 ms",
        _p95(bench) / 100,
        goal=1,
        detail=f"{_p95(bench):.0f} ms",
    )


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _spread(times: list[float]) -> str:
    return f"p50 {statistics.median(times):.0f} ms, p95 {_p95(times):.0f} ms"
