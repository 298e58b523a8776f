"""What there is and what happened: engine versions, node types to scale to, events, tags."""

from .. import catalog
from .faults import Fault, not_found
from .operations import performs
from .paging import page


class Inventory:
    """Operations that only look; a part of the backend."""

    @performs("DescribeCacheEngineVersions")
    def describe_versions(self, given: dict) -> dict:
        rows = [
            {
                "Engine": version.engine,
                "EngineVersion": version.number,
                "CacheParameterGroupFamily": version.family,
                "CacheEngineDescription": version.engine.capitalize(),
                "CacheEngineVersionDescription": f"{version.engine} version {version.number}",
            }
            for version in catalog.VERSIONS
            if (not given.get("Engine") or version.engine == given["Engine"].lower())
            and (not given.get("EngineVersion") or version.number == given["EngineVersion"])
            and (
                not given.get("CacheParameterGroupFamily")
                or version.family == given["CacheParameterGroupFamily"].lower()
            )
        ]
        if given.get("DefaultOnly"):
            newest = {catalog.find_version(engine).number: engine for engine in catalog.ENGINES}
            rows = [row for row in rows if newest.get(row["EngineVersion"]) == row["Engine"]]
        return page(rows, given, "CacheEngineVersions")

    @performs("ListAllowedNodeTypeModifications")
    def list_node_types(self, given: dict) -> dict:
        if given.get("ReplicationGroupId"):
            now = self.need_group(given["ReplicationGroupId"]).node_type
        elif given.get("CacheClusterId"):
            found = self.need_cluster(given["CacheClusterId"])
            now = (found[0] if isinstance(found, tuple) else found).node_type
        else:
            raise Fault("InvalidParameterCombination", "Name a CacheClusterId or a ReplicationGroupId.")
        current = {
            name: size
            for name, size in catalog.MEMORY.items()
            if not name.startswith(catalog.PREVIOUS_GENERATION) and ("r6gd" in name) == ("r6gd" in now)
        }
        size = catalog.MEMORY[now]
        return {
            "ScaleUpModifications": sorted(name for name in current if current[name] > size),
            "ScaleDownModifications": sorted(name for name in current if current[name] < size),
        }

    @performs("DescribeEvents")
    def describe_events(self, given: dict) -> dict:
        chosen = self.log.select(
            source_type=given.get("SourceType"),
            source=given.get("SourceIdentifier"),
            start=given.get("StartTime"),
            end=given.get("EndTime"),
            minutes=given.get("Duration"),
        )
        return page([event.describe() for event in chosen], given, "Events")

    # Tags.

    def keep_tags(self, arn: str, given: dict) -> None:
        if given.get("Tags"):
            self.tagging_service.tag_resource(arn, given["Tags"])

    def forget_tags(self, arn: str) -> None:
        self.tagging_service.delete_all_tags_for_resource(arn)

    def need_arn(self, arn: str) -> None:
        """Raise the NotFound error of the resource that `arn` names, if there is no such thing."""
        _, kind, name = arn.rsplit(":", 2) if arn.count(":") >= 6 else ("", "", "")
        here = {
            "cluster": ("CacheCluster", self.cluster),
            "replicationgroup": ("ReplicationGroup", self.group),
            "serverlesscache": ("ServerlessCache", self.serverless),
            "snapshot": ("Snapshot", self.snapshot),
            "usergroup": ("UserGroup", self.user_group),
            "subnetgroup": ("CacheSubnetGroup", self.find_subnet_group),
            "parametergroup": ("CacheParameterGroup", self.find_parameter_group),
        }.get(kind)
        if here and not here[1](name):
            raise not_found(here[0], name)
