"""What is left of it after a crash, a failover, and the loss of a node."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from pymemcache.client.hash import HashClient

from cachelab.engines import Engine, MemcachedServer, ValkeyServer
from cachelab.engines.relay import Relay
from cachelab.workload.compare.attempt import attempt
from cachelab.workload.compare.duel import Half, found

__all__ = ["failover", "read_for_3_seconds", "two_nodes"]

THOUSAND = {f"user:{i}": "Ada" for i in range(1000)}


def restart_of_valkey(_: Engine) -> Half:
    server = ValkeyServer()
    server.client().mset(THOUSAND)
    server.kill(), server.restart()
    left = server.client().dbsize()
    server.client().mset(THOUSAND)
    server.client().save()  # a snapshot of everything, on disk
    server.client().set("late", "an order placed after the snapshot")
    server.kill(), server.restart()
    restored, late = server.client().dbsize(), server.client().exists("late")
    server.stop()
    return found(
        f"{left} of 1,000 after a crash; {restored:,} from a snapshot, {late} of what came later",
        held={"Redis keeps its data": left == 1000},
        left=left,
    )


def restart_of_memcached(_: Engine) -> Half:
    server = MemcachedServer()
    server.client().set_many(THOUSAND, noreply=False)
    server.kill(), server.restart()
    left = server.client().stats()[b"curr_items"]
    server.stop()
    return found(
        f"{left} of 1,000 after a crash; {warm_restart():,} of 1,000 after a warm restart",
        held={"Memcached loses its data": left == 0},
    )


def warm_restart() -> int:
    """Memcached can keep its memory in a file and find it again, if it is ended with SIGUSR1."""
    with tempfile.TemporaryDirectory() as folder:
        server = MemcachedServer(("-e", f"{folder}/memory"))
        server.client().set_many(THOUSAND, noreply=False)
        os.kill(server.pid, signal.SIGUSR1)
        while server.alive:
            sleep(0.05)
        sleep(1.1)  # its clock ticks once a second
        server.restart()
        left = len(server.client().get_many(THOUSAND))
        server.stop()
        return left


def failover() -> tuple[str, str, str, str]:
    """Ada on the replica; what the primary said of Bob, and where he is; how a write to the replica went.

    They replicate through a relay that is blocked before Bob is written; then the primary is killed.
    """
    primary = ValkeyServer({"repl-diskless-sync-delay": 0})
    link = Relay((primary.host, primary.port))
    replica = ValkeyServer({"replicaof": f"{link.host} {link.port}"})
    writer, reader = primary.client(), replica.client(decode_responses=True)
    any(writer.wait(1, 1000) for _ in range(15))  # until a replica is there
    writer.set("user:42", "Ada"), writer.wait(1, 4000)  # until it has this too
    link.hang()
    said = attempt(lambda: writer.set("user:43", "Bob"))
    primary.kill(), link.close()
    reader.replicaof("NO", "ONE")  # the failover: promote it
    ada, bob = reader.get("user:42"), "there" if reader.exists("user:43") else "gone"
    wrote = attempt(lambda: reader.set("user:44", "Cyd"))
    replica.stop()
    return ada, said, bob, wrote


def copies_of_valkey(_: Engine) -> Half:
    copied, said, bob, wrote = failover()
    return found(
        f"the replica has {copied}; Bob, acknowledged with {said}, is {bob}; a write to it: {wrote}",
        held={"Redis has replicas and failover": copied == "Ada" and wrote == "OK"},
        bob=bob,
    )


def copies_of_memcached(memcached: Engine) -> Half:
    mc = memcached.client()
    answer = attempt(lambda: mc.raw_command("replicaof 127.0.0.1 6379")).split(":")[0]
    return found(f"asked to be a replica: {answer}", held={"Memcached has none": "Unknown" in answer})


def lost_valkey(_: Engine) -> Half:
    copied, *_ = failover()
    return found(
        f"with a replica, the key was {'still there' if copied else 'lost'}",
        held={"a Redis replica takes over": copied == "Ada"},
    )


def lost_memcached(_: Engine) -> Half:
    keys = [f"user:{i}" for i in range(3000)]
    nodes = [MemcachedServer() for _ in range(3)]
    pool = HashClient([(node.host, node.port) for node in nodes], ignore_exc=True, retry_attempts=0)
    pool.set_many(dict.fromkeys(keys, "Ada"), noreply=False)
    nodes[1].kill()
    left = sum(pool.get(key) is not None for key in keys)
    nodes[0].stop(), nodes[2].stop()
    return found(
        f"one node of three lost: {left:,} of 3,000 keys still there",
        held={"the Memcached cache is cold": left == 0},
        left=left,
    )


@contextmanager
def two_nodes(key: str, value: str) -> Iterator[tuple[HashClient, Relay]]:
    """A client of two nodes that has stored the value, and the link to the node that holds it.

    The client waits 0.3 s for an answer; a node that gives none it leaves alone for a second.
    """
    nodes = [MemcachedServer() for _ in range(2)]
    links = [Relay((node.host, node.port)) for node in nodes]
    pool = HashClient(
        [(link.host, link.port) for link in links],
        ignore_exc=True,
        timeout=0.3,
        connect_timeout=0.3,
        retry_attempts=0,
        dead_timeout=1,
        default_noreply=False,
    )
    pool.set(key, value)
    [home] = [link for link, node in zip(links, nodes, strict=True) if node.client().get(key)]
    try:
        yield pool, home
    finally:
        for one in (*links, *nodes):
            one.close() if isinstance(one, Relay) else one.stop()


def read_for_3_seconds(pool: HashClient, key: str) -> str:
    """Read the key ten times a second, print each change of what it holds, and return the last."""
    seen, start = "", monotonic()
    while monotonic() - start < 3:
        if (value := (pool.get(key) or b"nothing").decode()) != seen:
            print(f"after {monotonic() - start:.1f} s it reads {value}")
            seen = value
        sleep(0.1)
    return seen
