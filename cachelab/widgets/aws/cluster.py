"""A cache as it stands: zones, nodes, who is the primary, how far behind the others are; and drills."""

import threading
import time
from collections.abc import Callable

import traitlets

from cachelab.cloud import Account, AccountError

from ..base import Base
from ..quantity import quantity

__all__ = ["ClusterView", "cluster"]

EVERY = 0.4  # seconds between two looks
PATIENCE = 60.0  # seconds without a sign of a page after which nobody is watching any more
LATE = 0.2  # seconds that a lagging replica hears later
EVENTS = 6  # lines of the account's log that are shown
AGAIN = "To break it again: menu Run → Run All Above Selected Cell, then run this cell."
DRILLS = ("kill", "cut", "heal", "lag", "silence", "hurry", "zone_down", "zone_up")


class ClusterView(Base):
    """A live picture of one cache of an account in a box. Made by `cluster`.

    While a page shows it, a thread looks at the nodes every 0.4 s; a minute after the last page has gone
    it ends. Without a page nothing runs: `text()` and `look()` look once.
    """

    name = traitlets.Unicode().tag(sync=True)
    zones = traitlets.List(traitlets.Dict()).tag(sync=True)  # name, down
    shards = traitlets.List(traitlets.Dict()).tag(sync=True)  # id, nodes (see _node)
    log = traitlets.List(traitlets.Unicode()).tag(sync=True)
    said = traitlets.Unicode("").tag(sync=True)
    gone = traitlets.Bool(False).tag(sync=True)

    def __init__(self, aws: Account, name: str):
        self.aws = aws
        self._until = 0.0
        self._looking = threading.Lock()
        self._thread: threading.Thread | None = None
        aws.topology(name)  # raises AccountError here and now if there is nothing to look at
        super().__init__(name=name, label=f"Topology of {name}")
        self.look()
        self.on_msg(lambda _, message, __: self._asked(message))

    def look(self) -> "ClusterView":
        """See how things are now. Of a cache that is gone, the last picture stays."""
        with self._looking, self.hold_sync():
            try:
                rows = self.aws.topology(self.name)
                down = self.aws.zones_down
                events = [event for event in self.aws.events() if self._mine(event)]
            except AccountError:
                self._gone("The account is closed")
                return self
            if any(row["cache_status"] == "deleting" for row in rows) or (self.shards and not rows):
                self._gone(f"{self.name} is deleted")
                return self
            if self.gone:  # its name has been used again
                self.gone, self.said = False, ""
            self.zones = [
                {"name": zone, "down": zone in down} for zone in sorted({row["zone"] for row in rows} | down)
            ]
            self.shards = _shards(rows)
            self.log = [f"{event.date:%H:%M:%S}  {event.source}: {event.message}" for event in events][
                -EVENTS:
            ]
        return self

    def _gone(self, why: str) -> None:
        self._until = 0.0
        self.gone = True
        self.said = f"{why}{': this is how it was last seen' if self.shards else ''}. {AGAIN}"

    # Drills.

    def kill(self, node: str) -> None:
        """SIGKILL a node."""
        self._do(f"{node} is killed.", lambda: self.aws.fail_node(node))

    def cut(self, node: str) -> None:
        """Cut a replica off from its primary."""
        self._do(f"{node} no longer hears from its primary.", lambda: self.aws.partition_replica(node))

    def heal(self, node: str) -> None:
        """Give a replica its primary back."""
        self._do(f"{node} hears from its primary again.", lambda: self.aws.heal_replica(node))

    def lag(self, node: str) -> None:
        """Let a replica hear of everything 0.2 s late."""
        self._do(f"{node} hears {LATE:g} s late.", lambda: self.aws.replica_link(node, delay=LATE))

    def silence(self, node: str) -> None:
        """Let nothing pass on a replica's link, and leave it open."""
        self._do(f"{node}: its link is silent.", lambda: self.aws.replica_link(node, delay=None))

    def hurry(self, node: str) -> None:
        """Let a replica hear as fast as it goes again."""
        self._do(f"{node} hears at once again.", lambda: self.aws.replica_link(node, delay=0))

    def zone_down(self, zone: str) -> None:
        """Take a zone down with all its nodes."""
        self._do(f"{zone} is down.", lambda: self.aws.fail_zone(zone))

    def zone_up(self, zone: str) -> None:
        """Bring a zone back."""
        self._do(f"{zone} is back; its nodes are being replaced.", lambda: self.aws.restore_zone(zone))

    def _do(self, said: str, deed: Callable[[], object]) -> None:
        try:
            deed()
        except AccountError as refusal:  # there is no cell to show it under
            said = str(refusal)
        self.said = said
        self.look()

    # Watching.

    @property
    def watching(self) -> bool:
        """Whether the thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def watch(self, seconds: float = PATIENCE) -> None:
        """Keep looking for so many seconds from now."""
        self._until = time.monotonic() + seconds
        if not self.watching:
            self._thread = threading.Thread(target=self._watch, daemon=True, name=f"topology of {self.name}")
            self._thread.start()

    def close(self) -> None:
        self._until = 0.0
        super().close()

    def _watch(self) -> None:
        while time.monotonic() < self._until:
            self.look()
            time.sleep(EVERY)

    def _asked(self, message: dict) -> None:
        if message["do"] == "watch":
            self.watch()
        elif message["do"] in DRILLS:
            getattr(self, message["do"])(message["what"])

    # In words.

    def text(self) -> str:
        self.look()
        lines = [self.name if self.shards else f"{self.name}: there is no such cache"]
        lines += [self.said] if self.gone else []
        for shard in self.shards:
            lines += [f"shard {shard['id']}"] if len(self.shards) > 1 else []
            for node in shard["nodes"]:
                parts = [node["zone"], node["id"], node["role"], node["state"], node["data"], *node["doors"]]
                lines.append("  " + " · ".join(part for part in parts if part))
        lines += [f"{zone['name']} is down" for zone in self.zones if zone["down"]]
        return "\n".join([*lines, *self.log])

    def _mine(self, event) -> bool:
        return event.source == self.name or event.source.startswith(f"{self.name}-")


def cluster(aws: Account, name: str) -> ClusterView:
    """The nodes of a cache, live: zones, roles, replication lag, where its endpoints lead; with buttons to
    kill a node, cut a replica off, let it lag or hear nothing, or take a zone down. Drills are
    for the account in a box only."""
    return ClusterView(aws, name.lower())


def _shards(rows: list[dict]) -> list[dict]:
    shards: dict[str, list] = {}
    for row in rows:
        shards.setdefault(row["shard"] or "", []).append(row)
    doors = _doors(rows) if len(shards) == 1 else {}
    return [
        {"id": shard, "nodes": [_node(row, doors.get(row["id"], [])) for row in nodes]}
        for shard, nodes in sorted(shards.items())
    ]


def _doors(rows: list[dict]) -> dict[str, list[str]]:
    """Which endpoints of a single shard lead to which node. Without a replica, readers get the primary."""
    up = [row for row in rows if row["live"] and row["status"] == "available"]
    primary = [row["id"] for row in up if row["role"] == "primary"]
    readers = [row["id"] for row in up if row["role"] == "replica"] or primary
    leading: dict[str, list[str]] = {}
    for door, nodes in (("primary endpoint", primary), ("reader endpoint", readers)):
        for node in nodes:
            leading.setdefault(node, []).append(door)
    return leading


def _node(row: dict, doors: list[str]) -> dict:
    """What the picture says of a node; `doors` are the endpoints that lead to it."""
    return {
        "id": row["id"] if row["role"] != "node" else f"{row['id']}/{row['number']}",
        "zone": row["zone"],
        "role": row["role"],
        "live": row["live"],
        "state": row["status"] if row["live"] else f"dead ({row['status']})",
        "link": row["link"] or "",
        "pace": "silence" if row["link"] == "silent" else "lag" if row["delay"] else "hurry",
        "data": _data(row),
        "doors": doors,
        "pid": f"pid {row['pid']}" if row["pid"] else "",
    }


def _data(row: dict) -> str:
    if row["keys"] is None:
        return ""
    keys = f"{row['keys']:,} key{'' if row['keys'] == 1 else 's'}"
    if row["role"] != "replica":
        return keys
    if row["link"] == "cut off":
        return f"{keys}, cut off" + (f", {quantity(row['lag'], 'B')} behind" if row["lag"] else "")
    if row["link"] == "silent":
        return f"{keys}, silent" + (f", {quantity(row['lag'], 'B')} behind" if row["lag"] else "")
    if row["lag"] is None or row["link"] == "down":
        return f"{keys}, no primary to copy"
    return f"{keys}, {quantity(row['lag'], 'B')} behind" if row["lag"] else f"{keys}, in step"
