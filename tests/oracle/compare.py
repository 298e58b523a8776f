"""The explorer's report against the oracle's."""

from cachelab import races

from .brute import Brute


def same(clients, fault=None, budget=1, probe=None, memcached=False, rows=("",)):
    """Assert that explorer and oracle agree on verdicts, counts and shortest lengths; returns the report."""
    report = races.explore(
        clients, fault=fault, budget=budget, probe=probe, memcached=memcached, seconds=None
    )
    names = {fault} if isinstance(fault, str) else set(fault or ())
    outcomes = Brute(clients, names, budget, probe, memcached, rows=rows).explore()
    assert {name: (count.schedules, count.violating) for name, count in report.counts.items()} == {
        name: (outcome.schedules, outcome.violating) for name, outcome in outcomes.items()
    }
    letters = set().union(*(outcome.letters for outcome in outcomes.values()))
    assert report.verdict[0] == next((letter for letter in "Xt" if letter in letters), ".")
    assert ("d" in report.verdict) == any(outcome.dirty for outcome in outcomes.values())
    assert report.most_loads == max(outcome.loads for outcome in outcomes.values())
    assert report.fresh == all(outcome.fresh for outcome in outcomes.values())
    shortest = {}
    for outcome in outcomes.values():
        for kind, length in outcome.shortest.items():
            shortest[kind] = min(length, shortest.get(kind, length))
    assert {kind: len(steps) for kind, steps in report.violations.items() if kind in shortest} == shortest
    return report
