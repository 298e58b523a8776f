"""A guess as people type it: 200 ms, 0,5, 1,000, 50%, 3x, 12k."""

import math
import re

__all__ = ["MEASURES", "read"]

_TIME = {
    "ns": 1e-9,
    "µs": 1e-6,
    "μs": 1e-6,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "sec": 1,
    "second": 1,
    "seconds": 1,
}
_TIME |= {"min": 60, "minute": 60, "minutes": 60, "h": 3600, "hour": 3600, "hours": 3600, "d": 86400}
_TIME |= {"day": 86400, "days": 86400}
_BYTES = {"b": 1, "byte": 1, "bytes": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_BYTES |= {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12}
_THOUSANDS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9}

# Units that measure, unlike "commands" or "threads", which count; with the words a number in them may end in.
MEASURES = {
    **{unit: _TIME for unit in ("ns", "µs", "ms", "s", "min", "h", "d")},
    **{unit: _BYTES for unit in ("B", "KiB", "MiB", "GiB")},
    "×": {"×": 1, "x": 1, "times": 1, "fold": 1},
    "%": {"%": 1, "percent": 1},
    "points": {"points": 1, "point": 1},
    "$": {"$": 1, "usd": 1},
}
_NUMBER = re.compile(r"([+-]?(?:\d[\d,.']*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)", re.I)


def read(words: str, unit: str = "", of: int | None = None) -> float:
    """The number that was meant, in `unit`. ValueError says what could not be understood, in a sentence."""
    found = _NUMBER.fullmatch(words.strip().lstrip("~≈$").strip())
    if not found:
        raise ValueError(f"“{words.strip()}” is not a number{_example(unit)}.")
    number, tail = _number(found[1]), found[2].strip().rstrip(".").lower()
    if tail.startswith("of "):  # "3 of 10"
        tail = ""
    factor = _factor(tail, unit)
    if factor is None or not math.isfinite(number * factor):
        raise ValueError(f"“{words.strip()}” is not a number{_example(unit)}.")
    value = float(f"{number * factor:.12g}")
    if of is not None and (value != int(value) or not 0 <= value <= of):
        raise ValueError(f"Choose a whole number from 0 to {of}.")
    return value


def _number(digits: str) -> float:
    digits = digits.replace("'", "")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    try:
        return float(digits.replace(",", "."))
    except ValueError:  # 1.2.3
        return math.nan


def _factor(tail: str, unit: str) -> float | None:
    """What a number with this tail is multiplied by to be in `unit`; None if the tail says something else."""
    known = MEASURES.get(unit)
    if tail in ("", unit.lower()):
        return 1
    if known is None:  # a count: "6 commands", "6 command", "12k"
        return 1 if unit and unit.lower().startswith(tail) and len(tail) > 2 else _THOUSANDS.get(tail)
    if tail in known:
        return known[tail] / known.get(unit.lower(), 1)
    return _THOUSANDS.get(tail) if known not in (_TIME, _BYTES) else None


def _example(unit: str) -> str:
    if MEASURES.get(unit) is _TIME:
        return ", such as 200 ms or 0.2 s"
    return f" {'in' if unit in MEASURES else 'of'} {unit}" if unit else ""
