"""Parameter groups: create, change, reset, delete; changes reach the running engines."""

from .. import catalog, events
from ..catalog import Version
from ..parameters import ParameterGroup, of_family, valkey_settings
from .faults import Fault, NotInTheBox, not_found
from .operations import performs
from .paging import page


class ParameterGroups:
    """The operations on parameter groups; a part of the backend."""

    def default_parameter_group(self, version: Version, cluster_mode: bool) -> ParameterGroup:
        name = f"default.{version.family}" + (".cluster.on" if cluster_mode else "")
        return self.find_parameter_group(name)

    def find_parameter_group(self, name: str) -> ParameterGroup | None:
        """A group by name; the default ones exist without being made."""
        name = name.lower()
        if name in self.parameter_groups:
            return self.parameter_groups[name]
        family = name.removeprefix("default.").removesuffix(".cluster.on")
        clustered = name.endswith(".cluster.on")
        if not name.startswith("default.") or family not in catalog.FAMILIES:
            return None
        if clustered and catalog.engine_of(family) == "memcached":
            return None
        text = f"Default parameter group for {family}" + (" with cluster mode on" if clustered else "")
        group = ParameterGroup(name, family, text, self.arn("parametergroup", name), is_default=True)
        if clustered:
            group.values["cluster-enabled"] = "yes"
        self.parameter_groups[name] = group
        return group

    def need_parameter_group(self, name: str) -> ParameterGroup:
        found = self.find_parameter_group(name)
        if found is None:
            raise not_found("CacheParameterGroup", name)
        return found

    def settings_of(self, engine: str, group: ParameterGroup, node_type: str) -> dict[str, str]:
        """valkey.conf for a node; a Redis OSS node says redis to clients that ask."""
        settings = valkey_settings(group, node_type)
        if engine == "redis":
            settings["extended-redis-compatibility"] = "yes"
        return settings

    def users_of_parameter_group(self, group: ParameterGroup) -> list:
        caches = [*self.replication_groups.values(), *self.cache_clusters.values()]
        return [cache for cache in caches if cache.parameter_group is group]

    @performs("CreateCacheParameterGroup")
    def create_parameter_group(self, given: dict) -> dict:
        name, family = given["CacheParameterGroupName"].lower(), given["CacheParameterGroupFamily"].lower()
        if name in self.parameter_groups:
            raise Fault("CacheParameterGroupAlreadyExists", f"Parameter group {name} already exists")
        if family not in catalog.FAMILIES:
            raise Fault(
                "InvalidParameterValue",
                f"CacheParameterGroupFamily {family} is not a valid parameter group family: "
                f"use one of {', '.join(catalog.FAMILIES)}.",
            )
        group = ParameterGroup(name, family, given["Description"], self.arn("parametergroup", name))
        self.parameter_groups[name] = group
        self.keep_tags(group.arn, given)
        return {"CacheParameterGroup": group.describe()}

    @performs("DescribeCacheParameterGroups")
    def describe_parameter_groups(self, given: dict) -> dict:
        if given.get("CacheParameterGroupName"):
            groups = [self.need_parameter_group(given["CacheParameterGroupName"])]
        else:
            for family in catalog.FAMILIES:
                self.find_parameter_group(f"default.{family}")
                self.find_parameter_group(f"default.{family}.cluster.on")
            groups = sorted(self.parameter_groups.values(), key=lambda group: group.name)
        return page([group.describe() for group in groups], given, "CacheParameterGroups")

    @performs("DescribeCacheParameters")
    def describe_parameters(self, given: dict) -> dict:
        group = self.need_parameter_group(given["CacheParameterGroupName"])
        return page(group.describe_parameters(given.get("Source")), given, "Parameters")

    @performs("DescribeEngineDefaultParameters")
    def describe_default_parameters(self, given: dict) -> dict:
        family = given["CacheParameterGroupFamily"].lower()
        if family not in catalog.FAMILIES:
            raise Fault("InvalidParameterValue", f"CacheParameterGroupFamily {family} is not a valid family.")
        rows = ParameterGroup("", family, "", "").describe_parameters()
        answer = page(rows, given, "Parameters")
        return {"EngineDefaults": {"CacheParameterGroupFamily": family, **answer}}

    @performs("ModifyCacheParameterGroup")
    def modify_parameter_group(self, given: dict) -> dict:
        group = self._changeable(given["CacheParameterGroupName"])
        changes = {}
        for row in given["ParameterNameValues"]:
            name, value = row.get("ParameterName") or "", row.get("ParameterValue") or ""
            parameter = of_family(group.family).get(name)
            if parameter is None:
                raise NotInTheBox(
                    f"Parameter {name} of family {group.family}", "only the common ones are known"
                )
            if not parameter.modifiable:
                raise Fault("InvalidParameterValue", f"The parameter {name} cannot be modified.")
            if not parameter.permits(value):
                raise Fault(
                    "InvalidParameterValue",
                    f"The parameter {name} cannot be {value!r}: allowed values are {parameter.allowed}.",
                )
            changes[name] = value
        self._apply(group, changes)
        return {"CacheParameterGroupName": group.name}

    @performs("ResetCacheParameterGroup")
    def reset_parameter_group(self, given: dict) -> dict:
        group = self._changeable(given["CacheParameterGroupName"])
        if given.get("ResetAllParameters"):
            names = list(group.values)
        else:
            names = [row.get("ParameterName") for row in given.get("ParameterNameValues") or ()]
        known = of_family(group.family)
        if unknown := [name for name in names if name not in known]:
            raise Fault(
                "InvalidParameterValue", f"There is no parameter {unknown[0]} in family {group.family}."
            )
        defaults = {name: known[name].default for name in names}
        self._apply(group, defaults)
        for name in names:
            group.values.pop(name, None)
        return {"CacheParameterGroupName": group.name}

    def _changeable(self, name: str) -> ParameterGroup:
        group = self.need_parameter_group(name)
        if group.is_default:
            raise Fault(
                "InvalidCacheParameterGroupState",
                f"The default parameter group {group.name} cannot be changed: create one of your own.",
            )
        return group

    def _apply(self, group: ParameterGroup, changes: dict[str, str]) -> None:
        """Change the group, and the engines that use it; memcached only reads its settings at a reboot."""
        group.values |= changes
        for name, value in changes.items():
            self.log.tell(
                events.PARAMETER_GROUP, group.name, events.PARAMETER_CHANGED, name=name, value=value
            )
        known = of_family(group.family)
        immediate = [name for name in changes if known[name].change == "immediate"]
        for cache in self.users_of_parameter_group(group):
            if cache.engine == "memcached":
                self.refresh_memcached(cache)
                continue
            settings = self.settings_of(cache.engine, group, cache.node_type)
            blueprint = cache.blueprint if hasattr(cache, "blueprint") else cache.shard.blueprint
            blueprint.settings = settings
            now = {name: settings[name] for name in immediate if name in settings}
            if "reserved-memory-percent" in immediate:
                now["maxmemory"] = settings["maxmemory"]
            for node in cache.nodes:
                if node.alive:
                    node.configure(now)

    @performs("DeleteCacheParameterGroup")
    def delete_parameter_group(self, given: dict) -> dict:
        group = self._changeable(given["CacheParameterGroupName"])
        if users := self.users_of_parameter_group(group):
            raise Fault(
                "InvalidCacheParameterGroupState",
                f"One or more cache clusters are still using this parameter group: {users[0].id}.",
            )
        self.parameter_groups.pop(group.name)
        self.forget_tags(group.arn)
        return {}
