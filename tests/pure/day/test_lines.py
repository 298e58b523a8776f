"""Levels are conjunctions, and figures have units."""

from cachelab.day.lines import Line, Score, shown


def line(level: str, value: float) -> Line:
    return Line(level, "a black hole", "failed", value, 0.0, "08", "3 × TimeoutError")


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
    assert "08 outages and failover" in text and "3 × TimeoutError" in text
    assert text.endswith("0 of 1 lines; level: none")


def test_figures_have_units():
    assert shown("failed", 0.1234) == "12.3%"
    assert shown("half of the reads within", 0.0004) == "0.4 ms"
    assert shown("dollars a month", 767.4) == "USD 767"
    assert shown("stale", 3) == "3" and shown("queries for each read", 0.25) == "0.25"
