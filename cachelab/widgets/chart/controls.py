"""What a bench is played with: sliders and choices, and where they stand."""

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Self

import traitlets

from cachelab.checks import progress

from ..base import Base
from ..quantity import quantity

__all__ = ["Choice", "Controls", "Slider"]

STEPS = 100  # of a slider that names neither a step nor its stops
REST = 0.5  # seconds that a slider stands still before its place is noted


@dataclass(frozen=True)
class Slider:
    """A number between `low` and `high`.

    name    the model's parameter; label: what the learner reads (the name in plain words by default)
    step    between two positions; by default a hundredth of the range. With log=True positions grow by equal
            factors instead.
    stops   the positions themselves, in place of low, high and step: stops=[1, 5, 30, 60, 300]
    unit    as in `quantity`: with "s" the text beside the slider reads 30 s or 5 min
    """

    name: str
    low: float | None = None
    high: float | None = None
    value: float | None = None
    step: float | None = None
    unit: str = ""
    label: str = ""
    log: bool = False
    stops: Sequence[float] = field(default=())

    def options(self) -> list[float]:
        """The positions, lowest first."""
        if len(self.stops):
            if len(self.stops) < 2 or list(self.stops) != sorted(set(self.stops)):
                raise ValueError(f"slider {self.name!r}: stops must be rising numbers, not {self.stops!r}")
            return [_plain(stop) for stop in self.stops]
        if self.low is None or self.high is None or not self.low < self.high:
            raise ValueError(f"slider {self.name!r}: low must be below high, got {self.low} and {self.high}")
        if self.log:
            if self.low <= 0:
                raise ValueError(f"slider {self.name!r}: a log slider starts above zero, not at {self.low}")
            factor = self.high / self.low
            return [float(f"{self.low * factor ** (i / STEPS):.3g}") for i in range(STEPS + 1)]
        step = (self.high - self.low) / STEPS if self.step is None else self.step
        if step <= 0:
            raise ValueError(f"slider {self.name!r}: step must be above zero, not {step}")
        count = math.floor((self.high - self.low) / step + 1e-9)
        if count > 5000:
            raise ValueError(f"slider {self.name!r}: {count} positions are too many; choose a larger step")
        positions = [float(f"{self.low + i * step:.9g}") for i in range(count + 1)]
        return [int(p) for p in positions] if all(p.is_integer() for p in positions) else positions

    def words(self, value: float) -> str:
        return quantity(value, self.unit)

    def nearest(self, value: Any) -> float:
        """The position next to `value`; ValueError if it lies outside."""
        options = self.options()
        low, high = options[0], options[-1]
        if not isinstance(value, Real) or not low <= value <= high:
            raise ValueError(f"slider {self.name!r} goes from {low} to {high}, not to {value!r}")
        return min(options, key=lambda option: abs(option - value))


@dataclass(frozen=True)
class Choice:
    """One of several values: a list, or a dict of what the learner reads -> what the model gets."""

    name: str
    values: Sequence | dict[str, Any]
    value: Any = None
    label: str = ""

    def options(self) -> list:
        return list(self.values.values() if isinstance(self.values, dict) else self.values)

    def words(self, value: Any) -> str:
        if isinstance(self.values, dict):
            return next(text for text, one in self.values.items() if one == value)
        return {"True": "yes", "False": "no"}.get(str(value), str(value))

    def nearest(self, value: Any) -> Any:
        """The value itself, or the one that these words stand for."""
        if value in self.options():
            return value
        if isinstance(self.values, dict):
            if isinstance(value, str) and value in self.values:
                return self.values[value]
            raise ValueError(f"{self.name!r} must be one of {list(self.values)}, not {value!r}")
        raise ValueError(f"{self.name!r} must be one of {self.options()}, not {value!r}")


class Controls(Base):
    """A widget with a row of sliders and choices; `_take` them before the constructors above this one.

    What a page moves is noted on the learner's machine, and `_resume` takes it up again, tomorrow, too. What
    a script moves is not: the cell that did it does it again.
    """

    controls = traitlets.List().tag(sync=True)  # what the view draws: kind, label, options' texts
    positions = traitlets.List(traitlets.Int()).tag(sync=True)  # which option of each control is chosen
    home = traitlets.List(traitlets.Int()).tag(sync=True)  # where they stand in a lesson that is new
    _kept_as = ""  # the name under which their places are noted
    _noting: threading.Timer | None = None

    def _take(self, controls: Sequence[Slider | Choice], **values) -> dict:
        """The traits that show these controls, at their own values or at those given by name."""
        names = [control.name for control in controls]
        if not controls:
            raise ValueError("a bench needs at least one Slider or Choice")
        if len(set(names)) < len(names):
            raise ValueError(f"the controls of a bench need different names, not {names}")
        self._controls = tuple(controls)
        self._options = [control.options() for control in controls]
        starts = [values.get(control.name, control.value) for control in controls]
        return {
            "controls": [
                {
                    "kind": type(control).__name__.lower(),
                    "label": control.label or control.name.replace("_", " "),
                    "texts": [control.words(option) for option in options],
                }
                for control, options in zip(controls, self._options, strict=True)
            ],
            "positions": (
                positions := [
                    options.index(options[0] if start is None else control.nearest(start))
                    for control, options, start in zip(controls, self._options, starts, strict=True)
                ]
            ),
            "home": positions,
        }

    def _resume(self, name: str) -> list[int]:
        """Where the controls were left under this name, and from now on note it."""
        self._kept_as = name
        left = progress.settings(name) if name else {}
        return [
            shown["texts"].index(left[control.name]) if left.get(control.name) in shown["texts"] else at
            for control, shown, at in zip(self._controls, self.controls, self.positions, strict=True)
        ]

    def set_state(self, sync_data: dict) -> None:
        """What a page sends."""
        super().set_state(sync_data)
        if "positions" in sync_data and self._kept_as:
            if self._noting:
                self._noting.cancel()
            self._noting = threading.Timer(REST, self._note)
            self._noting.daemon = True
            try:
                self._noting.start()
            except RuntimeError:  # a Python in a browser has no threads
                self._note()

    def _note(self) -> None:
        chosen = zip(self._controls, self.controls, self.positions, strict=True)
        words = {control.name: shown["texts"][at] for control, shown, at in chosen}
        progress.keep(self._kept_as, {name: words[name] for name in self.moved})

    @property
    def moved(self) -> list[str]:
        """The controls that stand elsewhere than at the start."""
        pairs = zip(self._controls, self.positions, self.home, strict=True)
        return [control.name for control, now, home in pairs if now != home]

    @property
    def values(self) -> dict[str, Any]:
        """What each control stands at now."""
        chosen = zip(self._controls, self._options, self.positions, strict=True)
        return {control.name: options[position] for control, options, position in chosen}

    def set(self, **values) -> Self:
        """Moves controls: bench.set(hit_ratio=0.8). A slider goes to the nearest position."""
        positions = list(self.positions)
        names = [control.name for control in self._controls]
        for name, value in values.items():
            if name not in names:
                raise ValueError(f"{name!r} is not a control of this bench; it has {', '.join(names)}")
            at = names.index(name)
            positions[at] = self._options[at].index(self._controls[at].nearest(value))
        self.positions = positions
        return self

    def _stand(self) -> list[str]:
        """Where they stand, a line each."""
        chosen = zip(self._controls, self.values.values(), self.controls, strict=True)
        return [f"{shown['label']}: {control.words(value)}" for control, value, shown in chosen]

    @traitlets.validate("positions")
    def _within(self, proposal):
        positions = proposal["value"]
        fits = len(positions) == len(self._options)
        if not fits or any(not 0 <= at < len(o) for at, o in zip(positions, self._options, strict=True)):
            raise traitlets.TraitError(f"positions {positions} do not fit the controls")
        return positions


def _plain(value):
    return value.item() if hasattr(value, "item") else value  # numpy's
