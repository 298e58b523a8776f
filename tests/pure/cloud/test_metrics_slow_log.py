"""The slow log on its way to CloudWatch Logs: how an entry is written, and that each is sent once."""

import contextlib
import json

import pytest

from cachelab.cloud.metrics.nodes import slow_log
from cachelab.cloud.metrics.slow_log import Delivery, Entry
from cachelab.cloud.metrics.source import SlowLog, Source

# The example of AWS's knowledge centre.
ROW = [296, 1605631822, 30, [b"get", b"user:42:secret"], b"192.168.12.104:55452", b"report-job"]
DESTINATION = {
    "LogType": "slow-log",
    "DestinationType": "cloudwatch-logs",
    "DestinationDetails": {"CloudWatchLogsDetails": {"LogGroup": "shop"}},
    "LogFormat": "text",
}


class Node:
    """A node that has these rows in its slow log."""

    def __init__(self, *rows):
        self.rows = list(rows)

    @contextlib.contextmanager
    def connect(self):
        yield self

    def execute_command(self, *words):
        return self.rows[::-1]  # the newest first, as the engine does

    def source(self, pid=1, format="json"):
        return Source(
            key=self,
            engine="valkey",
            about={"CacheClusterId": "shop-001", "CacheNodeId": "0001"},
            connect=self.connect,
            pid=pid,
            slow_log=SlowLog("shop", format),
        )


def test_an_entry_is_written_without_its_arguments():
    entry, source = Entry.read(ROW), Node().source()
    assert json.loads(entry.line(source, "json")) == {
        "CacheClusterId": "shop-001",
        "CacheNodeId": "0001",
        "Id": 296,
        "Timestamp": 1605631822,
        "Duration (us)": 30,
        "Command": "GET ... (1 more arguments)",
        "ClientAddress": "192.168.12.104:55452",
        "ClientName": "report-job",
    }
    assert entry.line(source, "text") == (
        "shop-001,0001,1605631822,30,GET ... (1 more arguments),192.168.12.104:55452,report-job"
    )


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([b"dbsize"], "DBSIZE"),
        ([b"set", b"two words", b"x"], "SET ... (2 more arguments)"),
        ([b"mset", *[b"x"] * 30, b"... (70 more arguments)"], "MSET ... (100 more arguments)"),
    ],
)
def test_arguments_are_counted(words, command):
    assert Entry.read([1, 2, 3, words, b"", b""]).command == command


def test_each_entry_is_sent_once_and_a_new_process_begins_anew():
    sent, there = [], [True]

    def send(group, stream, events):
        if there[0]:
            sent.append((group, stream, [json.loads(event["message"])["Id"] for event in events]))
        return there[0]

    node, delivery = Node([0, *ROW[1:]], [1, *ROW[1:]]), Delivery(send)
    stream = "elasticache/valkey/shop-001/0001/slow-log"
    delivery.look(node.source())
    delivery.look(node.source())
    assert sent == [("shop", stream, [0, 1])]
    there[0] = False  # the log group is gone for a while
    node.rows.append([2, *ROW[1:]])
    delivery.look(node.source())
    there[0] = True
    delivery.look(node.source())
    assert sent[1:] == [("shop", stream, [2])]
    node.rows = [[0, *ROW[1:]]]
    delivery.look(node.source(pid=2))
    assert sent[2:] == [("shop", stream, [0])]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, SlowLog("shop", "text")),
        ({"LogFormat": None}, SlowLog("shop", "json")),
        ({"Enabled": False}, None),
        ({"LogType": "engine-log"}, None),
        ({"DestinationDetails": {"KinesisFirehoseDetails": {"DeliveryStream": "x"}}}, None),
    ],
)
def test_where_a_slow_log_goes(change, expected):
    assert slow_log({"LogDeliveryConfigurations": [DESTINATION | change]}) == expected
    assert slow_log({}) is None
