"""moto's ElastiCache backend with engines behind it: one per account and region."""

import threading
from pathlib import Path
from re import compile as re_compile

from moto.elasticache import models as moto_models
from moto.elasticache import urls as moto_urls

from ...engines.process import run_directory
from .. import rules
from ..asking import Ask
from ..events import EventLog
from ..plane.fleet import Fleet
from . import model
from .clusters import CacheClusters
from .faults import Fault, not_found
from .groups import ReplicationGroups
from .inventory import Inventory
from .networks import Networks
from .operations import KEPT, PERFORMED, REFUSED
from .parameter_groups import ParameterGroups
from .repair import Repairs
from .resharding import Resharding
from .serverless import ServerlessCaches
from .snapshots import Snapshots
from .users import Users

FLEETS: dict[str, Fleet] = {}
"""What each open account has running, by its twelve-digit number."""

ORDERS = ("CreateReplicationGroup", "CreateCacheCluster", "CreateServerlessCache")
SUBJECT = {  # the operations that are about one existing resource: how to find it
    "ModifyReplicationGroup": "ReplicationGroupId",
    "IncreaseReplicaCount": "ReplicationGroupId",
    "DecreaseReplicaCount": "ReplicationGroupId",
    "ModifyReplicationGroupShardConfiguration": "ReplicationGroupId",
    "TestFailover": "ReplicationGroupId",
    "ModifyCacheCluster": "CacheClusterId",
    "DeleteCacheCluster": "CacheClusterId",
    "ModifyServerlessCache": "ServerlessCacheName",
}


class ElastiCacheBackend(
    ReplicationGroups,
    Resharding,
    CacheClusters,
    ServerlessCaches,
    Snapshots,
    ParameterGroups,
    Users,
    Networks,
    Inventory,
    Repairs,
    moto_models.ElastiCacheBackend,
):
    """One account's ElastiCache in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.arn_regex = re_compile(r"^arn:aws:elasticache:.*:[0-9]*:(" + "|".join(TAGGED) + "):.*$")
        self.lock = threading.RLock()  # one request at a time is checked and entered
        self.log = EventLog()
        self.user_groups = {}
        self.parameter_groups = {}
        self.serverless_caches = {}
        self.serverless_snapshots = {}
        self.failover_tests = []
        self._vault: Path | None = None

    @property
    def _url_module(self):
        return moto_urls  # moto would look for a urls.py beside this file

    @property
    def fleet(self) -> Fleet:
        try:
            return FLEETS[self.account_id]
        except KeyError:
            raise Fault("InvalidClientTokenId", f"Account {self.account_id} is not open.") from None

    @property
    def vault(self) -> Path:
        """Where backups are kept."""
        if self._vault is None:
            self._vault = run_directory("snapshots")
        return self._vault

    def arn(self, kind: str, name: str) -> str:
        return f"arn:aws:elasticache:{self.region_name}:{self.account_id}:{kind}:{name}"

    # Finding things.

    def group(self, name: str):
        return self.replication_groups.get(name.lower())

    def need_group(self, name: str):
        found = self.group(name)
        if found is None:
            raise not_found("ReplicationGroup", name)
        return found

    def cluster(self, name: str):
        """A cluster by itself, or (group, node) for a member of a replication group."""
        if found := self.cache_clusters.get(name.lower()):
            return found
        for group in self.replication_groups.values():
            for node in group.nodes:
                if node.id == name.lower():
                    return group, node
        return None

    def need_cluster(self, name: str):
        found = self.cluster(name)
        if found is None:
            raise not_found("CacheCluster", name)
        return found

    # Requests.

    def subject(self, operation: str, given: dict):
        """The existing resource a request is about, if it is about one."""
        parameter = SUBJECT.get(operation)
        if parameter is None:
            return None
        if parameter == "ReplicationGroupId":
            return self.need_group(given[parameter])
        if parameter == "ServerlessCacheName":
            return self.need_serverless(given[parameter])
        found = self.need_cluster(given[parameter])
        if isinstance(found, tuple):
            return found[0] if operation == "DeleteCacheCluster" else None
        return None if operation == "DeleteCacheCluster" else found

    def check(self, operation: str, given: dict) -> None:
        """Raise the error AWS would answer with, if it would."""
        if operation not in KEPT:
            model.check(operation, given)
        target = self.subject(operation, given)
        if operation == "DeleteCacheCluster" and target is None:
            return
        broken = rules.first_broken(Ask(operation, given, self, target))
        if broken:
            raise Fault(*broken)
        if operation == "CreateUser":
            self.check_new_user(given)
        if operation in ("AddTagsToResource", "RemoveTagsFromResource"):
            self.need_arn(given["ResourceName"])

    def perform(self, operation: str, given: dict) -> dict:
        """Check a request and do it. What takes time goes on afterwards, unless nothing is to take time."""
        with self.lock:
            try:
                self.check(operation, given)
            except Fault:
                if operation in ORDERS:
                    self.fleet.fail_next = None  # nothing is left of the attempt, nor of its failure
                raise
            answer = PERFORMED[operation](self, given)
        self.fleet.finish_started()
        return answer


TAGGED = (
    "cluster",
    "parametergroup",
    "replicationgroup",
    "serverlesscache",
    "serverlesscachesnapshot",
    "snapshot",
    "subnetgroup",
    "user",
    "usergroup",
)

assert not set(PERFORMED) & set(REFUSED)
backends = moto_models.elasticache_backends
"""account number -> region -> backend: moto's own table, so that its other services see our caches too."""
