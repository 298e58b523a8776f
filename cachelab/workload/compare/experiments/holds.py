"""What the two servers can hold, and how it is changed."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from cachelab.engines import Engine
from cachelab.workload.compare.attempt import attempt
from cachelab.workload.compare.duel import Half, found

__all__ = ["points_lost"]

TIMES = 100
LONGEST_WAIT = 60.0  # seconds that one web server waits for the other before both give up
PAGE, SPACED, LONG = "x" * 2**20, "user 42", "k" * 251  # 1 MB, a space, a byte more than 250


def points_lost(engine: Engine, add: Callable[[Any, Callable[[], object]], object]) -> int:
    """Two web servers each call `add(client, both_have_read)` a hundred times: it adds a point to `ada`.

    Each has a client of its own. An `add` that reads first calls `both_have_read()` before it writes: it
    waits until the other has read as well, so that they get into each other's way every time and not by
    chance. Called again in the same round, by who tries again, it does not wait. How many of the 200 points
    are missing afterwards; negative if there are more than were added.
    """
    options = {"default_noreply": False} if engine.name == "Memcached" else {}
    clients = [engine.client(**options) for _ in range(3)]
    desk = clients.pop()
    desk.set("ada", 0)
    broken: list[Exception] = []
    both = Barrier(2, timeout=LONGEST_WAIT)

    def web_server(client) -> None:
        try:
            both.wait()
            for _ in range(TIMES):
                add(client, _once(both.wait))
        except Exception as error:
            broken.append(error)
            both.abort()  # else the other one waits for nobody

    servers = [Thread(target=web_server, args=[client]) for client in clients]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    if broken:
        raise broken[0]
    return 2 * TIMES - int(desk.get("ada"))


def _once(call: Callable[[], object]) -> Callable[[], object]:
    """It, the first time; nothing after that."""
    calls = [call]
    return lambda: calls.pop()() if calls else None


def updates_in_valkey(valkey: Engine) -> Half:
    lost = points_lost(valkey, lambda client, _: client.incr("ada"))
    cache = valkey.client(decode_responses=True)
    cache.delete("board")
    for player, points in {"ada": 310, "bob": 120, "cyd": 205}.items():
        cache.zincrby("board", points, player)
    best = ", ".join(cache.zrevrange("board", 0, 1))
    return found(
        f"INCR lost {lost} of 200; ZINCRBY keeps a ranking, its best two: {best}",
        held={"Redis is atomic": lost == 0},
    )


def updates_in_memcached(memcached: Engine) -> Half:
    lost = points_lost(memcached, lambda client, _: client.incr("ada", 1))
    return found(f"incr lost {lost} of 200", held={"Memcached must read and write back": lost > 0})


def types_in_valkey(valkey: Engine) -> Half:
    cache = valkey.client(decode_responses=True)
    cache.delete("board", "seen", "shops", "visitors")
    cache.zadd("board", {"ada": 310, "bob": 120, "cyd": 205})
    cache.setbit("seen", 42, 1)  # a bitmap: customer 42 was here
    cache.geoadd("shops", (13.4, 52.5, "Berlin"))  # places on a map
    cache.pfadd("visitors", "ada", "bob")  # a HyperLogLog: how many different ones?
    board, bitmap, places, sketch = map(cache.type, ("board", "seen", "shops", "visitors"))
    best = ", ".join(cache.zrevrange("board", 0, 1))
    return found(
        f"best two: {best}; a bitmap is a {bitmap}, a map a {places}, a HyperLogLog a {sketch}",
        held={"sorted sets are there": board == "zset", "a bitmap is a type": bitmap != "string"},
        bitmap=f"a {bitmap}",
    )


def types_in_memcached(memcached: Engine) -> Half:
    mc = memcached.client(default_noreply=False)
    mc.set("hits", "41", flags=9)  # 9 means whatever your program wants
    counted, flags = mc.incr("hits", 1), mc.raw_command("mg hits f").decode().removeprefix("HD f")
    return found(
        f"a counter counts to {counted}, and its flags are still {flags}",
        held={"Memcached has strings only": counted != 42},
    )


def limits_of_valkey(valkey: Engine) -> Half:
    cache = valkey.client()
    took = [attempt(lambda key=key: cache.set(key, PAGE)) for key in (SPACED, LONG)]
    cache.delete(SPACED, LONG)
    return found(
        f"1 MB under a key with a space: {took[0]}, and under one of 251 bytes: {took[1]}",
        held={"Redis takes any key and large values": took == ["OK", "OK"]},
    )


def limits_of_memcached(memcached: Engine) -> Half:
    mc = memcached.client(default_noreply=False)
    mc.set("page", "older page")
    too_big = attempt(lambda: mc.set("page", PAGE)).split(": ")[-1].strip("b'")
    left = "nothing" if mc.get("page") is None else "the older page"
    bad_keys = [attempt(lambda key=key: mc.set(key, "x")).split(": ")[1] for key in (SPACED, LONG)]
    return found(
        f"{too_big}, and the key then holds {left}; {'; '.join(bad_keys)}",
        held={"Memcached stops at 1 MB": "too large" in too_big},
        left=left,
    )
