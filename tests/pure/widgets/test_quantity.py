"""Numbers in words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelab.widgets import quantity


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.000245, "s", "245 µs"),
        (8e-8, "s", "80 ns"),
        (0.0021, "s", "2.1 ms"),
        (90, "s", "90 s"),
        (300, "s", "5 min"),
        (7200, "s", "2 h"),
        (0, "s", "0 s"),
        (0.95, "%", "95%"),
        (0.9999, "%", "99.99%"),
        (1, "%", "100%"),
        (1536, "B", "1.5 KiB"),
        (3.4, "$", "$3.40"),
        (1234.5, "$", "$1,234"),
        (-3.4, "$", "−$3.40"),
        (1234, "", "1,234"),
        (12345, "", "12.3k"),
        (2_500_000, "queries", "2.5M queries"),
        (850, "/s", "850/s"),
        (None, "s", "–"),
        (math.nan, "", "–"),
        (math.inf, "", "–"),
    ],
)
def test_reads_the_way_people_write(value, unit, words):
    assert quantity(value, unit) == words


@given(st.floats(), st.sampled_from(["", "s", "%", "B", "$", "/s", "keys"]))
def test_has_words_for_every_number(value, unit):
    assert quantity(value, unit)


@given(st.floats(1e-9, 1e-4) | st.floats(1e-4, 100))
def test_times_keep_three_digits(seconds):
    number, unit = quantity(seconds, "s").split(" ")
    back = float(number.replace(",", "")) * {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1}[unit]
    assert back == pytest.approx(seconds, rel=0.0051)
