# verdict: incorrect
# says: a list of dicts


def hit_rate(nodes, period):
    return "100 * SUM(METRICS('hits')) / SUM(METRICS())"
