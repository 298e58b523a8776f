"""A program that writes while a cache is broken: what it notes, and what a page without a kernel shows."""

from datetime import UTC, datetime
from types import SimpleNamespace

import redis

from cachelab.widgets import aws as widgets


class Account:
    """What happened, by AWS's words."""

    def __init__(self, *messages: str):
        self.messages, self.date = messages, None

    def events(self):
        self.date = self.date or datetime.now(UTC)
        return [
            SimpleNamespace(date=self.date, source=source, message=message)
            for source, message in (line.split(": ", 1) for line in self.messages)
        ]


class Client:
    def set(self, key, value):
        raise redis.ConnectionError


def written(*messages: str):
    return widgets.writing(Account(*messages), "shop", Client(), seconds=0.25).finish()


def test_what_happens_to_a_node_is_flagged_once():
    chart = written(
        "shop-002: Failover from primary node shop-001 to replica node shop-002 completed",
        "shop: Failover from primary node shop-001 to replica node shop-002 completed",
        "shop-001: Recovering cache nodes 0001",
        "other: Recovering cache nodes 0001",
    )
    assert [mark["name"] for mark in chart.spec["marks"]] == ["failover"]
    assert sum(chart.figure.data("failed")[1]) > 0 == sum(chart.figure.data("acknowledged")[1])
    assert chart.state()["recorded"] == ""
    assert "For another run, run this cell again" in chart.text()


def test_where_nothing_happened_a_recorded_run_is_shown_and_says_so():
    chart = written()
    assert chart.spec["marks"] == []
    shown = chart.state()
    assert shown["recorded"].startswith("A run recorded on ") and shown["recorded"] in chart.static_html()
    assert [mark["name"] for mark in shown["spec"]["marks"]] == ["failover", "node back"]
    assert set(shown) == set(written("shop-001: Finished recovery for cache nodes 0001").state())


def test_one_program_writes_at_a_time():
    first = widgets.writing(Account(), "shop", Client())
    widgets.writing(Account(), "shop", Client()).stop()
    assert first._ended.is_set() and not first._thread.is_alive()
