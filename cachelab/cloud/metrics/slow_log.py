"""Slow-log delivery: what SLOWLOG holds of each node goes to CloudWatch Logs, arguments left out.

Format and names: ElastiCache user guide, "Log delivery", and AWS's knowledge centre, "turn on the Redis
Slow log". Only what is new since the last look is sent; what the engine has dropped from its list
meanwhile is lost, as on AWS.
"""

import json
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from .source import SlowLog, Source

FETCHED = 128  # entries of one look
MORE = re.compile(rb"\.\.\. \((\d+) more arguments\)")  # how the engine itself ends a long command

Send = Callable[[str, str, list[dict]], bool]  # (log group, stream, events) -> whether there is such a group


@dataclass(frozen=True)
class Entry:
    """One slow command."""

    id: int
    at: int  # seconds since the epoch
    microseconds: int
    command: str  # its name, and how many arguments it had
    address: str
    client: str

    @classmethod
    def read(cls, row: list) -> "Entry":
        """From an entry as SLOWLOG GET sends it."""
        id, at, microseconds, words, address, client = row[:6]
        words = [_bytes(word) for word in words]
        count = len(words) - 1
        if cut := MORE.fullmatch(words[-1]):
            count += int(cut[1]) - 1
        name = words[0].decode(errors="replace").upper()
        command = f"{name} ... ({count} more arguments)" if count else name
        return cls(id, at, microseconds, command, _text(address), _text(client))

    def line(self, source: Source, format: str) -> str:
        """The message of a log event: a JSON object, or values with commas between them (`text`)."""
        cluster, node = source.about["CacheClusterId"], source.about["CacheNodeId"]
        if format == "text":
            values = (cluster, node, self.at, self.microseconds, self.command, self.address, self.client)
            return ",".join(map(str, values))
        return json.dumps(
            {
                "CacheClusterId": cluster,
                "CacheNodeId": node,
                "Id": self.id,
                "Timestamp": self.at,
                "Duration (us)": self.microseconds,
                "Command": self.command,
                "ClientAddress": self.address,
                "ClientName": self.client,
            }
        )


class Delivery:
    """Sends what is new; what finds no log group stays new."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sent: dict[Hashable, tuple[int, int]] = {}  # node -> (its process, the last entry's id)

    def look(self, source: Source) -> None:
        """Fetch a node's slow log and send what is new. Raises its client's error if it does not answer."""
        wanted: SlowLog = source.slow_log
        with source.connect() as client:
            # In two words, so that the client does not join the arguments of a command into one text.
            rows = client.execute_command("SLOWLOG", "GET", FETCHED)
        process, last = self._sent.get(source.key, (source.pid, -1))
        last = last if process == source.pid else -1
        entries = sorted((Entry.read(row) for row in rows), key=lambda entry: entry.id)
        new = [entry for entry in entries if entry.id > last]
        if new:
            cluster, node = source.about["CacheClusterId"], source.about["CacheNodeId"]
            stream = f"elasticache/{source.engine}/{cluster}/{node}/slow-log"
            events = [
                {"timestamp": entry.at * 1000, "message": entry.line(source, wanted.format)} for entry in new
            ]
            if self._send(wanted.group, stream, events):
                last = new[-1].id
        self._sent[source.key] = (source.pid, last)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
