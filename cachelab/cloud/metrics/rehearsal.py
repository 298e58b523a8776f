"""An alarm tried on a day whose troubles are known: when it rings, how late, how often for nothing.

The same verdicts as CloudWatch's (judging.py), minute by minute; no store, no client, no waiting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Day:
    """Minutes of one metric, and when somebody should have been woken.

    `values`: one a minute, None where AWS publishes no point. `troubles`: (first minute, the minute after
    the last) of each.
    """

    values: Sequence[float | None]
    troubles: Sequence[tuple[int, int]] = ()


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
    """Judge `setting` at the end of each minute of `day`; the minutes before it were like its first.

    Raises ValueError for a day without minutes, or a setting that CloudWatch would not take.
    """
    if not day.values:
        raise ValueError("a day needs at least one minute")
    if setting.comparison not in COMPARISONS:
        raise ValueError(f"comparison {setting.comparison!r}: use one of {', '.join(COMPARISONS)}.")
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
