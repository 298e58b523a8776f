"""When an alarm rings: M of N data points, and what happens when some of them are missing.

The rules and the forty verdicts they are tested against: CloudWatch user guide, "Configuring how
CloudWatch alarms treat missing data" (with its section on premature transitions). Periods are looked at
as they slide: an alarm with a period of five minutes is judged every minute, by the last five (same
guide, "Evaluating an alarm").
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
STATES = (OK, ALARM, INSUFFICIENT_DATA)
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
EXTRA = 2  # the evaluation range is that much longer than N: 5 for 3 in AWS's examples

COMPARISONS = {  # operator, and how the reason words it
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True)
class Verdict:
    """The state an alarm goes to (None: it stays where it is), and the points that decided."""

    state: str | None
    real: int
    """How many real points were used, of at most N."""
    breaching: int
    """How many of them breach."""
    filled: int
    """How many missing points had to be filled in."""


def judge(points: Sequence[bool | None], evaluate: int, to_alarm: int, missing: str = "missing") -> Verdict:
    """The verdict on `points`, oldest first: True breaches, False does not, None is missing.

    All of them are the evaluation range (N + 2 points, see EXTRA). `evaluate` is N (EvaluationPeriods),
    `to_alarm` is M (DatapointsToAlarm), `missing` is TreatMissingData.
    """
    if not 1 <= to_alarm <= evaluate:
        raise ValueError(f"{to_alarm} of {evaluate}: DatapointsToAlarm must be from 1 to EvaluationPeriods.")
    if missing not in TREATMENTS:
        raise ValueError(f"TreatMissingData {missing!r}: use one of {', '.join(TREATMENTS)}.")
    real = [point for point in points if point is not None]
    if len(real) >= evaluate:  # enough real ones in the range: what is missing plays no part
        recent = real[-evaluate:]
        return Verdict(ALARM if sum(recent) >= to_alarm else OK, evaluate, sum(recent), 0)

    breaching, filled = sum(real), evaluate - len(real)

    def verdict(state: str | None) -> Verdict:
        return Verdict(state, len(real), breaching, filled)

    if missing == "breaching":
        return verdict(ALARM if breaching + filled >= to_alarm else OK)
    if missing == "notBreaching" or breaching >= to_alarm:
        return verdict(ALARM if breaching >= to_alarm else OK)
    kept = None if missing == "ignore" else INSUFFICIENT_DATA
    if not real:
        return verdict(kept)
    if all(real) and len(points) - points.index(True) >= to_alarm:
        # Old enough, and nothing since says otherwise: "premature alarm state" no longer applies.
        return verdict(None if missing == "ignore" else ALARM)
    return verdict(OK)
