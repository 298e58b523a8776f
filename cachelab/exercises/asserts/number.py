"""A number was asked for: is it this one, and if not, which mistake leads to what came?"""

import math
from decimal import Decimal
from numbers import Real

from cachelab.checks.rig.lab import Trial
from cachelab.learner.words import show


def number(call: Trial, expected: float, *mistakes, unit: str = "", evidence=None) -> None:
    """Settle unless the call returned this number; a mistake is (the number it leads to, what to think
    about)."""
    value = call.finished().value
    if isinstance(value, Decimal):
        value = float(value)
    if (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and math.isclose(value, expected, rel_tol=1e-6, abs_tol=1e-9)
    ):
        return
    think = ""
    if value is None:
        think = "Is there a path through the function without a `return`?"
    elif not isinstance(value, Real):
        think = "A number is asked for."
    else:
        mistakes += ((expected / 1000, "Are those seconds?"),) if unit == "ms" else ()
        think = next((text for wrong, text in mistakes if math.isclose(value, wrong, rel_tol=1e-6)), "")
        if not think and any(value == round(expected, places) for places in (1, 2, 3)):
            think = "Leave the rounding to whoever prints it."
    more = (evidence(value),) if evidence and isinstance(value, Real) else ()
    raise call.wrong(f"it returned {show(value)}", f"{expected:.6g} {unit}".strip(), think, *more)
