"""What ElastiCache offers: engines, their versions, node types and their memory.

Sources. Engine versions: the user guide's version pages and parameter-group pages as stored in 2026
(docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html, …/ParameterGroups.Engine.html).
`maxmemory` per node type: the "node-type specific parameters" tables of the latter. The newest version
listed here is the one you get when you name none; AWS does not promise that.
"""

from typing import NamedTuple


class Version(NamedTuple):
    """An engine version, and the family its parameter groups belong to."""

    engine: str
    number: str
    family: str

    @property
    def major(self) -> str:
        return self.number.split(".")[0]

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.number.split("."))


VERSIONS = (
    Version("valkey", "7.2", "valkey7"),
    Version("valkey", "8.0", "valkey8"),
    Version("valkey", "8.1", "valkey8"),
    Version("valkey", "8.2", "valkey8"),
    Version("valkey", "9.0", "valkey9"),
    Version("valkey", "9.1", "valkey9"),
    Version("redis", "5.0.6", "redis5.0"),
    Version("redis", "6.0", "redis6.x"),
    Version("redis", "6.2", "redis6.x"),
    Version("redis", "7.0", "redis7"),
    Version("redis", "7.1", "redis7"),
    Version("memcached", "1.5.16", "memcached1.5"),
    Version("memcached", "1.6.6", "memcached1.6"),
    Version("memcached", "1.6.12", "memcached1.6"),
    Version("memcached", "1.6.17", "memcached1.6"),
    Version("memcached", "1.6.22", "memcached1.6"),
)
ENGINES = ("valkey", "redis", "memcached")
REPLICATED = ("valkey", "redis")  # the engines of replication groups
FAMILIES = tuple(dict.fromkeys(version.family for version in VERSIONS))


def versions(engine: str) -> list[Version]:
    """All versions of an engine, oldest first."""
    return [version for version in VERSIONS if version.engine == engine]


def find_version(engine: str, number: str | None = None) -> Version | None:
    """The version called `number` ("7" and "7.x" mean the newest 7); the newest if None; None if unknown."""
    known = versions(engine)
    if number is None:
        return known[-1] if known else None
    for version in reversed(known):
        if number in (version.number, version.major, f"{version.major}.x"):
            return version
    return None


def engine_of(family: str) -> str:
    """ "redis7" -> "redis"."""
    return family.rstrip("0123456789.x")


# Bytes a node may use for everything, data and overhead; a quarter is held back by default
# (reserved-memory-percent), so the engine's own `maxmemory` is three quarters of this.
MEMORY = {
    "cache.c7gn.large": 3317862236,
    "cache.c7gn.xlarge": 6854542746,
    "cache.c7gn.2xlarge": 13891921715,
    "cache.c7gn.4xlarge": 27966669210,
    "cache.c7gn.8xlarge": 56116178125,
    "cache.c7gn.12xlarge": 84353157693,
    "cache.c7gn.16xlarge": 113609865216,
    "cache.t2.micro": 581959680,
    "cache.t2.small": 1665138688,
    "cache.t2.medium": 3461349376,
    "cache.t3.micro": 536870912,
    "cache.t3.small": 1471026299,
    "cache.t3.medium": 3317862236,
    "cache.t4g.micro": 536870912,
    "cache.t4g.small": 1471026299,
    "cache.t4g.medium": 3317862236,
    "cache.m4.large": 6892593152,
    "cache.m4.xlarge": 15328501760,
    "cache.m4.2xlarge": 31889126359,
    "cache.m4.4xlarge": 65257290629,
    "cache.m4.10xlarge": 166047614239,
    "cache.m5.large": 6854542746,
    "cache.m5.xlarge": 13891921715,
    "cache.m5.2xlarge": 27966669210,
    "cache.m5.4xlarge": 56116178125,
    "cache.m5.12xlarge": 168715971994,
    "cache.m5.24xlarge": 337500562842,
    "cache.m6g.large": 6854542746,
    "cache.m6g.xlarge": 13891921715,
    "cache.m6g.2xlarge": 27966669210,
    "cache.m6g.4xlarge": 56116178125,
    "cache.m6g.8xlarge": 111325552312,
    "cache.m6g.12xlarge": 168715971994,
    "cache.m6g.16xlarge": 225000375228,
    "cache.m7g.large": 6854542746,
    "cache.m7g.xlarge": 13891921715,
    "cache.m7g.2xlarge": 27966669210,
    "cache.m7g.4xlarge": 56116178125,
    "cache.m7g.8xlarge": 111325552312,
    "cache.m7g.12xlarge": 168715971994,
    "cache.m7g.16xlarge": 225000375228,
    "cache.r4.large": 13201781556,
    "cache.r4.xlarge": 26898228839,
    "cache.r4.2xlarge": 54197537997,
    "cache.r4.4xlarge": 108858546586,
    "cache.r4.8xlarge": 218255432090,
    "cache.r4.16xlarge": 437021573120,
    "cache.r5.large": 14037181030,
    "cache.r5.xlarge": 28261849702,
    "cache.r5.2xlarge": 56711183565,
    "cache.r5.4xlarge": 113609865216,
    "cache.r5.12xlarge": 341206346547,
    "cache.r5.24xlarge": 682485973811,
    "cache.r6g.large": 14037181030,
    "cache.r6g.xlarge": 28261849702,
    "cache.r6g.2xlarge": 56711183565,
    "cache.r6g.4xlarge": 113609865216,
    "cache.r6g.8xlarge": 225000375228,
    "cache.r6g.12xlarge": 341206346547,
    "cache.r6g.16xlarge": 450000750456,
    "cache.r6gd.xlarge": 28261849702,
    "cache.r6gd.2xlarge": 56711183565,
    "cache.r6gd.4xlarge": 113609865216,
    "cache.r6gd.8xlarge": 225000375228,
    "cache.r6gd.12xlarge": 341206346547,
    "cache.r6gd.16xlarge": 450000750456,
    "cache.r7g.large": 14037181030,
    "cache.r7g.xlarge": 28261849702,
    "cache.r7g.2xlarge": 56711183565,
    "cache.r7g.4xlarge": 113609865216,
    "cache.r7g.8xlarge": 225000375228,
    "cache.r7g.12xlarge": 341206346547,
    "cache.r7g.16xlarge": 450000750456,
}
PREVIOUS_GENERATION = (
    "cache.t1.",
    "cache.t2.",
    "cache.m1.",
    "cache.m2.",
    "cache.m3.",
    "cache.c1.",
    "cache.r3.",
)


def region_code(region: str) -> str:
    """AWS's short name for a region in endpoint addresses: us-east-1 -> use1, eu-central-1 -> euc1."""
    area, *direction, number = region.split("-")
    letters = {"northeast": "ne", "southeast": "se", "northwest": "nw", "southwest": "sw"}
    return area + "".join(letters.get(word, word[0]) for word in direction) + number


def zones(region: str) -> list[str]:
    """Three availability zones of a region."""
    return [f"{region}{letter}" for letter in "abc"]
