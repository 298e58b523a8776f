"""A class that one can see: who has its line tells the room what they guess and try, without a name.

    from cachelab.checks import classroom
    classroom.join("valkey://learner:k7mr-p2xw-9dht@192.168.1.5:21937")    # or the variable CACHELAB_CLASS
    classroom.status()      # connected or not; what has been told, all of it
    classroom.leave()       # the room forgets it, and nothing more is sent

Without a line nothing is sent and no thread is started. With one, nothing waits for the room: what there is
to tell is written into a small file beside the progress, and sent by a thread that has time-outs of its own
and ends when all is told. Each message holds everything told in this class, so the next one makes good what
was lost with the last. The line's password may append to one list and do nothing else (`cachelab class`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import threading
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from . import kept

VARIABLE = "CACHELAB_CLASS"
USER, LIST = "learner", "class"  # who appends, and to what
PATIENCE = 2.0  # seconds for each of connecting, sending and the answer; in a thread of its own
LASTS = 18 * 3600.0  # seconds: a class that was joined by hand is over the next morning
LONGEST = 32_000  # bytes of a message; one with every guess and exercise of the course is far shorter

# What is kept beside the progress, in progress.class.json: {"line", "by_hand", "joined": time in s, "left",
# "who", "number", "guesses": {question: [guess, answer]}, "exercises": {id: [tries, solved, first time]},
# "last": the id told last}


@dataclass(frozen=True)
class Line:
    """Where a class listens, and the password that may append there."""

    host: str
    port: int
    password: str

    def __str__(self):
        return f"valkey://{USER}:{self.password}@{self.host}:{self.port}"

    @staticmethod
    def read(text: str) -> Line:
        """ValueError says what a line looks like; it shows no password."""
        try:
            parts = urlsplit(text.strip().strip("\"'"))
            whole = parts.scheme in ("valkey", "redis") and parts.username == USER and parts.password
            if not (whole and parts.hostname and parts.port):
                raise ValueError
            if not re.fullmatch(r"[A-Za-z0-9-]{8,64}", parts.password):
                raise ValueError
            return Line(parts.hostname, parts.port, parts.password)
        except ValueError:
            raise ValueError(
                f"this is not the line of a class: it is all of what `cachelab class` prints, such as "
                f"valkey://{USER}:PASSWORD@192.168.1.5:21937; ask whoever teaches"
            ) from None


@dataclass(frozen=True)
class Status:
    """Whether a class hears this learner, and all that it was told."""

    state: str  # "none", "connected", "connecting", "not reached", "left", "no line"
    where: str = ""
    handle: str = ""
    why: str = ""
    told: tuple[str, ...] = ()

    def __str__(self):
        if self.state == "none":
            return (
                "You are in no class, and nothing is sent. A class is joined with the line that it hands "
                f"out: {VARIABLE}, or classroom.join()."
            )
        if self.state == "no line":
            return f"You are in no class, and nothing is sent: {VARIABLE} is set, but {self.why}."
        if self.state == "left":
            return "You have left the class: it was told to forget you, and nothing more is sent."
        said = {
            "connected": f"connected to the class at {self.where}",
            "connecting": f"no answer yet from the class at {self.where}; nothing waits for it",
            "not reached": f"the class at {self.where} is not reached ({self.why}); you lose nothing by "
            "that, and your next guess or try makes up for it",
        }[self.state]
        told = f"Told so far: {', '.join(self.told) or 'nothing but that you are here'}."
        return (
            f"You are {self.handle}, {said}. {told} Your name, your code and your machine are not told. "
            "To leave: the button in lesson 00, or from cachelab.checks import classroom; classroom.leave()."
        )

    __repr__ = __str__

    def _repr_html_(self):
        return f'<p role="status">{escape(str(self))}</p>'


def join(line: str) -> Status:
    """Tell this class from now on, in all notebooks of this learner, until `leave` or the next morning.

    ValueError for what is no line. Comes back within a few seconds whether the class is there or not."""
    wanted = str(Line.read(line))
    with _changed() as known:
        if known.get("line") != wanted or known.get("left"):
            known.clear()
            known |= _fresh(wanted)
        known["by_hand"], known["joined"] = True, time.time()
    return status()


def leave() -> Status:
    """Nothing more is sent; the room takes what it was told off its page."""
    line, _ = _line()
    if line is not None:
        with _changed() as known:
            if known.get("line") != str(line):
                known.clear()
                known |= _fresh(str(line))
            known |= {"left": True, "guesses": {}, "exercises": {}, "last": ""}
        _send(line, known)
        _sender.wait(2 * PATIENCE)
    return status()


def begin_anew() -> Status | None:
    """A learner who starts the course over stays in their class under the same name, one row on its page, and
    has told nothing yet; who has left stays out. None: in no class, and nothing is changed."""
    line, _ = _line()
    if line is None or _known().get("line") != str(line):
        return None
    with _changed() as known:
        known |= {"guesses": {}, "exercises": {}, "last": ""}
    return status()


def status(wait: float | None = None) -> Status:
    """Says hello again, and waits at most `wait` seconds (None: two time-outs) for what comes of it."""
    line, why = _line()
    if line is None:
        return Status("no line" if why else "none", why=why)
    known = _known()
    if known.get("left") and known.get("line") == str(line):
        return Status("left")
    told = [*known.get("guesses", ()), *known.get("exercises", ())] if known.get("line") == str(line) else []
    tell()
    _sender.wait(2 * PATIENCE if wait is None else wait)
    state, why = _sender.outcome
    who = _known().get("who", "")
    return Status(state, f"{line.host}:{line.port}", handle(who), why, tuple(sorted(told)))


def is_joined() -> bool:
    """Whether a class is told what this learner guesses and tries."""
    line, _ = _line()
    known = _known() if line is not None else {}
    return line is not None and not (known.get("line") == str(line) and known.get("left"))


def tell(kind: str = "", id: str = "", value: list | None = None) -> None:
    """Tell the class, if there is one, of a guess ("guesses"), a try ("exercises") or a question that is met
    ("last"); of nothing, that somebody is here. Never raises and never waits for the room."""
    with contextlib.suppress(Exception):  # whatever it is, the lesson goes on
        line, _ = _line()
        if line is None:
            return
        with _changed() as known:
            if known.get("line") != str(line):
                known.clear()
                known |= _fresh(str(line))
            if known["left"]:
                return
            if kind == "guesses":
                known["guesses"][id] = value
            elif kind == "exercises":
                since = known["exercises"].get(id, [0, False, time.time()])[2]
                known["exercises"][id] = [*value, since]
            known["last"] = id or known["last"]
        _send(line, known)


def handle(who: str) -> str:
    """A short name for a learner that says nothing about them: "K-273"."""
    number = int.from_bytes(hashlib.sha256(who.encode()).digest()[:4], "big")
    return f"{'ABCDEFGHKLMNPRSTUVWXYZ'[number % 22]}-{number // 22 % 900 + 100}"


# --- what is kept ------------------------------------------------------------------------------------------


def file() -> Path:
    """What is kept of a class."""
    return kept.path().with_suffix(".class.json")


def _known() -> dict:
    try:
        known = json.loads(file().read_text(encoding="utf-8"))
        return known if isinstance(known, dict) and isinstance(known.get("line"), str) else {}
    except (OSError, ValueError):
        return {}


def _fresh(line: str) -> dict:
    """Another class, another name: no room can tell who was in the other one."""
    return {
        "line": line, "by_hand": False, "joined": time.time(), "left": False, "who": secrets.token_hex(6),
        "number": 0, "guesses": {}, "exercises": {}, "last": "",
    }  # fmt: skip


@contextlib.contextmanager
def _changed():
    """What is known, to be changed and kept; nothing is kept if the change fails. Each has a number, so that
    the room knows the newest."""
    kept_in = file()
    kept_in.parent.mkdir(parents=True, exist_ok=True)
    with kept.locked(kept_in.with_suffix(".lock")):
        known = _known()
        yield known
        known["number"] = known.get("number", 0) + 1
        kept.replace(kept_in, json.dumps(known, indent=1))


def _line() -> tuple[Line | None, str]:
    """The class's line, and why there is none although one was given."""
    known, given = _known(), os.environ.get(VARIABLE, "").strip()
    try:
        if known.get("by_hand") and time.time() < known["joined"] + LASTS and not (given and known["left"]):
            return Line.read(known["line"]), ""
        return (Line.read(given), "") if given else (None, "")
    except (ValueError, KeyError, TypeError) as error:
        return None, str(error)


# --- how it is sent ----------------------------------------------------------------------------------------


def message(known: dict) -> bytes:
    """All that is told in this class, as it is appended to the list."""
    now = time.time()
    told = {
        "who": known["who"],
        "number": known["number"],
        "left": known["left"],
        "last": known["last"],
        "guesses": known["guesses"],
        # no time of day leaves the machine: how many seconds ago it was tried first
        "exercises": {
            id: [tries, solved, max(0, round(now - since))]
            for id, (tries, solved, since) in known["exercises"].items()
        },
    }
    return json.dumps(told, separators=(",", ":")).encode()


def _send(line: Line, known: dict) -> None:
    _sender.send(line, message(known))


class Sender:
    """Sends the newest message, in a thread that ends when there is none."""

    def __init__(self):
        self._lock = threading.Lock()
        self._next: tuple[Line, bytes] | None = None
        self._thread: threading.Thread | None = None
        self.outcome = ("connecting", "")  # of the last message: (state, why)

    def send(self, line: Line, text: bytes) -> None:
        with self._lock:
            self._next = line, text
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="class", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError:  # no threads here, as in a browser: then nothing is sent
                    self._thread, self._next = None, None
                    self.outcome = ("not reached", "Python has no threads here")

    def wait(self, seconds: float) -> None:
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _run(self) -> None:
        while True:
            with self._lock:
                job, self._next = self._next, None
                if job is None:
                    self._thread = None
                    return
            try:
                append(*job)
                self.outcome = ("connected", "")
            except Exception as error:
                self.outcome = ("not reached", _in_words(error))


def append(line: Line, text: bytes) -> None:
    """One message to the class. Raises what redis-py raises."""
    import redis

    client = redis.Redis(
        line.host,
        line.port,
        username=USER,
        password=line.password,
        socket_connect_timeout=PATIENCE,
        socket_timeout=PATIENCE,
        retry=None,
        protocol=2,
        driver_info=None,  # nor need the room know which client it is
    )
    with contextlib.closing(client):
        client.rpush(LIST, text)


def _in_words(error: Exception) -> str:
    import redis

    if isinstance(error, redis.AuthenticationError):
        return "it does not know this password: another class, or an old line"
    if isinstance(error, redis.OutOfMemoryError):
        return "it is full at the moment"
    if isinstance(error, redis.TimeoutError):
        return f"no answer within {PATIENCE:g} s"
    if isinstance(error, redis.ConnectionError):
        return "nobody listens there: it has ended, or its network is another one"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:80]}"


_sender = Sender()


def _after_fork() -> None:
    global _sender
    _sender = Sender()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
