"""What the tests of the account share: making a group, connecting to it, traffic that keeps notes."""

import threading
import time

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PATIENCE = 60.0  # seconds: a busy machine is slower, and not wrong
TOKEN = "correct-horse-battery"


def subnet_ids(aws, region=None):
    """The subnets of the default VPC, one a zone, as every account has them."""
    default = [{"Name": "default-for-az", "Values": ["true"]}]
    found = aws.client("ec2", region_name=region).describe_subnets(Filters=default)["Subnets"]
    return [row["SubnetId"] for row in sorted(found, key=lambda row: row["AvailabilityZone"])][:3]


def make_subnet_group(aws, name="private"):
    aws.client("elasticache").create_cache_subnet_group(
        CacheSubnetGroupName=name, CacheSubnetGroupDescription="d", SubnetIds=subnet_ids(aws)
    )


def make_group(aws, name, **request):
    """A replication group, available; returns it as described."""
    defaults = {"ReplicationGroupDescription": name, "Engine": "valkey", "CacheNodeType": "cache.t4g.micro"}
    elasticache = aws.client("elasticache")
    elasticache.create_replication_group(ReplicationGroupId=name, **defaults | request)
    return describe(aws, name)


def describe(aws, name):
    return aws.client("elasticache").describe_replication_groups(ReplicationGroupId=name)[
        "ReplicationGroups"
    ][0]


def remove(aws, name):
    aws.client("elasticache").delete_replication_group(ReplicationGroupId=name)


def primary(group):
    return group["NodeGroups"][0]["PrimaryEndpoint"]


def reader(group):
    return group["NodeGroups"][0]["ReaderEndpoint"]


def connect(endpoint, **options):
    """A client that says at once what it thinks: no retries."""
    options = {"socket_timeout": 2, "decode_responses": True, "retry": Retry(NoBackoff(), 0)} | options
    return redis.Redis(endpoint["Address"], endpoint["Port"], **options)


def roles(aws, name):
    return {row["id"]: row["role"] for row in aws.topology(name)}


def wait_until(true, what="it"):
    """Wait for something that happens by itself."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.02)


def messages(aws, source_type=None):
    return [event.message for event in aws.events() if source_type in (None, event.source_type)]


class Traffic:
    """Writes a rising number to one key through one client, and keeps the last one that was confirmed."""

    def __init__(self, write) -> None:
        self.write = write
        self.confirmed = 0
        self.failures = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            number += 1
            try:
                self.write(number)
            except Exception:  # every client library has its own
                self.failures += 1
                time.sleep(0.005)
            else:
                self.confirmed = number

    def __enter__(self):
        self._thread.start()
        wait_until(lambda: self.confirmed > 50, "traffic")
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(PATIENCE)
