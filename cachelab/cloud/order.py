"""What the console asks before it creates a cache, what each answer means, and the request it comes to.

A parameter stands in the request only where the answer differs from what AWS does by default; so an order
of defaults shows how little AWS does unless you say so.
"""

from dataclasses import dataclass

from cachelab.learner.words import counted

from .facts import catalog, prices

__all__ = ["Order", "STEPS"]

STEPS = ("Engine", "One shard or many", "Name and size", "Copies", "Network", "Protection and backups")
DESCRIPTION = "Shop cache"
GIB = 2**30


@dataclass(frozen=True)
class Order:
    """The console's choices for a cache you design yourself. Anything may be asked for; AWS may refuse.

    `engine` is valkey, redis or memcached. Memcached alone has `nodes` and `spread` (over zones); the other
    two have `cluster_mode`, `shards`, `replicas`, `automatic_failover`, `multi_az` and `at_rest`. An empty
    text names nothing.
    """

    engine: str = "valkey"
    cluster_mode: bool = False
    shards: int = 2
    name: str = "my-app-cache"
    node_type: str = "cache.t4g.micro"
    replicas: int = 0
    automatic_failover: bool = False
    multi_az: bool = False
    nodes: int = 1
    spread: bool = False
    subnet_group: str = ""
    security_group: str = ""
    tls: bool = False
    at_rest: bool = True
    auth_token: str = ""
    backup_days: int = 0

    @property
    def memcached(self) -> bool:
        return self.engine == "memcached"

    @property
    def node_count(self) -> int:
        """Nodes on the bill."""
        if self.memcached:
            return self.nodes
        return (self.shards if self.cluster_mode else 1) * (1 + self.replicas)

    # The request.

    @property
    def operation(self) -> str:
        """The boto3 method that creates it."""
        return "create_cache_cluster" if self.memcached else "create_replication_group"

    @property
    def request(self) -> dict:
        """The parameters of that method: `elasticache.create_replication_group(**order.request)`."""
        return self._cluster() if self.memcached else self._group()

    def _group(self) -> dict:
        chosen = {
            "ReplicationGroupId": self.name,
            "ReplicationGroupDescription": DESCRIPTION,
            "Engine": self.engine,
            "CacheNodeType": self.node_type,
        }
        if self.cluster_mode:
            chosen |= {"ClusterMode": "enabled"}
        if self.cluster_mode or self.replicas:
            chosen |= {"NumNodeGroups": self.shards if self.cluster_mode else 1}
            chosen |= {"ReplicasPerNodeGroup": self.replicas}
        if self.automatic_failover:
            chosen |= {"AutomaticFailoverEnabled": True}
        if self.multi_az:
            chosen |= {"MultiAZEnabled": True}
        chosen |= self._network()
        if self.at_rest != (self.engine == "valkey"):  # AWS encrypts at rest by default on Valkey only
            chosen |= {"AtRestEncryptionEnabled": self.at_rest}
        return chosen | self._backups()

    def _cluster(self) -> dict:
        chosen = {
            "CacheClusterId": self.name,
            "Engine": self.engine,
            "CacheNodeType": self.node_type,
            "NumCacheNodes": self.nodes,
        }
        if self.spread:
            chosen |= {"AZMode": "cross-az"}
        return chosen | self._network() | self._backups()

    def _network(self) -> dict:
        chosen = {}
        if self.subnet_group:
            chosen |= {"CacheSubnetGroupName": self.subnet_group}
        if self.security_group:
            chosen |= {"SecurityGroupIds": [self.security_group]}
        if self.tls:
            chosen |= {"TransitEncryptionEnabled": True}
        if self.auth_token:
            chosen |= {"AuthToken": self.auth_token}
        return chosen

    def _backups(self) -> dict:
        return {"SnapshotRetentionLimit": self.backup_days} if self.backup_days else {}

    # What it means.

    @property
    def cost(self) -> prices.Cost | None:
        """What it would cost; None where the price list has no row."""
        try:
            return prices.of_request(self.operation, **self.request)
        except prices.NoPrice:
            return None

    @property
    def meanings(self) -> tuple[str, ...]:
        """A sentence or two for each of the STEPS: what you get, as the answers stand."""
        return (
            _ENGINES.get(self.engine, "AWS knows three engines: valkey, redis and memcached."),
            self._layout(),
            self._size(),
            self._copies(),
            self._place(),
            self._protection(),
        )

    def _layout(self) -> str:
        if self.memcached:
            return "Memcached nodes do not know each other: your client spreads the keys over them."
        if not self.cluster_mode:
            return "One shard: each node holds all the keys, and one primary takes all the writes."
        return (
            f"{counted(self.shards, 'shard')}, each with its share of the keys and a primary of its own. "
            "Your client has to speak the cluster protocol."
        )

    def _size(self) -> str:
        memory = catalog.MEMORY.get(self.node_type)
        if memory is None:
            return "AWS does not know this node type."
        held_back = "" if self.memcached else ", of which AWS holds back a quarter unless you change that"
        burst = " Burstable: good for development." if self.node_type.startswith("cache.t") else ""
        return f"Each node has {memory / GIB:.2f} GiB for the cache{held_back}.{burst}"

    def _copies(self) -> str:
        if self.memcached:
            zones = "several zones" if self.spread else "one zone"
            return (
                f"{counted(self.nodes, 'node')} in {zones}. No copies: a node that dies takes its keys along."
            )
        each = " for each shard" if self.cluster_mode else ""
        if self.replicas == 0:
            return f"A primary{each} and no copy. If it dies, all it held is gone."
        copies = f"A primary and {counted(self.replicas, 'replica')}{each}; all are billed alike. "
        if not self.automatic_failover:
            return copies + "If the primary dies, nobody is promoted: writes wait for a replacement."
        if not self.multi_az:
            return copies + "If the primary dies, a replica takes over. All of them may stand in one zone."
        return (
            copies + "If the primary dies, a replica in another zone takes over. Copying is asynchronous: "
            "the latest writes can be lost."
        )

    def _place(self) -> str:
        subnets = (
            f"In the subnets of {self.subnet_group}."
            if self.subnet_group
            else "No subnet group: AWS takes the subnets of your default VPC."
        )
        rules = (
            "Only who this security group lets in can connect."
            if self.security_group
            else "No security group: the VPC's default one applies."
        )
        return f"{subnets} {rules}"

    def _protection(self) -> str:
        way = "Encrypted on the way" if self.tls else "Readable by anybody on the way"
        password = (
            "one password for all clients"
            if self.auth_token
            else "no password: whoever reaches the port may read and delete everything"
        )
        if self.memcached:
            return f"{way}; {password}. Node-based Memcached knows neither passwords nor backups."
        rest = "Encrypted at rest." if self.at_rest else "Not encrypted at rest."
        backups = (
            f"A backup each day, kept {counted(self.backup_days, 'day')}."
            if self.backup_days
            else "No backups."
        )
        return f"{way}; {password}. {rest} {backups}"


_ENGINES = {
    "valkey": "The open continuation of Redis. AWS recommends it, and asks a fifth less for a node of it.",
    "redis": "Redis OSS. On ElastiCache it stops at version 7.1.",
    "memcached": "Bytes under a name, on many threads. No replicas, no failover, no backups, no passwords.",
}
