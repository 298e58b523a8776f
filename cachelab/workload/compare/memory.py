"""What an item costs a server in memory, by the server's own count and by the operating system's."""

from dataclasses import dataclass

import psutil

from cachelab.engines import Engine

__all__ = ["Held", "held", "slab_classes"]


@dataclass(frozen=True)
class Held:
    """Memory of one server, in bytes."""

    items: int
    used: int  # for items and the table that finds them, by the server's own count
    resident: int  # of the whole process, by the operating system's count


def held(engine: Engine) -> Held:
    """What `engine`, a server this course started, holds now.

    Valkey counts what its allocator handed out (`used_memory`). Memcached cuts its memory into chunks of
    fixed sizes: an item takes a whole chunk, so what counts are the chunks in use, and the hash table.
    """
    client = engine.client()
    resident = psutil.Process(engine.pid).memory_info().rss
    if engine.name == "Memcached":
        stats = client.stats()
        used = sum(chunk * items for chunk, items, _ in slab_classes(engine)) + stats[b"hash_bytes"]
        return Held(stats[b"curr_items"], used, resident)
    return Held(client.dbsize(), client.info("memory")["used_memory"], resident)


def slab_classes(engine: Engine) -> list[tuple[int, int, int]]:
    """Memcached's classes that hold something: (bytes of a chunk, chunks in use, pages of 1 MB it owns)."""
    stats = engine.client().stats("slabs")
    numbers = sorted(int(name.split(b":")[0]) for name in stats if name.endswith(b":chunk_size"))
    classes = [
        tuple(stats[b"%d:%s" % (number, what)] for what in (b"chunk_size", b"used_chunks", b"total_pages"))
        for number in numbers
    ]
    return [one for one in classes if one[1]]
