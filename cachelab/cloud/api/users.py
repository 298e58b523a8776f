"""Users and user groups: role-based access, as ACLs in the engines that use them."""

from ..facts import catalog
from ..faults import Fault, NotInTheBox
from ..plane.access import Login, complaint
from ..region import Region
from ..resources.cache import Cache
from ..resources.group import ReplicationGroup
from ..resources.serverless import ServerlessCache
from ..resources.users import User, UserGroup
from . import tags
from .operations import performs
from .paging import page
from .work import settle


def logins_of(region: Region, group_names: list[str]) -> list[Login]:
    """The engine's users for these user groups."""
    groups = [region.need_user_group(name) for name in group_names]
    return [region.need_user(name).login for group in groups for name in group.user_ids]


def caches_of(region: Region, group: UserGroup) -> list[ReplicationGroup | ServerlessCache]:
    """The caches that let this user group in."""
    caches = [*region.groups.values(), *region.serverless_caches.values()]
    return [cache for cache in caches if group.id in cache.user_group_ids]


def let_in(region: Region, cache: Cache, group_names: list[str]) -> None:
    """Carry the users of these groups into the engines of a cache, and nobody else."""
    cache.access.logins = logins_of(region, group_names)
    cache.apply_access()


def _refresh(region: Region, group: UserGroup) -> None:
    """Carry a change of users into every engine it concerns."""
    for cache in caches_of(region, group):
        let_in(region, cache, [group.id])


def _groups_of(region: Region, user: User) -> list[UserGroup]:
    return [group for group in region.user_groups.values() if user.id in group.user_ids]


def _describe(region: Region, user: User) -> dict:
    return user.describe([group.id for group in _groups_of(region, user)])


def add_default(region: Region) -> None:
    """The user every account has from the start."""
    region.users["default"] = User(
        id="default",
        name="default",
        engine="redis",
        access_string="on ~* +@all",
        authentication="no-password-required",
        arn=region.arn("user", "default"),
    )


def _try_rules(region: Region, rules: str) -> None:
    """Raise if an engine would not take these rules: names of commands and categories only it knows."""
    if problem := complaint(region.fleet.bench, rules):
        raise Fault("InvalidParameterValue", f"Invalid AccessString: {rules}. {problem}")


@performs("CreateUser")
def create(region: Region, given: dict) -> dict:
    kind, passwords = authentication(given)
    _refuse_iam(kind)
    _try_rules(region, given["AccessString"])
    user_id = given["UserId"].lower()
    user = User(
        id=user_id,
        name=given["UserName"],
        engine=given["Engine"].lower(),
        access_string=given["AccessString"],
        authentication=kind,
        arn=region.arn("user", user_id),
        passwords=passwords,
    )
    region.users[user_id] = user
    tags.keep(region, user.arn, given)
    return _describe(region, user)


def _refuse_iam(kind: str | None) -> None:
    if kind == "iam":
        raise NotInTheBox(
            "A user with AuthenticationMode iam", "nothing in it checks IAM tokens; use a password"
        )


def authentication(given: dict) -> tuple[str | None, list[str]]:
    """(how, with which passwords) a request says that its user logs in; (None, []) if it does not say."""
    mode = given.get("AuthenticationMode") or {}
    passwords = given.get("Passwords") or mode.get("Passwords") or []
    if mode.get("Type"):
        return mode["Type"], passwords
    if passwords:
        return "password", passwords
    if given.get("NoPasswordRequired") is not None:
        return "no-password-required" if given["NoPasswordRequired"] else "password", passwords
    return None, passwords


@performs("DescribeUsers")
def describe(region: Region, given: dict) -> dict:
    if given.get("UserId"):
        rows = [region.need_user(given["UserId"])]
    else:
        rows = [
            user
            for user in region.users.values()
            if not given.get("Engine") or user.engine == given["Engine"].lower()
        ]
    for entry in given.get("Filters") or ():
        if entry["Name"] != "user-name":
            raise Fault("InvalidParameterValue", f"Unknown filter {entry['Name']}: use user-name.")
        rows = [user for user in rows if user.name in entry["Values"]]
    return page([_describe(region, user) for user in rows], given, "Users")


@performs("ModifyUser")
def modify(region: Region, given: dict) -> dict:
    user = _active(region, given["UserId"])
    rules = given.get("AccessString") or user.access_string
    if given.get("AppendAccessString"):
        rules += f" {given['AppendAccessString']}"
    kind, passwords = authentication(given)
    _refuse_iam(kind)
    _try_rules(region, rules)
    user.access_string = rules
    if kind:
        user.authentication, user.passwords = kind, passwords
    if given.get("Engine"):
        user.engine = given["Engine"].lower()

    def reach_the_engines() -> None:
        for group in _groups_of(region, user):
            _refresh(region, group)

    settle(region, user, "modifying", "active", last=reach_the_engines)
    return _describe(region, user)


def _active(region: Region, name: str) -> User:
    user = region.need_user(name)
    if user.status != "active":
        raise Fault("InvalidUserState", f"User {user.id} is not in active state: it is {user.status}.")
    return user


@performs("DeleteUser")
def delete(region: Region, given: dict) -> dict:
    user = _active(region, given["UserId"])
    if user.id == "default":
        raise Fault("InvalidUserState", "The default user cannot be deleted.")
    groups = _groups_of(region, user)
    if group := next((group for group in groups if user.name == "default"), None):
        raise Fault(
            "DefaultUserAssociatedToUserGroup",
            f"User {user.id} is the default user of user group {group.id}: replace it there first.",
        )

    def forget() -> None:
        region.users.pop(user.id)
        tags.forget(region, user.arn)
        for group in _groups_of(region, user):
            group.user_ids.remove(user.id)
            _refresh(region, group)

    settle(region, user, "deleting", "deleted", last=forget)
    return _describe(region, user)


# Groups.


def _describe_group(region: Region, group: UserGroup) -> dict:
    return {
        "UserGroupId": group.id,
        "Status": group.status,
        "Engine": group.engine,
        "UserIds": list(group.user_ids),
        "PendingChanges": group.pending,
        "MinimumEngineVersion": "6.0" if group.engine == "redis" else "7.2",
        "ReplicationGroups": [c.id for c in region.groups.values() if group.id in c.user_group_ids],
        "ServerlessCaches": [c.id for c in region.serverless_caches.values() if group.id in c.user_group_ids],
        "ARN": group.arn,
    }


def _member(region: Region, name: str) -> User:
    user = region.need_user(name)
    if user.status == "deleting":
        raise Fault("InvalidUserState", f"User {user.id} is being deleted.")
    return user


def _check_members(region: Region, engine: str, user_ids: list[str]) -> None:
    users = [_member(region, name) for name in user_ids]
    names = [user.name for user in users]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Fault("DuplicateUserName", f"User group cannot contain two users with the user name {twice}.")
    if engine == "redis" and "default" not in names:
        # seen in hashicorp/terraform-provider-aws#25593
        raise Fault("DefaultUserRequired", "User group needs to contain a user with the user name default.")


@performs("CreateUserGroup")
def create_group(region: Region, given: dict) -> dict:
    name, engine = given["UserGroupId"].lower(), given["Engine"].lower()
    if engine not in catalog.REPLICATED:
        raise Fault("InvalidParameterValue", f"Invalid value for Engine: {engine}. Use valkey or redis.")
    if name in region.user_groups:
        raise Fault("UserGroupAlreadyExists", f"User group {name} already exists.")
    user_ids = [user_id.lower() for user_id in given.get("UserIds") or ()]
    _check_members(region, engine, user_ids)
    group = UserGroup(name, engine, user_ids, region.arn("usergroup", name))
    region.user_groups[name] = group
    tags.keep(region, group.arn, given)
    settle(region, group, "creating", "active")
    return _describe_group(region, group)


def _active_group(region: Region, name: str) -> UserGroup:
    group = region.need_user_group(name)
    if group.status != "active":
        raise Fault("InvalidUserGroupState", f"User group {group.id} is not in active state.")
    return group


@performs("DescribeUserGroups")
def describe_groups(region: Region, given: dict) -> dict:
    if given.get("UserGroupId"):
        groups = [region.need_user_group(given["UserGroupId"])]
    else:
        groups = list(region.user_groups.values())
    return page([_describe_group(region, group) for group in groups], given, "UserGroups")


@performs("ModifyUserGroup")
def modify_group(region: Region, given: dict) -> dict:
    group = _active_group(region, given["UserGroupId"])
    adding = [name.lower() for name in given.get("UserIdsToAdd") or ()]
    leaving = [name.lower() for name in given.get("UserIdsToRemove") or ()]
    if not adding and not leaving and not given.get("Engine"):
        raise Fault("InvalidParameterCombination", "Name users to add or to remove.")
    if strangers := [name for name in leaving if name not in group.user_ids]:
        raise Fault("UserNotFound", f"User {strangers[0]} is not in user group {group.id}.")
    members = [name for name in group.user_ids if name not in leaving]
    members += [name for name in adding if name not in members]
    engine = (given.get("Engine") or group.engine).lower()
    _check_members(region, engine, members)
    group.engine = engine
    pending = {"UserIdsToAdd": adding, "UserIdsToRemove": leaving}
    group.pending = {name: ids for name, ids in pending.items() if ids}

    def apply() -> None:
        group.pending = {}
        group.user_ids = [name for name in members if name in region.users]  # some may be gone meanwhile
        _refresh(region, group)

    settle(region, group, "modifying", "active", last=apply)
    return _describe_group(region, group)


@performs("DeleteUserGroup")
def delete_group(region: Region, given: dict) -> dict:
    group = _active_group(region, given["UserGroupId"])
    if caches := caches_of(region, group):
        raise Fault("InvalidUserGroupState", f"User group {group.id} is in use by {caches[0].id}.")

    def forget() -> None:
        region.user_groups.pop(group.id)
        tags.forget(region, group.arn)

    settle(region, group, "deleting", "deleted", last=forget)
    return _describe_group(region, group)
