"""What would be on the bill: everything that exists and costs, by the price list of prices.py."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .facts import prices

if TYPE_CHECKING:  # what is in a region needs moto, and takes its time
    from .region import Region

GB = 10**9


@dataclass(frozen=True)
class Billed:
    """One thing AWS would charge for. `cost` is None if the price list has no row for it."""

    id: str
    what: str
    cost: prices.Cost | None

    @property
    def usd_per_hour(self) -> float | None:
        return self.cost.usd_per_hour if self.cost else None

    @property
    def usd_per_month(self) -> float | None:
        return self.cost.usd_per_month if self.cost else None

    def __repr__(self) -> str:
        amount = (
            f"${self.usd_per_hour:.4f}/h, ${self.usd_per_month:.2f} a month" if self.cost else "price unknown"
        )
        return f"{self.id}: {self.what}, {amount}"


def cost_of_nodes(node_type: str, count: int, engine: str) -> prices.Cost | None:
    """Their price, or None if the table has none."""
    try:
        return prices.nodes(node_type, count, engine)
    except prices.NoPrice:
        return None


def cost_of_backup(what: str, size: int) -> prices.Cost:
    """The price of keeping so many bytes of backup."""
    hourly = prices.backup_month(size / GB) / prices.HOURS_PER_MONTH
    return prices.Cost((prices.Line(what, 1, hourly, "FAQ"),))


def still_billing(regions: "list[Region]") -> list[Billed]:
    """Replication groups, clusters, serverless caches, and backups beyond the free one of each cache."""
    bill = []
    for region in regions:
        caches = [
            cache
            for cache in [*region.groups.values(), *region.clusters.values()]
            if cache.status != "create-failed"
        ]
        for cache in caches:
            count = len(cache.nodes)
            what = f"{count} x {cache.node_type} ({cache.engine}), {cache.status}"
            bill.append(Billed(cache.id, what, cost_of_nodes(cache.node_type, count, cache.engine)))
        for cache in region.serverless_caches.values():
            if cache.status != "create-failed":
                what = f"serverless cache ({cache.engine}), {cache.status}"
                bill.append(Billed(cache.id, what, prices.serverless(cache.engine)))
        free = {cache.id for cache in caches}
        for snapshot in region.snapshots.values():
            source = snapshot.group_id or snapshot.cluster_id
            if source in free:
                free.discard(source)  # one backup of each active cache costs nothing
                continue
            cost = cost_of_backup(f"backup of {source}", snapshot.size)
            bill.append(Billed(snapshot.name, f"backup, {snapshot.size} bytes", cost))
    return bill
