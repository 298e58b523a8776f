"""Numbers the way people write them: 245 µs, 95%, 12k, 1.5 MiB, $3.40."""

import math

__all__ = ["quantity"]

_TIME = ((86400, " d"), (3600, " h"), (60, " min"), (1, " s"), (1e-3, " ms"), (1e-6, " µs"), (1e-9, " ns"))
_BYTES = ((2**40, " TiB"), (2**30, " GiB"), (2**20, " MiB"), (2**10, " KiB"), (1, " B"))
_COUNT = ((1e9, "G"), (1e6, "M"), (1e3, "k"))


def quantity(value: float | None, unit: str = "") -> str:
    """`value` in words a person would use, to three significant digits.

    Units with rules of their own: "s" (245 µs, 90 s, 5 min), "%" (the value is a fraction: 0.95 is 95%),
    "B" (1.5 MiB), "$" ($3.40). Any other unit is written after the number: 12k queries, 850/s.
    None, NaN and infinities are a dash.
    """
    if value is None or not math.isfinite(value):
        return "–"
    factor, tail = _prefix(abs(value), unit)
    scaled = abs(value / factor)
    if scaled >= 1e15:
        number = f"{scaled:.3g}"
    elif scaled == int(scaled) and scaled < 1e4:
        number = f"{scaled:,.0f}"
    elif unit == "%" and 99 < scaled < 100:
        number = f"{scaled:.2f}".rstrip("0").rstrip(".")
    elif unit == "$" and scaled >= 0.01:
        number = f"{scaled:,.2f}" if scaled < 100 else f"{scaled:,.0f}"
    else:
        number = _three_digits(scaled)
    return f"{'−' if value < 0 else ''}{'$' if unit == '$' else ''}{number}{tail}"


def _prefix(size: float, unit: str) -> tuple[float, str]:
    if unit == "s":
        if size == 0:
            return 1, " s"
        if size >= 120:  # 90 s, not 1.5 min
            return next(p for p in _TIME if size >= 2 * p[0])
        return next((p for p in _TIME[3:] if size >= p[0]), _TIME[-1])
    if unit == "B":
        return next((p for p in _BYTES if size >= p[0]), _BYTES[-1])
    if unit == "%":
        return 0.01, "%"
    tail = "" if unit in ("", "$") else unit if unit.startswith("/") else f" {unit}"
    factor, letter = (1, "") if size < 1e4 else next(p for p in _COUNT if size >= p[0])
    return factor, letter + tail


def _three_digits(number: float) -> str:
    digits = 2 - math.floor(math.log10(number))
    rounded = f"{round(number, digits):,.{max(0, digits)}f}"
    return rounded.rstrip("0").rstrip(".") if "." in rounded else rounded
