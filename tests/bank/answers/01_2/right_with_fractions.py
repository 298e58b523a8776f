# verdict: correct

from fractions import Fraction


def needed_hit_ratio(reads, capacity):
    allowed = min(Fraction(capacity, reads), 1)
    return 1 - allowed
