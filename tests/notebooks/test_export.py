"""An exported page shows each widget's own picture: it asks no other server for a program that draws it."""

import nbformat
from nbconvert import HTMLExporter
from traitlets.config import Config
from traitlets.config.loader import JSONFileConfigLoader

from cachelab import widgets
from tools.tidy import ROOT


def test_an_exported_widget_is_its_own_html():
    picture = widgets.Chart("Reads", x="seconds", y="reads")
    bundle = picture._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "text/html" in data and "application/vnd.jupyter.widget-view+json" in data
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)])
    nb = nbformat.v4.new_notebook(cells=[cell])
    config = JSONFileConfigLoader("jupyter_nbconvert_config.json", str(ROOT / "binder")).load_config()
    page, _ = HTMLExporter(config=Config(config)).from_notebook_node(nb)
    assert "widget-view+json" not in page.split("<body", 1)[1]
    assert "Reads" in page.split("<body", 1)[1]
