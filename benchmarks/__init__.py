"""What `make bench` prints: ratios against a floor or a peer, measured in the same run.

Each module here has `rows()`, which yields `Row`s as it measures them.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: `ratio` = measured / floor, and the goal it is held against."""

    name: str
    ratio: float
    goal: float | None = None  # the ratio must not exceed this; None: reported only
    detail: str = ""  # the raw figures behind the ratio, with units

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "-"
        return "ok" if self.ratio <= self.goal else "MISSED"
