"""Does this machine have what the course needs? Each part is started and used once, for real."""

import platform
from collections.abc import Callable

import traitlets

from cachelab import engines, shop
from cachelab.checks import classroom

from .base import Base
from .quantity import quantity

__all__ = ["preflight"]

WANTED_MEMORY = 300 * 2**20  # a kernel, three engines and a share of the Lab server

HOW_TO_GET_MEMCACHED = (
    "Debian and Ubuntu: sudo apt install memcached. macOS: brew install memcached. "
    "Windows: the same apt line inside WSL, with the course in WSL too. conda has no package of it. "
    "Then restart this kernel."
)
HOW_TO_GET_VALKEY = (
    "make lab installs it on Linux and macOS. On Windows run the course in WSL; elsewhere put valkey-server "
    "or redis-server on your PATH. Then restart this kernel."
)


class Preflight(Base):
    """A list of what was tried, what was found, and what to do about what is missing. Made by `preflight`."""

    rows = traitlets.List(traitlets.Dict()).tag(sync=True)
    ping = traitlets.Int(0).tag(sync=True)  # set by the browser …
    pong = traitlets.Int(0).tag(sync=True)  # … answered by the kernel
    summary = traitlets.Unicode("").tag(sync=True)

    def __init__(self, parts: list[Callable[[], dict]]):
        super().__init__(label="Preflight: what works on this machine")
        self.rows = [part() for part in parts]
        troubled = [row["name"] for row in self.rows if row["state"] != "works"]
        self.summary = f"Look at: {', '.join(troubled)}." if troubled else "Everything is here."
        self.observe(lambda change: setattr(self, "pong", change["new"]), "ping")

    def text(self) -> str:
        rows = [*self.rows, _row("browser", *self._browser())]
        lines = [f"{row['state']:9}  {row['name']:20}  {row['said']}" for row in rows]
        todo = [f"{row['name']}: {row['todo']}" for row in rows if row["todo"]]
        return "\n".join([*lines, "", self.summary, *todo])

    def _browser(self) -> tuple[str, str]:
        if self.pong:
            return "works", "a message went from this page to Python and back"
        return "waiting", "no browser has answered yet"


def preflight() -> Preflight:
    """Starts each engine once, asks it something, and reports in words; the browser adds its own line."""
    parts = [python, memory, valkey, memcached, database]
    if classroom.status(wait=0).state != "none":
        parts.append(the_class)  # it had the time of the others to answer
    return Preflight(parts)


def python() -> dict:
    said = f"Python {platform.python_version()} on {platform.system()}"
    return _row("Python", "works", said)


def memory() -> dict:
    import psutil  # here: a browser has none

    free = psutil.virtual_memory().available
    said = f"{quantity(free, 'B')} available"
    if free < WANTED_MEMORY:
        return _row(
            "memory", "short", said, "Shut down notebooks you do not use: Kernel → Shut Down All Kernels."
        )
    return _row("memory", "works", said)


def valkey() -> dict:
    def use():
        engine = engines.valkey()
        client = engine.client()
        client.set("cachelab:preflight", "works", ex=60)
        assert client.get("cachelab:preflight") == b"works"
        return engine

    return _engine("Valkey", use, HOW_TO_GET_VALKEY)


def memcached() -> dict:
    def use():
        engine = engines.memcached()
        client = engine.client()
        client.set("cachelab:preflight", "works", expire=60, noreply=False)
        assert client.get("cachelab:preflight") == b"works"
        return engine

    return _engine("Memcached", use, HOW_TO_GET_MEMCACHED)


def database() -> dict:
    def use():
        with shop.connect() as db:
            assert db.get_user(1) is not None
        return shop.server()

    return _engine(
        "the shop's database", use, "Run `make lab` again; if it stays, open an issue with the line above."
    )


def the_class() -> dict:
    status = classroom.status(wait=0)
    state = {"connected": "works", "no line": "missing", "left": "works"}.get(status.state, "waiting")
    todo = "" if state == "works" else "Ask whoever teaches for the class's line. The course works without."
    return _row("your class", state, str(status), todo)


def _engine(name: str, use: Callable, remedy: str) -> dict:
    try:
        engine = use()
    except Exception as error:  # whatever it is, the learner needs to read it here, and the rest must go on
        return _row(name, "missing", " ".join(str(error).split()) or type(error).__name__, remedy)
    if not engine.is_real:
        return _row(name, "stand-in", engine.badge, remedy)
    return _row(name, "works", engine.badge)


def _row(name: str, state: str, said: str, todo: str = "") -> dict:
    return {"name": name, "state": state, "said": said, "todo": todo}
