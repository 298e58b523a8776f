"""The base of every picture in the course: one anywidget class, its shared front-end code, its fallbacks.

To add a widget, put `race.py` and `race.js` side by side:

    class Race(Base):                                       # race.py
        step = traitlets.Int(0).tag(sync=True)
        def text(self): return f"step {self.step}"

    export default widget(({ root, watch }) => {            // race.js; kit.js stands before it
      watch(["step"], (step) => root.replaceChildren(html("p", {}, `step ${step}`)));
    });

A `race.css` beside them is added to the shared style; its rules start with the widget's own class
(`.cachelab.race …`), because the styles of all widgets meet in one page. `parts = ("chart/plot.js",)` puts
more shared files before the widget's own. Everything is plain text put together by Python: no bundler, no
request, no build step.
"""

import hashlib
import html
import inspect
import json
from functools import cache
from pathlib import Path

import anywidget
import traitlets

__all__ = ["Base", "page"]

HERE = Path(__file__).parent


class Base(anywidget.AnyWidget):
    """An anywidget with a label, a text equivalent, and a page fragment that works without a kernel.

    A subclass gives the synced traits, `text()`, and a `.js` file named like its module. Synced values
    are plain JSON: no NaN, no numpy.
    """

    parts: tuple[str, ...] = ()  # shared .js and .css files of this folder that stand before the widget's own
    label = traitlets.Unicode("", help="What a screen reader calls this widget.").tag(sync=True)

    def __init_subclass__(cls, **kwargs):
        module = Path(inspect.getfile(cls))
        own = module.with_suffix(".js")
        # traitlets makes a class of its own for each instance; that one has the text already.
        if own.exists() and not isinstance(getattr(cls, "_esm", None), traitlets.TraitType):
            files = [HERE / part for part in ("kit.js", "base.css", "../checks/page.css", *cls.parts)]
            files += [own, module.with_suffix(".css")]
            cls._esm = "\n".join(_read(path) for path in files if path.suffix == ".js")
            cls._css = "\n".join(_read(path) for path in files if path.suffix == ".css" and path.exists())
        super().__init_subclass__(**kwargs)

    def text(self) -> str:
        """What the widget shows now, as text that can be printed: read by people without a browser."""
        raise NotImplementedError(f"{type(self).__name__} needs a text() that says in words what it shows")

    def __str__(self):
        return self.text()

    def state(self) -> dict:
        """The synced values a view needs, without what ipywidgets adds for its own use."""
        own = set(self.keys) - set(anywidget.AnyWidget.class_trait_names(sync=True))
        return {name: getattr(self, name) for name in sorted(own - {"_esm", "_css", "_anywidget_id"})}

    def static_html(self) -> str:
        """The widget as a self-contained piece of HTML, as it is now: no kernel, no request."""
        return page(self, self.state(), self.text())

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return data | {"text/plain": self.text(), "text/html": self.static_html()}, metadata


def page(view: Base | type[Base], state: dict, text: str) -> str:
    """A piece of HTML that draws this state with the view of a widget, or of a class of them.

    Without scripts (a preview that strips them) it is the text.
    """
    module, given = _script_json(view._esm), _script_json(state)
    mark = hashlib.sha256((module + given).encode()).hexdigest()[:16]
    return (
        f'<div data-cachelab="{mark}"><pre>{html.escape(text)}</pre></div>\n'
        f"<style>{view._css}</style>\n"
        f'<script type="module">\nconst mark = "{mark}", esm = {module};\nconst state = {given};\n'
        f"{_SHIM}</script>"
    )


def _script_json(value) -> str:
    # "<" is escaped so that no string in here can end the script element.
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# The model of a page without a kernel: what a view sets stays in the page.
_SHIM = """\
const place = document.querySelector(`[data-cachelab="${mark}"]:not([data-drawn])`);
place.dataset.drawn = "";
const listeners = new Map();
const model = {
  get: (name) => (name === "is_static" ? true : state[name]),
  set(name, value) { state[name] = value; (listeners.get(`change:${name}`) ?? []).forEach((f) => f()); },
  on: (event, f) => listeners.set(event, [...(listeners.get(event) ?? []), f]),
  off() {}, save_changes() {}, send() {},
};
const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
const { default: view } = await import(url);
place.replaceChildren();
view.render({ model, el: place, signal: new AbortController().signal });
"""
