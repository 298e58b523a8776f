"""What speed and memory cost: many keys in one trip, threads, bytes, and who goes when it is full."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from cachelab.engines import Engine, MemcachedServer, ValkeyServer
from cachelab.workload.clients import Clients
from cachelab.workload.compare import eviction, memory
from cachelab.workload.compare.duel import Half, found

NAMES = [f"user:{i}" for i in range(500)]
SIZES = (100, 1000, 2100, 4200, 8300)  # bytes of a value


def seconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def many_keys_in_valkey(valkey: Engine) -> Half:
    cache = valkey.client()
    cache.mset(dict.fromkeys(NAMES, "Ada"))
    pipe = cache.pipeline(transaction=False)
    for name in NAMES:
        pipe.get(name)
    values: list[bytes] = []
    mget, pipeline = seconds(lambda: cache.mget(NAMES)), seconds(lambda: values.extend(pipe.execute()))
    one = seconds(lambda: [cache.get(name) for name in NAMES])
    return found(
        f"one by one {one * 1e3:.0f} ms, MGET {mget * 1e3:.1f} ms, pipeline {pipeline * 1e3:.1f} ms",
        held={"Redis has pipelining": len(values) == len(NAMES)},
    )


def many_keys_in_memcached(memcached: Engine) -> Half:
    mc = memcached.client(default_noreply=False)
    mc.set_many(dict.fromkeys(NAMES, "Ada"))
    values: dict[str, bytes] = {}
    many = seconds(lambda: values.update(mc.get_many(NAMES)))
    one = seconds(lambda: [mc.get(name) for name in NAMES])
    return found(
        f"one by one {one * 1e3:.0f} ms, get_many {many * 1e3:.1f} ms",
        held={"Memcached has multi-get": len(values) == len(NAMES)},
    )


def full_server(users: int) -> ValkeyServer:
    """A Valkey with so many users in it, from user:0 on."""
    server = ValkeyServer({"enable-debug-command": "yes"})  # a million in a second: by commands it takes five
    server.client().execute_command("DEBUG", "POPULATE", users, "user")
    return server


@dataclass(frozen=True)
class Wait:
    """What one slow call costs somebody else, in seconds."""

    took: float  # the call
    longest: float  # the longest GET of another client meanwhile


def waits(engine: Engine, calls: Mapping[str, Callable[[Any], object]], tries: int = 5) -> dict[str, Wait]:
    """What each `call(client)` costs somebody else, who reads a key right behind every command that it sends.

    One thread sends both, so no GET stands elsewhere because its thread came late. A pause of the machine
    only adds: of so many tries counts the one whose longest GET was shortest. Each is printed under its name,
    beside a usual GET (the median before).
    """
    reader, key = engine.client(), "user:42"
    gets: list[float] = []
    read = lambda: gets.append(seconds(lambda: reader.get(key)))  # noqa: E731
    for _ in range(200):
        read()
    usual = median(gets)
    client = _followed(engine.client(), read)
    tried: dict[str, list[Wait]] = {name: [] for name in calls}
    for name, call in [*calls.items()] * tries:
        print(f"{name} …", end="\r", flush=True)
        client.ping()  # it is connected
        gets.clear()
        tried[name].append(Wait(seconds(lambda call=call: call(client)), max(gets)))
    found = {name: min(waited, key=lambda one: one.longest) for name, waited in tried.items()}
    for name, one in found.items():
        print(f"{name} took {one.took * 1e3:.0f} ms; somebody else's GET", end=" ")
        print(f"{one.longest * 1e3:.1f} ms at most, usually {usual * 1e3:.2f} ms")
    return found


def _followed(client: Any, then: Callable[[], object]) -> Any:
    """This redis-py client; `then()` is called as soon as it has sent a command, before the answer."""

    class Followed(client.connection_pool.connection_class):
        def send_packed_command(self, *command: Any, **options: Any) -> None:
            super().send_packed_command(*command, **options)
            then()

    client.connection_pool.connection_class = Followed
    return client


def threads_of_valkey(_: Engine) -> Half:
    plain, threaded = ValkeyServer(), ValkeyServer({"io-threads": 3})
    with Clients(4) as clients:
        at_work = clients.run(plain, 4).threads
        for _ in range(5):  # it hands work to other threads once it has seen enough of it
            clients.run(threaded, 4)
            if helped := threaded.client().info("stats").get("io_threaded_reads_processed", 0):
                break
    plain.stop(), threaded.stop()
    return found(
        f"four clients: {at_work} thread at work; with io-threads 3, others read {helped} times",
        held={"Redis has one thread": at_work == 1 and not helped},
    )


def threads_of_memcached(_: Engine) -> Half:
    server = MemcachedServer()
    with Clients(4) as clients:
        at_work = clients.run(server, 4).threads
    server.stop()
    return found(
        f"four clients: {at_work} threads at work", held={"Memcached has many": at_work > 1}, workers=at_work
    )


def beside_the_payload(server: Engine, store: Callable[[Mapping[str, str]], object], sizes=SIZES):
    """Bytes that one object takes beside its key of 11 bytes and its value, for values of each size."""
    beside = {}
    for size in sizes:
        count = max(1000, 2_000_000 // size)
        empty = memory.held(server).used
        for start in range(0, count, 100):
            end = min(start + 100, count)
            store({f"{size:04}:{i:06}": "x" * size for i in range(start, end)})
        beside[size] = (memory.held(server).used - empty) / count - 11 - size
    return beside


def as_list(beside: Mapping[int, float]) -> str:
    return ", ".join(f"{extra:.0f} B at {size:,}" for size, extra in beside.items())


def memory_of_valkey(_: Engine) -> Half:
    server, ending = ValkeyServer(), ValkeyServer()
    allocator = server.client().info("memory")["mem_allocator"]
    beside = beside_the_payload(server, server.client().mset)
    pipeline = ending.client().pipeline()

    def store_for_an_hour(values: Mapping[str, str]) -> None:
        for key, value in values.items():
            pipeline.set(key, value, ex=3600)
        pipeline.execute()

    with_ttl = beside_the_payload(ending, store_for_an_hour, SIZES[:1])
    server.stop(), ending.stop()
    told = f"beside the payload, with the allocator {allocator}: {as_list(beside)}"
    ttl = with_ttl[SIZES[0]] - beside[SIZES[0]]
    return found(f"{told}; with a TTL {as_list(with_ttl)}", ttl=ttl)


def memory_of_memcached(_: Engine) -> Half:
    server = MemcachedServer()
    beside = beside_the_payload(server, server.client(default_noreply=False).set_many)
    server.stop()
    rival = ValkeyServer()
    theirs = beside_the_payload(rival, rival.client().mset, SIZES[::3])
    rival.stop()
    return found(
        f"beside the payload: {as_list(beside)}",
        held={f"Redis takes more at {size:,} B": theirs[size] > beside[size] for size in theirs},
        each=beside[100] + 111,
    )


def eviction_in_valkey(_: Engine) -> Half:
    server = ValkeyServer({"maxmemory-policy": "allkeys-lru"})
    client = server.client()
    ways = dict(
        put=lambda names: client.mset(dict.fromkeys(names, "x" * 1000)),
        read=lambda names: sum(value is not None for value in client.mget(names)),
        full=lambda: client.config_set("maxmemory", client.info("memory")["used_memory"]),
    )
    eviction.next_second()  # so that it fits between two ticks of a clock
    fast = eviction.victims(**ways)
    client.config_set("maxmemory", 0), client.flushall()
    slow = eviction.victims(**ways, pause=1.1)
    server.stop()
    return found(
        f"at full speed {fast}; with pauses of 1.1 s {slow.share:.0%}",
        held={"Redis's LRU, at full speed": fast.share < 0.1, "Redis's LRU": slow.share < 0.1},
        share=fast.share * 100,
    )


def eviction_in_memcached(_: Engine) -> Half:
    server = MemcachedServer(("-m", 3))
    mc = server.client()
    seen = eviction.victims(
        put=lambda names: mc.set_many(dict.fromkeys(names, "x" * 1000)),
        read=lambda names: len(mc.get_many(names)),
        pause=0.2,
    )
    server.stop()
    return found(f"with pauses of 0.2 s {seen}", held={"Memcached's LRU": seen.share < 0.1})
