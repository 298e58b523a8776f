"""A cache in the account of a check: making one, finding one, opening it."""

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from cachelab.checks.rig.lab import Lab
from cachelab.checks.verdict import Settled, could_not_run

SLOW = 30.0  # seconds after which we blame our own engines
NEIGHBOUR = "a-colleagues-cache"


def neighbour(lab: Lab) -> None:
    """Somebody else's cache, first in every list, and never available."""
    lab.aws.strings.fail_next_create("no capacity")
    make(lab, NEIGHBOUR)


def make(lab: Lab, name: str, **more) -> None:
    given = {"Engine": "valkey", "CacheNodeType": "cache.t4g.micro", "ReplicationGroupDescription": name}
    lab.aws.elasticache.create_replication_group(ReplicationGroupId=name, **(given | more))


def status(lab: Lab, name: str) -> str:
    """Of the group called `name`; "deleted" if there is none."""
    groups = lab.aws.elasticache.describe_replication_groups()["ReplicationGroups"]
    return next((group["Status"] for group in groups if group["ReplicationGroupId"] == name), "deleted")


def pair(endpoint: dict) -> tuple[str, int]:
    return endpoint["Address"], endpoint["Port"]


def connect(address: tuple[str, int], password: str | None) -> redis.Redis:
    host, port = address
    return redis.Redis(
        host=host,
        port=port,
        ssl=True,
        password=password,
        socket_timeout=SLOW,
        socket_connect_timeout=SLOW,
        retry=Retry(NoBackoff(), 0),
    )


def opens(address: tuple[str, int], password: str | None) -> bool:
    """Whether this password opens the cache, for a new connection. Nothing opens one that is gone; settles if
    it is too slow to tell."""
    try:
        with connect(address, password) as client:
            return bool(client.ping())
    except redis.TimeoutError:
        raise Settled(could_not_run(f"a cache of its account did not answer within {SLOW:g} s")) from None
    except (redis.ConnectionError, redis.exceptions.NoPermissionError):
        return False
