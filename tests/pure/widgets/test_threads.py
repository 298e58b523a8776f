"""The bench of lesson 12: λT against W."""

from cachelab.widgets import outage


def test_it_stands_still_and_goes_on():
    bench = outage.threads(measured=[(0.0, 0), (0.1, 16)])
    assert "the site stands still" in bench.sentence and "After 0.11 s" in bench.sentence
    bench.set(tries=1, calls=1, timeout=0.1)
    assert "The site goes on" in bench.sentence
    assert not bench.outcome["stands"]
    bench.set(threads=128, tries=11, timeout=0.2)
    assert bench.outcome["stands"]
    assert "measured" in bench.text()
