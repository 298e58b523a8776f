"""What it is like to live with them: when entries end, messages, and who is let in."""

import ssl
from collections.abc import Callable
from time import perf_counter, sleep

import pymemcache
import redis

from cachelab.engines import Engine, ValkeyServer, tls
from cachelab.engines.relay import Relay
from cachelab.workload.compare.attempt import attempt
from cachelab.workload.compare.duel import Half, found


def lifetimes(store: Callable[[str], object], there: Callable[[str], object], count: int = 4) -> str:
    """How long each of so many entries lived; they are stored 0.25 s apart."""
    born, lived, start = [], {}, perf_counter()
    while len(lived) < count:
        now = perf_counter() - start
        if len(born) < count and now >= len(born) / 4:
            store(f"ttl:{len(born)}")
            born.append(now)
        for i in set(range(len(born))) - set(lived):
            if not there(f"ttl:{i}"):
                lived[i] = perf_counter() - start - born[i]
        sleep(0.005)
    return ", ".join(f"{lived[i]:.2f} s" for i in range(count))


def expiry_in_valkey(valkey: Engine) -> Half:
    cache = valkey.client()
    lived = lifetimes(lambda key: cache.set(key, "x", px=500), cache.exists)
    cache.set("ttl:0", "x", px=500)
    return found(
        f"500 ms: they lived {lived}", held={"Redis counts milliseconds": 0 < cache.pttl("ttl:0") <= 500}
    )


def expiry_in_memcached(memcached: Engine) -> Half:
    mc = memcached.client(default_noreply=False)
    lived = lifetimes(lambda key: mc.set(key, "x", expire=1), mc.get)
    half = attempt(lambda: mc.set("key", "x", expire=0.5)).split(": ")[1]
    mc.set("voucher", "10 %", expire=31 * 24 * 3600)
    voucher = "nothing" if mc.get("voucher") is None else "the voucher"
    return found(
        f"1 s: they lived {lived}; half a second: {half}; for 31 days: {voucher}",
        held={"Memcached counts seconds": "integer" in half},
        voucher=voucher,
    )


def messages_in_valkey(valkey: Engine) -> Half:
    cache = valkey.client(decode_responses=True)
    news = valkey.client(decode_responses=True).pubsub()
    news.subscribe("prices")
    news.get_message(timeout=2)  # the server confirms
    heard, unheard = cache.publish("prices", "product 7: 19.99"), cache.publish("offers", "half price!")
    message = news.get_message(timeout=2)["data"]
    news.close()
    return found(
        f"{heard} subscriber got “{message}”; a message that {unheard} subscribers heard is gone",
        held={"Redis has publish and subscribe": heard == 1},
    )


def messages_in_memcached(memcached: Engine) -> Half:
    answer = attempt(lambda: memcached.client().raw_command("publish prices 19.99")).split(":")[0]
    return found(f"asked to publish: {answer}", held={"Memcached has none": "Unknown" in answer})


def access_to_valkey(valkey: Engine) -> Half:
    ours, locked = tls.authority(), ValkeyServer({"requirepass": "open sesame"})
    stranger = attempt(locked.client(retry=None, password=None).ping).split(":")[0]
    friend = attempt(locked.client(password="open sesame").ping)
    locked.stop()
    with Relay((valkey.host, valkey.port), tls=ours.server_material()) as door:
        client = redis.Redis(host=door.host, port=door.port, ssl=True, ssl_ca_certs=ours.ca_file)
        encrypted = attempt(client.ping)
    return found(
        f"to a stranger: {stranger}; with the password: {friend}; the client over TLS: {encrypted}",
        held={
            "Redis has passwords": "Authentication" in stranger and friend == "OK",
            "Redis has TLS": encrypted == "OK",
        },
    )


def access_to_memcached(memcached: Engine) -> Half:
    ours = tls.authority()
    trust = ssl.create_default_context(cafile=ours.ca_file)
    with Relay((memcached.host, memcached.port), tls=ours.server_material()) as door:
        client = pymemcache.Client((door.host, door.port), tls_context=trust)
        encrypted = attempt(lambda: client.set("user:42", "Ada", noreply=False))
    anybody = memcached.client().get("user:42").decode()
    return found(
        f"to a stranger: {anybody}; the client over TLS: {encrypted}",
        held={"Memcached has no TLS": encrypted != "OK"},
    )
