"""The weekly maintenance window: what was changed without ApplyImmediately takes effect."""

from ..region import Region
from . import clusters, groups


def hold(region: Region) -> None:
    """Apply everything that waits for the window."""
    for caches, apply in ((region.groups, groups.apply_deferred), (region.clusters, clusters.apply_deferred)):
        for cache in list(caches.values()):
            changes, cache.deferred = cache.deferred, {}
            if changes:
                apply(region, cache, changes)
