"""Levels are conjunctions, figures have units, and each line leads to where it is taught."""

import re
from collections import Counter
from pathlib import Path

import pytest

from cachelab.day import incidents, ordered, orders
from cachelab.day.lines import LESSONS, Line, Score, shown, taught_in
from cachelab.day.shop import Phase

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"


def line(level: str, value: float) -> Line:
    return Line(level, "a black hole", "failed", value, 0.0, "08.6", "3 × TimeoutError")


def test_one_failed_line_of_bronze_is_no_bronze_whatever_else_is_well():
    assert Score((line("bronze", 0.1), line("silver", 0), line("gold", 0))).level is None
    assert Score((line("bronze", 0), line("silver", 0.1), line("gold", 0))).level == "bronze"
    assert Score((line("bronze", 0), line("silver", 0), line("gold", 0.1))).level == "silver"
    assert Score((line("bronze", 0), line("silver", 0), line("gold", 0))).level == "gold"


def test_a_level_that_was_not_judged_is_not_reached():
    assert Score((line("silver", 0), line("gold", 0))).level is None
    assert Score((line("bronze", 0),)).level == "bronze"
    assert Score(()).level is None


def test_a_failed_line_names_incident_yours_the_limit_and_the_lesson():
    text = str(Score((line("silver", 0.123),)))
    assert "FAILED  a black hole  failed  12.3%  0.0%" in " ".join(text.split(" ")).replace("   ", "  ")
    assert "08, section 6" in text and "3 × TimeoutError" in text
    assert text.endswith("0 of 1 lines; level: none")


def test_figures_have_units():
    assert shown("failed", 0.1234) == "12.3%"
    assert shown("half of the reads within", 0.0004) == "0.4 ms"
    assert shown("dollars a month", 767.4) == "USD 767"
    assert shown("stale", 3) == "3" and shown("queries for each read", 0.25) == "0.25"


def seen(peak: float = 0.0, **what: int) -> Phase:
    """A phase of which only that is known."""
    counts = Counter({name.replace("_", " "): count for name, count in what.items()})
    return Phase("", 100, 0.0, 0.0, 0, 0.0, 0.0, 0, peak, counts, [])


@pytest.mark.parametrize(
    ("incident", "what", "phase", "lesson"),
    [
        ("a new release", "failed", seen(never_answered=9, KeyError=2), "07.3"),
        ("a new release", "failed", seen(never_answered=2, KeyError=9), "04.5"),
        ("a new release", "failed", seen(), "04.5"),
        ("a black hole", "slow", seen(peak=1.0), "08.6"),
        ("a black hole", "slow", seen(peak=1.4), "07.8"),
    ],
)
def test_who_waited_is_led_to_where_the_waiting_is_taught(incident, what, phase, lesson):
    [found] = [one for one in incidents.INCIDENTS if one.name == incident]
    figures = dict.fromkeys([limit.what for limit in found.limits], 1.0)
    assert [line.teaches for line in incidents.lines(found, figures, phase) if line.what == what] == [lesson]


def test_each_line_leads_to_a_section_that_there_is():
    group = {"CacheNodeType": "cache.t4g.micro", "MemberClusters": ["shop-001"]}
    pointers = {line.teaches for line in ordered.lines(group)} | {crowd[-1] for crowd in orders.CROWDS}
    for incident in incidents.INCIDENTS:
        pointers |= {where for limit in incident.limits for where in (limit.teaches, limit.waiting) if where}
    assert len(pointers) > 15
    for where in pointers:
        lesson, _, section = where.partition(".")
        page = (NOTEBOOKS / f"{LESSONS[lesson][1]}.ipynb").read_text(encoding="utf-8")
        assert re.search(rf'"## {section}\. ', page), where
    assert taught_in("05.3") == "lesson 05, invalidation races, section 3"
