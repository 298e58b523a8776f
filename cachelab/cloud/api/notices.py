"""Events that go to an SNS topic: a cache's NotificationTopicArn hears of what happens to it.

Names and which events have one: ElastiCache user guide, "Event notifications and Amazon SNS". The message
is a JSON object of one pair, {"ElastiCache:SnapshotComplete": "my-app-cache-001"}, as people's handlers of
such messages read it.
"""

import contextlib
import json

from .. import events
from ..events import CLUSTER, GROUP, Event
from ..region import Region

NOTICES = {  # (what the event is about, its message) -> the name that SNS hears
    (CLUSTER, events.CLUSTER_CREATED): "CacheClusterProvisioningComplete",
    (CLUSTER, events.CLUSTER_CREATE_FAILED): "CacheClusterProvisioningFailed",
    (CLUSTER, events.CLUSTER_DELETED): "DeleteCacheClusterComplete",
    (CLUSTER, events.NODE_ADDED): "AddCacheNodeComplete",
    (CLUSTER, events.NODES_REMOVED): "RemoveCacheNodeComplete",
    (CLUSTER, events.RECOVERING): "CacheNodeReplaceStarted",
    (CLUSTER, events.RECOVERED): "CacheNodeReplaceComplete",
    (CLUSTER, events.NODE_RESTARTED): "CacheNodesRebooted",
    (CLUSTER, events.SCALED): "CacheClusterScalingComplete",
    (CLUSTER, events.SCALE_DOWN_FAILED): "CacheClusterScalingFailed",
    (CLUSTER, events.SECURITY_GROUP_CHANGED): "CacheClusterSecurityGroupModified",
    (CLUSTER, events.PARAMETER_GROUP_USED): "CacheClusterParametersChanged",
    (CLUSTER, events.SNAPSHOT_DONE): "SnapshotComplete",
    (CLUSTER, events.SNAPSHOT_FAILED): "SnapshotFailed",
    (GROUP, events.GROUP_CREATED): "CreateReplicationGroupComplete",
    (GROUP, events.FAILED_OVER): "FailoverComplete",
}


def publish(region: Region, event: Event) -> None:
    """Tell the topic of the cache that an event is about, if it has one and AWS would tell it."""
    name = NOTICES.get((event.source_type, event.kind))
    topic = name and _topic(region, event)
    if not topic:
        return
    from moto.sns.models import sns_backends  # half a second, and few caches have a topic

    with contextlib.suppress(Exception):  # the topic is gone: on AWS, too, the cache goes on
        message = json.dumps({f"ElastiCache:{name}": event.source})
        sns_backends[region.account_id][region.name].publish(message=message, arn=topic)


def _topic(region: Region, event: Event) -> str | None:
    cache = region.group(event.owner or event.source)
    if cache is None and (found := region.find(event.source)):
        cache = found.cache
    if cache is None or cache.given.get("NotificationTopicStatus") == "inactive":
        return None
    return cache.given.get("NotificationTopicArn")
