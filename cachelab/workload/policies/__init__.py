"""Which item goes when a cache is full: policies of the textbook, of the servers, and of research.

    trace = zipf(100_000, keys=20_000)
    LRU(2_000).run(trace).mean()               # the hit ratio

`ALL` has each under the name a chart gives it. `make bench` holds the servers' models against the servers.
"""

from functools import partial

from cachelab.workload.policies.belady import Belady
from cachelab.workload.policies.classic import FIFO, LFU, LRU, Clock, Random
from cachelab.workload.policies.memcached import Memcached, MemcachedNoModern
from cachelab.workload.policies.policy import Policy
from cachelab.workload.policies.s3fifo import S3FIFO
from cachelab.workload.policies.sieve import Sieve
from cachelab.workload.policies.tinylfu import WTinyLFU
from cachelab.workload.policies.valkey import Valkey

__all__ = [
    "ALL",
    "Belady",
    "Clock",
    "FIFO",
    "LFU",
    "LRU",
    "Memcached",
    "MemcachedNoModern",
    "Policy",
    "Random",
    "S3FIFO",
    "Sieve",
    "Valkey",
    "WTinyLFU",
]

ALL = {
    "FIFO": FIFO,
    "random": Random,
    "LRU": LRU,
    "CLOCK": Clock,
    "LFU": LFU,
    "SIEVE": Sieve,
    "S3-FIFO": S3FIFO,
    "W-TinyLFU": WTinyLFU,
    "Valkey allkeys-lru": partial(Valkey, policy="allkeys-lru"),
    "Valkey allkeys-lfu": partial(Valkey, policy="allkeys-lfu"),
    "Memcached": Memcached,
    "Memcached no_modern": MemcachedNoModern,
    "Belady": Belady,
}
