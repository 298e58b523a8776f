"""The one way to show ipywidgets of the stock: keys stay inside, and every control has a name."""

from collections.abc import Sequence

import ipywidgets
from IPython.display import display

from .base import Base

__all__ = ["KeyGuard", "show"]


class KeyGuard(Base):
    """Put in the same output as ipywidgets, keeps their keys from JupyterLab and names the nameless.

    Without it `d d` on a focused slider deletes the cell, arrow keys leave a group of radio buttons, and
    a screen reader meets sliders without a name.
    """

    def text(self) -> str:
        return ""


class Group(ipywidgets.VBox):
    """Widgets under one label, guarded."""

    def __init__(self, widgets: Sequence[ipywidgets.Widget], label: str):
        self.shown, self.label = tuple(widgets), label
        super().__init__([KeyGuard(label=label), *widgets])

    def text(self) -> str:
        """Every control with its value, a line each."""
        lines = [line for widget in self.shown for line in _lines(widget)]
        return "\n".join([self.label, *lines] if self.label else lines)

    def _repr_mimebundle_(self, **kwargs):
        data = super()._repr_mimebundle_(**kwargs)
        return (data[0] if isinstance(data, tuple) else data) | {"text/plain": self.text()}


def show(*widgets: ipywidgets.Widget, label: str = "") -> None:
    """Displays ipywidgets below each other, in any line of a cell, as one group called `label`."""
    for widget in widgets:
        if not isinstance(widget, ipywidgets.DOMWidget):
            raise TypeError(f"show() takes widgets, not {type(widget).__name__}; use display() for the rest")
    display(Group(widgets, label))


def _lines(widget) -> list[str]:
    if isinstance(widget, Base):
        return [widget.text()]
    if isinstance(widget, ipywidgets.Box):
        return [line for child in widget.children for line in _lines(child)]
    name = getattr(widget, "description", "")
    if isinstance(widget, ipywidgets.Button):
        return [f"[{name}]"]
    if not hasattr(widget, "value"):
        return [name] if name else []
    options = getattr(widget, "options", None)
    among = f" (of {', '.join(map(str, options))})" if options else ""
    return [f"{name}: {widget.value}{among}" if name else str(widget.value)]
