# verdict: correct

from decimal import Decimal


def mean_read_ms(hit_ratio, lookup, query, fill):
    hit_ratio, lookup, query, fill = (Decimal(str(x)) for x in (hit_ratio, lookup, query, fill))
    return lookup + (1 - hit_ratio) * (query + fill)
