# verdict: correct

from decimal import Decimal


def cheapest(gb, rps, peak, kb, node_types):
    hours = 730
    stored = Decimal(str(max(gb, 0.1))) * Decimal("0.084") * hours
    asked = Decimal(str(rps)) * max(1, Decimal(str(kb))) * 3600 * hours * Decimal("0.0023") / 10**6
    best = ("serverless", float(stored + asked))
    for name, memory, most, usd in node_types:
        pair = float(2 * Decimal(str(usd)) * Decimal("0.8") * hours)
        if gb <= memory * 3 / 4 and peak <= most and pair < best[1]:
            best = (name, pair)
    return best
