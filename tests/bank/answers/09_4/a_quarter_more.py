# verdict: incorrect
# says: Is all of a node's memory yours


def cheapest(gb, rps, peak, kb, node_types):
    serverless = max(gb, 0.1) * 0.084 * 730 + rps * max(1, kb) * 3600 * 730 / 1e6 * 0.0023
    offers = [("serverless", serverless)]
    for name, memory, most, usd in node_types:
        if memory >= gb * 1.25 and most >= peak:
            offers.append((name, 2 * usd * 0.8 * 730))
    return min(offers, key=lambda offer: offer[1])
