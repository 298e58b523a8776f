"""An alarm tried on a day whose troubles are known: when it rings, how late, how often for nothing.

The same verdicts as CloudWatch's (judging.py), minute by minute; no store, no client, no waiting.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real

from .judging import ALARM, COMPARISONS, EXTRA, INSUFFICIENT_DATA, judge


@dataclass(frozen=True)
class Setting:
    """What PutMetricAlarm is told, for a period of one minute: M of N, a threshold, the missing-data rule."""

    threshold: float
    comparison: str = "LessThanThreshold"
    evaluate: int = 3
    """N, EvaluationPeriods."""
    to_alarm: int = 3
    """M, DatapointsToAlarm."""
    missing: str = "missing"
    """TreatMissingData."""

    def __post_init__(self) -> None:
        """Raises ValueError for what CloudWatch would not take."""
        for name in ("evaluate", "to_alarm"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"{name}={value!r}: give a whole number of minutes, 1 or more")
        if isinstance(self.threshold, bool) or not isinstance(self.threshold, Real):
            raise ValueError(f"threshold={self.threshold!r}: a number is needed")
        if not math.isfinite(self.threshold):
            raise ValueError(f"threshold={self.threshold!r}: a finite number is needed")
        if self.comparison not in COMPARISONS:
            raise ValueError(f"comparison {self.comparison!r}: use one of {', '.join(COMPARISONS)}.")
        judge((), self.evaluate, self.to_alarm, self.missing)  # M of N, and the missing-data rule


@dataclass(frozen=True)
class Day:
    """Minutes of one metric, and when somebody should have been woken.

    `values`: one a minute, None where AWS publishes no point. `troubles`: (first minute, the minute after
    the last) of each.
    """

    values: Sequence[float | None]
    troubles: Sequence[tuple[int, int]] = ()

    def __post_init__(self) -> None:
        """Raises ValueError for a day that cannot be."""
        object.__setattr__(self, "values", tuple(self.values))
        object.__setattr__(self, "troubles", tuple(self.troubles))
        if not self.values:
            raise ValueError("a day needs at least one minute")
        for minute, value in enumerate(self.values):
            if value is not None and not (isinstance(value, Real) and math.isfinite(value)):
                raise ValueError(f"minute {minute} is {value!r}: a finite number, or None for no point")
        for trouble in self.troubles:
            begin, end = trouble if isinstance(trouble, tuple) and len(trouble) == 2 else (0, 0)
            if not 0 <= begin < end <= len(self.values):
                raise ValueError(
                    f"trouble {trouble!r}: its first minute and the one after its last, of {len(self.values)}"
                )


@dataclass(frozen=True)
class Rehearsal:
    """What the alarm did."""

    states: tuple[str, ...]
    """Its state at the end of each minute."""
    rings: tuple[int, ...]
    """The minutes at whose end it went to ALARM."""
    late: tuple[int | None, ...]
    """For each trouble: after how many minutes of it the alarm was on; None if it never was meanwhile."""
    false: tuple[int, ...]
    """The rings outside all troubles."""

    @property
    def missed(self) -> int:
        """Troubles that nobody was told of."""
        return sum(minutes is None for minutes in self.late)


def rehearse(day: Day, setting: Setting) -> Rehearsal:
    """Judge `setting` at the end of each minute of `day`; the minutes before it were like its first."""
    breaches = COMPARISONS[setting.comparison][0]
    seen = [None if value is None else breaches(value, setting.threshold) for value in day.values]
    span = setting.evaluate + EXTRA
    seen = [seen[0]] * span + seen
    state, states = INSUFFICIENT_DATA, []
    for end in range(span, len(seen) + 1):
        verdict = judge(seen[end - span : end], setting.evaluate, setting.to_alarm, setting.missing)
        state = verdict.state or state
        states.append(state)
    before, states = states[0], states[1:]
    rings = [
        minute
        for minute, (last, now) in enumerate(zip([before, *states], states, strict=False))
        if now == ALARM and last != ALARM
    ]
    late = [
        next((minute - begin + 1 for minute in range(begin, end) if states[minute] == ALARM), None)
        for begin, end in day.troubles
    ]
    false = [ring for ring in rings if not any(begin <= ring < end for begin, end in day.troubles)]
    return Rehearsal(tuple(states), tuple(rings), tuple(late), tuple(false))
