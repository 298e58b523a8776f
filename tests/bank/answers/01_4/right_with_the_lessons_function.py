# verdict: correct

from cachelab.workload import latency


def break_even(lookup, query, fill, stored):
    costs = latency.Costs(lookup=lookup, query=query, fill=stored * fill, write=query, invalidate=lookup)
    ratio = latency.break_even(costs)
    return ratio if ratio <= 1 else None
