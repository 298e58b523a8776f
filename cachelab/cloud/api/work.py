"""Work that takes time: each in a thread of its own, while the cache it is about says so in its status."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from ..region import Region
from ..resources.cache import Cache

Step = Callable[[], object]


def bring_up(
    region: Region, cache: Cache, start: Step, announce: Step, failed: Callable[[Exception], None]
) -> None:
    """Have `start()` start a cache; it is available once that and the provisioning time are over.

    `announce()` tells what came to be, before anybody can see it available. If the start fails, all that
    runs of it is ended, its status is create-failed, and `failed(error)` says so.
    """

    def work() -> None:
        try:
            _fail_if_told(region)
            start()
            region.fleet.take_time(cache.since)
        except Exception as error:
            end(region, cache)
            region.fleet.take_time(cache.since)
            cache.status = "create-failed"
            failed(error)
        else:
            for node in cache.nodes:
                node.status = "available"
            announce()
            cache.status = "available"
        region.fleet.announce()

    region.fleet.run(work)


def _fail_if_told(region: Region) -> None:
    reason, region.fleet.fail_next = region.fleet.fail_next, None
    if reason:
        raise RuntimeError(reason)


def change(
    region: Region, cache: Cache, steps: Iterable[Step], status: str = "modifying", last: Step | None = None
) -> None:
    """Do `steps` one after the other while the cache has this status; `last()` in any case, at the end."""
    cache.status, since = status, time.monotonic()

    def work() -> None:
        try:
            for step in steps:
                step()
            region.fleet.take_time(since)
        finally:
            if cache.status == status:
                if last:
                    last()
                cache.status = "available"
            region.fleet.announce()

    region.fleet.run(work)


def settle(region: Region, thing: Any, status: str, becomes: str, last: Step = lambda: None) -> None:
    """Let `thing`, which is no cache, say `status` for the provisioning time; then do `last()`."""
    thing.status, since = status, time.monotonic()

    def work() -> None:
        region.fleet.take_time(since)
        with region.lock:
            try:
                last()
            finally:
                thing.status = becomes
        region.fleet.announce()

    region.fleet.run(work)


def remove(region: Region, cache: Cache, store: dict, before: Callable[[], bool], after: Step) -> None:
    """End a cache and forget it. `before()` saves or spares what is to live on, `after()` says it is gone.

    If `before()` is not True the cache stays: what AWS does when a final backup fails is not documented, and
    here nothing is lost that was to be saved.
    """
    cache.status, since = "deleting", time.monotonic()

    def work() -> None:
        saved = False
        try:
            saved = before()
        finally:
            if not saved:
                cache.status = "available"
                region.fleet.announce()
        if not saved:
            return
        end(region, cache)
        region.fleet.take_time(since)
        after()
        store.pop(cache.id, None)
        region.tags.delete_all_tags_for_resource(cache.arn)
        region.fleet.announce()

    region.fleet.run(work)


def end(region: Region, cache: Cache) -> None:
    """End everything a cache runs, without anybody replacing it."""
    for watched in (cache, *cache.shards):
        region.fleet.unwatch(watched)
    cache.close()
