"""Twenty-seven ways to keep a cache in step with a database, each as the code an application would have.

A strategy is a class whose `reader` and `writer` are plain functions of `(cache, db)`; some have a
`follower`, which handles the database's commits one by one (change data capture). The first line of the
docstring is its name in the matrix; `memcached = True` marks those written for pymemcache.
"""

from __future__ import annotations

import time
import uuid

from redis.exceptions import WatchError

from cachelab.races.faults import outlast_readers

KEY = "user:1"
LOCK = "lock:user:1"
MARKER = "behind:user:1"
MINUTE = 60_000  # milliseconds


# --- one plain reader, and what a writer can do to the cache ------------------------------------------------


class NoInvalidation:
    """no invalidation"""

    def reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            value = db.read()
            cache.set(KEY, value)
        return value

    def writer(cache, db):
        db.write()


class DeleteBeforeWrite:
    """DEL before write"""

    reader = NoInvalidation.reader

    def writer(cache, db):
        cache.delete(KEY)
        db.write()


class DeleteAfterWrite:
    """DEL after write"""

    reader = NoInvalidation.reader

    def writer(cache, db):
        db.write()
        cache.delete(KEY)


class DoubleDelete:
    """double DEL, no delay"""

    reader = NoInvalidation.reader

    def writer(cache, db):
        cache.delete(KEY)
        db.write()
        cache.delete(KEY)


class DelayedDoubleDelete:
    """double DEL, delay > every reader"""

    reader = NoInvalidation.reader

    def writer(cache, db):
        cache.delete(KEY)
        db.write()
        outlast_readers()
        cache.delete(KEY)


class WriteThrough:
    """write-through SET"""

    reader = NoInvalidation.reader

    def writer(cache, db):
        value, _ = db.write()
        cache.set(KEY, value)


class CacheFirst:
    """cache-first SET, then DB"""

    reader = NoInvalidation.reader

    def writer(cache, db):
        value = db.new_value()
        cache.set(KEY, value)
        db.write(value)


class FillIfAbsent:
    """reader SET NX + DEL"""

    def reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            value = db.read()
            cache.set(KEY, value, nx=True)
        return value

    writer = DeleteAfterWrite.writer


# --- a bound on the damage ------------------------------------------------------------


class TtlOnly:
    """TTL only"""

    def reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            value = db.read()
            cache.set(KEY, value, ex=60)
        return value

    writer = NoInvalidation.writer


class TtlAndDelete:
    """TTL + DEL"""

    reader = TtlOnly.reader
    writer = DeleteAfterWrite.writer


# --- WATCH ------------------------------------------------------------


class WatchAndDelete:
    """WATCH/MULTI/EXEC + DEL"""

    def reader(cache, db):
        with cache.pipeline() as pipe:
            pipe.watch(KEY)
            value = pipe.get(KEY)
            if value is None:
                value = db.read()
                pipe.multi()
                pipe.set(KEY, value)
                try:
                    pipe.execute()
                except WatchError:
                    pass  # somebody changed the key: leave it alone
            return value

    writer = DeleteAfterWrite.writer


TOMBSTONE = "deleted"


class WatchAndTombstone:
    """WATCH/EXEC + SET tombstone"""

    def reader(cache, db):
        with cache.pipeline() as pipe:
            pipe.watch(KEY)
            value = pipe.get(KEY)
            if value is None or value == TOMBSTONE:
                value = db.read()
                pipe.multi()
                pipe.set(KEY, value)
                try:
                    pipe.execute()
                except WatchError:
                    pass
            return value

    def writer(cache, db):
        db.write()
        cache.set(KEY, TOMBSTONE, px=MINUTE)  # unlike DEL, this modifies the key even if it was missing


# --- versions ------------------------------------------------------------

STORE_UNLESS_OLDER = """
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'version', ARGV[2])
redis.call('PERSIST', KEYS[1])
return 1
"""

BURY = """
local known = redis.call('HGET', KEYS[1], 'version')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""


class VersionsAndDelete:
    """version CAS (Lua) + DEL"""

    def reader(cache, db):
        value = cache.hget(KEY, "value")
        if value is None:
            value, version = db.read_versioned()
            cache.eval(STORE_UNLESS_OLDER, 1, KEY, value, version)
        return value

    writer = DeleteAfterWrite.writer


class VersionsAndSet:
    """version CAS + versioned SET"""

    reader = VersionsAndDelete.reader

    def writer(cache, db):
        value, version = db.write()
        cache.eval(STORE_UNLESS_OLDER, 1, KEY, value, version)


class VersionsAndTombstone:
    """version CAS + tombstone(ver)"""

    reader = VersionsAndDelete.reader

    def writer(cache, db):
        _, version = db.write()
        cache.eval(BURY, 1, KEY, version, MINUTE)


# --- locks ------------------------------------------------------------


class LockWithoutTtl:
    """lock, no TTL"""

    def reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            mine = cache.set(LOCK, "1", nx=True)
            value = db.read()
            if mine:
                cache.set(KEY, value)
                cache.delete(LOCK)
        return value

    def writer(cache, db):
        while not cache.set(LOCK, "1", nx=True):
            time.sleep(0.05)
        db.write()
        cache.delete(KEY)
        cache.delete(LOCK)


UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class LockWithTtl:
    """lock with TTL"""

    def reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            token = uuid.uuid4().hex
            mine = cache.set(LOCK, token, nx=True, px=MINUTE)
            value = db.read()
            if mine:
                cache.set(KEY, value)
                cache.eval(UNLOCK, 1, LOCK, token)
        return value

    def writer(cache, db):
        token = uuid.uuid4().hex
        while not cache.set(LOCK, token, nx=True, px=MINUTE):
            time.sleep(0.05)
        db.write()
        cache.delete(KEY)
        cache.eval(UNLOCK, 1, LOCK, token)


# --- memcached ------------------------------------------------------------


class MemcachedAdd:
    """memcached add + delete"""

    memcached = True

    def reader(cache, db):
        value = cache.get(KEY)
        if value is None:
            value = db.read()
            cache.add(KEY, value)
        return value

    def writer(cache, db):
        db.write()
        cache.delete(KEY)


class MemcachedCas:
    """memcached gets/cas"""

    memcached = True

    reader = MemcachedAdd.reader

    def writer(cache, db):
        old, token = cache.gets(KEY)
        value, _ = db.write()
        if old is None:
            stored = cache.add(KEY, value)
        else:
            stored = cache.cas(KEY, value, token)
        if not stored:  # somebody else was here
            cache.delete(KEY)


class MemcachedLease:
    """memcached meta lease"""

    memcached = True

    def reader(cache, db):
        # a miss makes an empty item and gives the first who asks the right (W) and the token (c…) to fill it
        head, cached = cache.raw_command(f"mg {KEY} v c N30\r\nmn", "MN\r\n").split(b"\r\n")[:2]
        flags = head.split()[2:]
        if b"W" not in flags and b"Z" not in flags:
            return cached
        value = db.read()
        if b"W" in flags:
            token = next(flag[1:].decode() for flag in flags if flag.startswith(b"c"))
            cache.raw_command(f"ms {KEY} {len(value)} C{token}\r\n{value}")
        return value

    def writer(cache, db):
        db.write()
        cache.delete(KEY)


# --- leases ------------------------------------------------------------


class Lease:
    """lease"""

    def reader(cache, db):
        lease = f"lease {uuid.uuid4().hex}"
        found = cache.set(KEY, lease, nx=True, get=True, px=MINUTE)
        if found is not None and not found.startswith("lease "):
            return found
        value = db.read()
        if found is None:  # the lease is mine: fill, unless somebody has deleted it meanwhile
            cache.set(KEY, value, ifeq=lease)
        return value

    writer = DeleteAfterWrite.writer


class LeaseWithTtl:
    """lease + entry TTL"""

    def reader(cache, db):
        lease = f"lease {uuid.uuid4().hex}"
        found = cache.set(KEY, lease, nx=True, get=True, px=MINUTE)
        if found is not None and not found.startswith("lease "):
            return found
        value = db.read()
        if found is None:
            cache.set(KEY, value, ifeq=lease, px=MINUTE)
        return value

    writer = DeleteAfterWrite.writer


class LeaseWithMarker:
    """lease + remote marker (single value)"""

    def reader(cache, db):
        lease = f"lease {uuid.uuid4().hex}"
        found = cache.set(KEY, lease, nx=True, get=True, px=MINUTE)
        if found is not None and not found.startswith("lease "):
            return found
        behind = cache.exists(MARKER)
        value = db.read() if behind else db.replica.read()
        if found is None:
            cache.set(KEY, value, ifeq=lease)
        return value

    def writer(cache, db):
        cache.set(MARKER, "1")
        db.write()
        cache.delete(KEY)

    def follower(cache, version):
        cache.delete(MARKER)

    source = "replica"
    reads_replica = True


# --- change data capture ------------------------------------------------------------


class CdcDelete:
    """CDC DEL + plain reader"""

    reader = NoInvalidation.reader
    writer = NoInvalidation.writer

    def follower(cache, version):
        cache.delete(KEY)

    source = "primary"


class CdcLease:
    """CDC DEL + lease"""

    reader = Lease.reader
    writer = NoInvalidation.writer
    follower = CdcDelete.follower
    source = "primary"


class ReplicaCdcLease:
    """CDC-from-replica DEL + lease"""

    reader = Lease.reader
    writer = NoInvalidation.writer
    follower = CdcDelete.follower
    source = "replica"


# A key holds a value, a tombstone or a lease; each knows the latest version that was known when it was made.

TAKE = """
local entry = redis.call('HMGET', KEYS[1], 'value', 'version', 'lease')
if entry[1] or entry[3] then return {entry[1] or false, 0, 0} end
redis.call('HSET', KEYS[1], 'lease', ARGV[1], 'version', entry[2] or 0)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {false, 1, 0}
"""

FILL = """
local entry = redis.call('HMGET', KEYS[1], 'lease', 'version')
if entry[1] ~= ARGV[1] or tonumber(entry[2]) > tonumber(ARGV[3]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'version', ARGV[3])
return 1
"""


class CdcVersionedLease:
    """CDC tombstone + version lease"""

    def reader(cache, db):
        lease = uuid.uuid4().hex
        value, mine, _ = cache.eval(TAKE, 1, KEY, lease, MINUTE)
        if value is None:
            value, version = db.read_versioned()
            if mine:
                cache.eval(FILL, 1, KEY, lease, value, version)
        return value

    writer = NoInvalidation.writer

    def follower(cache, version):
        cache.eval(BURY, 1, KEY, version, MINUTE)

    source = "primary"


STRATEGIES = [
    NoInvalidation,
    DeleteBeforeWrite,
    DeleteAfterWrite,
    DoubleDelete,
    DelayedDoubleDelete,
    WriteThrough,
    CacheFirst,
    FillIfAbsent,
    TtlOnly,
    TtlAndDelete,
    WatchAndDelete,
    WatchAndTombstone,
    VersionsAndDelete,
    VersionsAndSet,
    VersionsAndTombstone,
    LockWithoutTtl,
    LockWithTtl,
    MemcachedAdd,
    MemcachedCas,
    MemcachedLease,
    Lease,
    LeaseWithTtl,
    LeaseWithMarker,
    CdcDelete,
    CdcLease,
    ReplicaCdcLease,
    CdcVersionedLease,
]
