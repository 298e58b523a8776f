# verdict: incorrect
# says: refused it


def hit_rate(nodes, period):
    return [{"Id": "rate"}]
