"""What every widget carries: its parts, its text, its page without a kernel."""

import json
import re

import numpy as np
import pytest
import traitlets

from cachelab.widgets import Base, Bench, Chart, Figure, Slider, predict

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def widgets() -> list[Base]:
    bench = Bench(lambda n: ({"n": ([0, n], [0, n])}, f"n is {n}."), [Slider("n", 1, 9)], Figure("n"))
    return [Chart("Latency").line("a", [1], [2]), predict("stale orders", of=10), bench]


@pytest.mark.parametrize("widget", widgets(), ids=lambda widget: type(widget).__name__)
def test_a_widget_is_shown_three_ways(widget):
    data, _ = widget._repr_mimebundle_()
    assert data[WIDGET_VIEW]["model_id"] == widget.model_id
    assert data["text/plain"] == widget.text() == str(widget)
    assert "<script" in data["text/html"] and data["text/html"].count("</script>") == 1


@pytest.mark.parametrize("widget", widgets(), ids=lambda widget: type(widget).__name__)
def test_the_front_end_is_whole_and_asks_for_nothing(widget):
    source = widget._esm
    assert source.startswith("// What every widget of the course shares")
    assert source.count("export default") == 1 and "import " not in source
    addresses = re.findall(r"https?://[^\s\"'`)]+", source + widget._css)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}  # a name, not a place


def test_no_text_can_break_out_of_the_page():
    chart = Chart("</script><script>alert(1)</script><!--", label="<b>").line("</script>", [1], [1])
    page = chart.static_html()
    assert page.count("</script>") == 1 and "<!--" not in page and "<b>" not in page


def test_state_is_plain_json_without_what_ipywidgets_adds():
    state = Chart("t").line("a", np.arange(3), [1, np.nan, np.inf]).state()
    assert set(state) == {"label", "spec"}
    assert json.loads(json.dumps(state, allow_nan=False)) == state


def test_two_pages_of_the_same_state_are_the_same():
    first, second = (Chart("t").line("a", [1], [1]).static_html() for _ in range(2))
    assert first == second


def test_a_widget_of_another_file_is_two_files(tmp_path, monkeypatch):
    (tmp_path / "step_counter.py").write_text(
        "import traitlets\nfrom cachelab.widgets import Base\n"
        "class StepCounter(Base):\n    parts = ('chart/plot.js',)\n"
        "    step = traitlets.Int(2).tag(sync=True)\n"
        "    def text(self): return f'step {self.step}'\n"
    )
    (tmp_path / "step_counter.js").write_text("export default widget(() => {});")
    (tmp_path / "step_counter.css").write_text(".cachelab.counter { color: red; }")
    monkeypatch.syspath_prepend(tmp_path)
    from step_counter import StepCounter

    counter = StepCounter(label="steps")
    assert counter.state() == {"label": "steps", "step": 2}
    assert counter._esm.endswith("export default widget(() => {});") and "function plot(" in counter._esm
    assert counter._css.endswith(".cachelab.counter { color: red; }")
    counter.add_traits(late=traitlets.Int(1))  # makes a new class; the text must survive it
    assert "function widget(" in counter._esm


def test_a_widget_without_text_says_so():
    class Mute(Base):
        pass

    with pytest.raises(NotImplementedError, match="Mute needs a text"):
        Mute().text()
