"""Stock widgets under one label."""

import ipywidgets
import pytest

from cachelab.widgets import Chart, show
from cachelab.widgets.show import Group, KeyGuard


def test_a_group_holds_a_guard_and_the_widgets():
    slider = ipywidgets.IntSlider(description="TTL")
    group = Group([slider], "Engine room")
    assert isinstance(group.children[0], KeyGuard) and group.children[1] is slider
    assert group.children[0].label == "Engine room"


def test_text_lists_every_control_with_its_value():
    kill, ttl = ipywidgets.Button(description="Kill"), ipywidgets.IntSlider(30, description="TTL")
    engine = ipywidgets.RadioButtons(description="engine", options=["Valkey", "Memcached"])
    chart = Chart("Latency").line("a", [1], [2])
    group = Group([ipywidgets.HBox([kill, ttl]), engine, ipywidgets.HTML("ready"), chart], "Engine room")
    assert group.text().splitlines() == [
        "Engine room",
        "[Kill]",
        "TTL: 30",
        "engine: Valkey (of Valkey, Memcached)",
        "ready",
        "Latency",
        "a: x 1, y 2",
    ]
    data = group._repr_mimebundle_()
    assert data["text/plain"] == group.text() and "application/vnd.jupyter.widget-view+json" in data


def test_only_widgets_are_shown():
    with pytest.raises(TypeError, match="not str"):
        show("hello")
