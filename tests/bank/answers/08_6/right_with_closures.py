# verdict: correct

import socket
import types
import zlib

import pymemcache


def gutter_client(nodes, spare):
    settings = {"timeout": 0.2, "connect_timeout": 0.1}
    homes = [pymemcache.Client(address, **settings) for address in nodes]
    last = pymemcache.Client(spare, **settings)

    def first_of(key, command, *given, ttls=(None, None)):
        home = homes[zlib.crc32(key.encode()) % len(homes)]
        for client, ttl in zip((home, last), ttls, strict=True):
            more = {} if ttl is None else {"expire": ttl}
            more |= {} if command == "get" else {"noreply": False}
            try:
                return getattr(client, command)(key, *given, **more)
            except (pymemcache.exceptions.MemcacheError, ConnectionError, TimeoutError, socket.error):
                client.close()

    return types.SimpleNamespace(
        get=lambda key: first_of(key, "get"),
        set=lambda key, value: first_of(key, "set", value, ttls=(300, 10)),
        delete=lambda key: first_of(key, "delete"),
    )
