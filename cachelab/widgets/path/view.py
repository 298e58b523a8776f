"""The picture of a `RequestPath`: requests travel as dots, and its switches are buttons."""

import json
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Self

import redis
import traitlets

from cachelab import shop
from cachelab.engines import EngineError
from cachelab.learner.words import counted

from ..base import Base
from ..challenge.view import PARTS, Challenged
from ..chart import Figure
from ..quantity import quantity
from .contents import Contents
from .model import ZONES, RequestPath, told
from .trip import Trip

__all__ = ["PathView", "request_path"]

SHOWN = 14  # trips that are told to the page at a time; more dots than that show nothing
WINDOW = 20.0  # seconds that the charts look back
LONG_WAIT = 0.25  # seconds after which a request still under way is drawn as waiting
LOOK_EVERY = 5  # ticks between two looks into the cache while requests run: about a second
CROWD = 6  # requests under way at once
VALUE = 70  # letters of a value in the table


class PathView(Challenged, Base):
    """A live view of a `RequestPath`. Made by `request_path`. Nothing runs until a button is pressed.

    While requests run, threads of the model drive it; they end by `stop`, after the path's `limit`, or with
    the kernel. When nothing runs, nothing costs anything.
    """

    parts = ("chart/plot.js", *PARTS)
    stage = traitlets.Dict().tag(sync=True)  # where everything stands
    lines = traitlets.Dict().tag(sync=True)  # {"cache": ["GET 0.6 ms", …], "database": […]}
    trips = traitlets.List().tag(sync=True)  # the latest, see _trip
    waiting = traitlets.List().tag(sync=True)  # requests under way for long: {place, since}
    holds = traitlets.Dict().tag(sync=True)  # what the cache holds, see _holds
    opened = traitlets.Bool(False).tag(sync=True)  # whether the table of keys is open
    running = traitlets.Bool(False).tag(sync=True)
    last = traitlets.Unicode("").tag(sync=True)  # the last request in words
    said = traitlets.Unicode("").tag(sync=True)  # events, read out
    trouble = traitlets.Unicode("").tag(sync=True)
    tiles = traitlets.List().tag(sync=True)
    pictures = traitlets.List(traitlets.Dict()).tag(sync=True)
    recorded = traitlets.Unicode("").tag(sync=True)  # says when and where, if this is a recorded run

    _latest: Callable[[], "PathView | None"] = staticmethod(lambda: None)

    def __init__(self, model: RequestPath, challenges: str | Sequence | None = None):
        self.model = model
        self._drawing = threading.RLock()  # ticks come from threads of the model
        self._ticks = 0
        self._marks: list[tuple[str, float]] = []
        self._contents: Contents | None = None
        super().__init__(
            label="The path of a request",
            said="Start sends requests through your own servers; One request sends a single one.",
        )
        model.traffic.listener = lambda _: self._tick()
        self._draw()
        self._challenge(challenges, "trips")
        self.on_msg(lambda _, message, __: self._asked(message))

    # What can be done; each is a button.

    def start(self) -> Self:
        """Send requests. Another picture that runs in this kernel stops."""
        self._only_one()
        if not self.model.running:
            self._marks.clear()
            self.trouble = ""
            self.model.start()
            self.running = True
            self.said = f"Running, for at most {self.model.limit:g} s."
            self._look()
            self._draw()
        return self

    def stop(self) -> Self:
        self.model.stop()
        self._tick()
        return self

    def one(self, id: int | None = None) -> Self:
        """Send one request, and wait for it."""
        self._only_one()
        trip = self.model.ask(id)
        self.said = told(trip)
        self._look()
        self._draw()
        return self

    def kill(self) -> Self:
        """SIGKILL for the cache."""
        if self.model.engine and self.model.state == "dead":
            self.said = "The cache is dead already."
            return self
        keys = self._contents.keys if self._contents else 0
        self.model.kill()
        lost = f" What it held is gone: {counted(keys, 'key')}." if keys else ""
        self.said = "The cache is dead. " + (
            f"Its process was killed.{lost}"
            if self.model.engine.is_real
            else "A stand-in has no process: it refuses all calls."
        )
        return self._did("killed")

    def restart(self) -> Self:
        """The same address, an empty cache."""
        self.model.restart()
        self.said = "The cache is back, and empty."
        return self._did("back")

    def freeze(self) -> Self:
        """The cache stops answering, and keeps what it holds."""
        self.model.freeze()
        self.said = "The cache is frozen: it takes connections and never answers."
        return self._did("frozen")

    def thaw(self) -> Self:
        """The cache answers again."""
        self.model.thaw()
        self.said = "The cache answers again, and still holds what it held."
        return self._did("thawed")

    def hold(self) -> Self:
        """The next answer of the database stays in the program's hand."""
        self.model.hold()
        self.said = "The next answer of the database is held still before it is stored in the cache."
        self._draw()
        return self

    def let_go(self) -> Self:
        """It goes on its way."""
        self.model.let_go()
        self.said = "It goes on its way."
        self._draw()
        return self

    def move(self, zone: str) -> Self:
        """The cache into another zone: "same zone", "other zone" or "other region"."""
        self.model.move(zone)
        added = quantity(shop.ROUND_TRIPS[zone], "s")
        self.said = f"The cache stands in the {zone}: {added} more on each round trip (assumed)."
        return self._did("moved")

    def look(self) -> Self:
        """Open the cache: read what it holds now."""
        self.opened = True
        self._look()
        self._draw()
        return self

    def close(self) -> None:
        self.model.close()
        super().close()

    def text(self) -> str:
        lines = [self.model.text()]
        if not self.model.trips:
            saved = _recording()
            outcomes = {trip["outcome"]: trip["words"] for trip in saved["trips"]}
            lines += [saved["recorded"], *(f"  {words}" for words in outcomes.values())]
        if self.said and self.model.trips:
            lines.append(self.said)
        if self._contents and self._contents.entries:
            lines.append("in the cache:")
            for key, value, size, ttl in self.holds["rows"]:
                left = "no TTL" if ttl is None else f"{ttl:.0f} s to live"
                lines.append(f"  {key}  {size}  {left}  {value}")
        if self.model.trips:
            with self._drawing:
                lines += [figure.text() for figure in self._figures()]
        lines += self._challenge_lines()
        return "\n".join(lines)

    def state(self) -> dict:
        """What the view needs. Of a picture that has not run yet: a run that was recorded, and says so."""
        own = super().state()
        return own if self.model.trips else own | _recording()

    # Inside.

    def _asked(self, message: dict) -> None:
        deeds = {
            "start": self.start,
            "stop": self.stop,
            "kill": self.kill,
            "restart": self.restart,
            "freeze": self.freeze,
            "thaw": self.thaw,
            "hold": self.hold,
            "let go": self.let_go,
            "look": self.look,
        }
        try:
            if message["do"] == "one":  # it may have to wait, and the kernel goes on meanwhile
                self.model.engine  # noqa: B018 - started here, where an error is seen
                if len(self.model.waiting) >= CROWD:
                    self.said = f"{CROWD} requests are under way already."
                    return
                threading.Thread(target=self._one_aside, daemon=True, name="one request").start()
            elif message["do"] == "move":
                self.move(message["zone"])
            else:
                deeds[message["do"]]()
        except (EngineError, redis.RedisError, OSError) as error:  # there is no cell to show it under
            self.said = str(error)
            self._draw()

    def _one_aside(self) -> None:
        asking = threading.Thread(target=self._one, daemon=True, name="a request")
        asking.start()
        while asking.is_alive():  # so that a request that has to wait is seen waiting
            asking.join(0.2)
            self._draw()

    def _one(self) -> None:
        try:
            self.one()
        except Exception as error:
            self.said = f"The request failed: {error}"

    def _only_one(self) -> None:
        other = PathView._latest()
        if other is not None and other is not self:
            other.stop()
        PathView._latest = staticmethod(weakref.ref(self))

    def _did(self, name: str) -> Self:
        if self.model.running:
            self._marks.append((name, self.model.elapsed))
        self._look()
        self._draw()
        return self

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % LOOK_EVERY == 0:
            self._look()
        if self.running and not self.model.running:
            self.running = False
            counts = ", ".join(f"{count} {name}" for name, count in _counts(self.model.trips).items())
            self.said = f"Stopped after {counted(self.model.trips, 'request')}: {counts or 'none'}."
        if self.model.traffic.last_error:
            self.trouble = f"A request failed with {self.model.traffic.last_error}"
        self._draw()

    def _look(self) -> None:
        contents = self.model.contents()
        with self._drawing:
            self._contents = contents
            self.holds = _holds(contents, self.model.state)

    def _draw(self) -> None:
        model = self.model
        with self._drawing, self.hold_sync():
            engine = model._engine
            real = engine is None or engine.is_real
            self.stage = {
                "program": model.get.__name__,
                "zone": model.zone,
                "database": model.database,
                "state": model.state,
                "engine": f"{engine.name} {engine.version}".strip() if engine else "Valkey",
                "real": real,
                "movable": model.movable and real,
                "holding": model.holding,
                "zones": [[zone, _added(zone)] for zone in ZONES],
            }
            self.lines = {
                where: [
                    f"{line.name} {quantity(line.seconds, 's') if real else '(stand-in)'}" for line in two
                ]
                for where, two in ((where, lines[:2]) for where, lines in model.lines.items())
            }
            trips = list(model.trips)
            self.trips = [_trip(trip) for trip in trips[-SHOWN:]]
            self.last = told(trips[-1]) if trips else ""
            self.waiting = [
                {"place": trip.place, "since": round(_age(trip), 1)}
                for trip in model.waiting
                if trip.place == "held" or _age(trip) > LONG_WAIT
            ]
            self.tiles = self._tiles(trips, real)
            self.pictures = [figure.spec() for figure in self._figures()] if trips or model.running else []

    def _tiles(self, trips: list[Trip], real: bool) -> list[list[str]]:
        recent = [trip for trip in trips if trip.at > (trips[-1].at - 3.0)]
        served = [trip for trip in recent if not trip.error]
        took = sorted(trip.seconds for trip in served)
        now = self.model.traffic.now if self.model.running else None
        return [
            ["hit ratio", _share(sum(not trip.queries for trip in served), len(served))],
            ["p50", quantity(took[len(took) // 2], "s") if took and real else "–"],
            ["queries", f"{now.queries:.0f}/s" if now else "–"],
            ["errors", f"{len(recent) - len(served)} of {len(recent)}" if recent else "–"],
        ]

    def _figures(self) -> list[Figure]:
        trips = list(self.model.trips)
        now = self.model.elapsed if self.model.running else 0.0
        end = max([WINDOW / 2, now, *(trip.at for trip in trips[-1:])])
        begin = max(0.0, end - WINDOW)
        shared = {"x_range": (begin, end), "margins": (52, 10)}
        trips = [trip for trip in trips if trip.at >= begin]
        figures = []
        if self.model._engine is None or self.model._engine.is_real:
            took = Figure(x="seconds", y="response time", y_unit="s", y_scale="log", height=140, **shared)
            for name, colour, shape in LOOKS:
                these = [trip for trip in trips if trip.outcome == name]
                if not these and name not in ("hit", "miss"):
                    continue
                at, seconds = [_3(trip.at) for trip in these], [_3(trip.seconds) for trip in these]
                took.points(name, at, seconds, color=colour, shape=shape)
            figures.append(took)
        queries = Figure(x="seconds", y="database queries per second", height=140, **shared)
        ticks = [tick for tick in self.model.traffic.ticks if tick.at >= begin]
        queries.line("queries", [_3(t.at) for t in ticks], [_3(t.queries) for t in ticks], color="pink")
        if ticks or not figures:
            figures.append(queries)
        for figure in figures:
            seen: dict[str, int] = {}
            for name, at in self._marks:
                seen[name] = seen.get(name, 0) + 1
                if at >= begin:
                    figure.marker(name if seen[name] == 1 else f"{name} ({seen[name]})", at)
        return figures


LOOKS = (
    ("hit", "blue", "dot"),
    ("miss", "amber", "ring"),
    ("without the cache", "orange", "diamond"),
    ("error", "orange", "cross"),
)


def request_path(
    get: Callable[..., Any] | None = None, *, challenges: str | Sequence | None = None, **options
) -> PathView:
    """Program, cache and database in one picture, live, with the times you measure on the lines.

        widgets.request_path()                                    # a product's page, on servers of its own
        widgets.request_path(get_user, cache=valkey, ttl=5)       # your function, your cache
        widgets.request_path(ids=[7], degrade=False)              # one page, asked often; no way round

    `get(id, cache, db)` or `get(id, cache, db, ttl)` is called with a redis-py client and a database session
    whose calls are timed. The other arguments are those of `RequestPath`. Without a browser, print it, and
    use its `start`, `stop`, `one`, `kill`, `restart`, `freeze`, `thaw`, `hold`, `let_go`, `move` and `look`.
    """
    return PathView(RequestPath(get, **options), challenges)


def _trip(trip: Trip) -> dict:
    return {
        "n": trip.number,
        "id": trip.id,
        "at": _3(trip.at),
        "outcome": trip.outcome,
        "stages": [[to, what, _3(seconds), came] for to, what, seconds, came in trip.stages()],
        "words": told(trip),
    }


def _holds(contents: Contents | None, state: str) -> dict:
    """What the table shows: {rows: [key, value, size in words, seconds to live or None], keys, note}."""
    if contents is None:
        note = {
            "dead": "The process is gone, and all it held with it.",
            "frozen": "It does not answer, so nobody can look.",
        }.get(state, "It did not answer this look.")
        return {"rows": [], "keys": 0, "note": note}
    rows = [
        [
            entry.key,
            entry.value if len(entry.value) <= VALUE else entry.value[: VALUE - 1] + "…",
            "–" if entry.size is None else quantity(entry.size, "B"),
            None if entry.ttl is None else _3(entry.ttl),
        ]
        for entry in contents.entries
    ]
    more = contents.keys - len(rows)
    note = "It is empty." if not rows else f"And {more:,} more." if more > 0 else ""
    return {"rows": rows, "keys": contents.keys, "note": note}


def _added(zone: str) -> str:
    return f"+{shop.ROUND_TRIPS[zone] * 1e3:g} ms"


def _counts(trips) -> dict[str, int]:
    names = [trip.outcome for trip in trips]
    plural = {"hit": "hits", "miss": "misses", "without the cache": "without the cache", "error": "errors"}
    return {plural[name]: names.count(name) for name in plural if name in names}


def _age(trip: Trip) -> float:
    return time.monotonic() - trip.since


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def _3(number: float) -> float:
    return float(f"{number:.4g}")


@cache
def _recording() -> dict:
    """A run of this picture on another machine: requests, a kill, a restart. See `recorded` in it."""
    return json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
