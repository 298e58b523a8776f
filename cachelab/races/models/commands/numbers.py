"""Numbers with a fraction as Valkey reads and writes them: doubles in scores, long doubles in INCRBYFLOAT."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

from cachelab.races.models.commands.table import Fail, refuse

NOT_A_FLOAT = "ERR value is not a valid float"

_FLOAT = re.compile(rb"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_INFINITE = re.compile(rb"[+-]?inf(inity)?", re.IGNORECASE)
_MANTISSA = 64  # bits of a long double on x86-64; other machines have 53 or 113
_HUGE = 300  # decimal digits, beyond which INCRBYFLOAT is not modelled


def double(text: bytes, message: str = NOT_A_FLOAT) -> float:
    """A score. Raises Fail where the server would refuse it."""
    if _INFINITE.fullmatch(text):
        return float(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        too_small = number == 0 and re.search(rb"[1-9]", re.split(rb"e", text, flags=re.IGNORECASE)[0])
        if math.isfinite(number) and not too_small:
            return number
    raise Fail(message)


def text_of(number: float) -> bytes:
    """A double as the server writes it: the shortest text that means it, in the form of fpconv
    (https://github.com/night-shift/fpconv); of some hundred doubles that one writes one with a digit more."""
    if math.isinf(number):
        return b"inf" if number > 0 else b"-inf"
    if number.is_integer() and abs(number) <= 2**62:
        return b"%d" % number
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    digits = "".join(map(str, digits))
    before = len(digits) + exponent  # digits before the point
    size = abs(before - 1)
    if exponent >= 0 and size < len(digits) + 7:
        text = digits + "0" * exponent
    elif exponent < 0 and (exponent > -7 or size < 4):
        text = f"{digits[:before]}.{digits[before:]}" if before > 0 else "0." + "0" * -before + digits
    else:
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        text = f"{digits[0]}{rest}e{before - 1:+d}"
    return ("-" * sign + text).encode()


def added(value: bytes, amount: bytes, message: str = NOT_A_FLOAT) -> bytes:
    """What INCRBYFLOAT makes of a value: long doubles, written with at most 17 digits after the point."""
    if _INFINITE.fullmatch(value) or _INFINITE.fullmatch(amount):
        raise Fail("ERR increment would produce NaN or Infinity")
    first, second = _long_double(value, message), _long_double(amount, NOT_A_FLOAT)
    total = round(_rounded(first + second) * 10**17)
    whole, fraction = divmod(abs(total), 10**17)
    text = f"{whole}.{fraction:017d}".rstrip("0").rstrip(".")
    return ("-" * (total < 0) + text).encode()


def _long_double(text: bytes, message: str) -> Fraction:
    if not _FLOAT.fullmatch(text):
        raise Fail(message)
    if abs(Decimal(text.decode()).adjusted()) > _HUGE:
        raise refuse(f"a number such as {text[:20].decode()} in INCRBYFLOAT")
    return _rounded(Fraction(text.decode()))


def _rounded(number: Fraction) -> Fraction:
    """The nearest number with so few bits; of two, the even one."""
    if not number:
        return number
    size = abs(number)
    shift = _MANTISSA - (size.numerator.bit_length() - size.denominator.bit_length())
    bits = round(size * Fraction(2) ** shift)
    if bits.bit_length() > _MANTISSA:
        shift -= bits.bit_length() - _MANTISSA
        bits = round(size * Fraction(2) ** shift)
    return Fraction(bits) / Fraction(2) ** shift * (1 if number > 0 else -1)
