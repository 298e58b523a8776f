"""Users and user groups: role-based access, as ACLs in the engines that use them."""

from .. import catalog
from ..plane.access import Login, valid_access_string
from .faults import Fault, not_found
from .operations import performs
from .paging import page


class UserGroup:
    """A set of users that caches let in."""

    def __init__(self, name: str, engine: str, user_ids: list[str], arn: str) -> None:
        self.id = name
        self.engine = engine
        self.user_ids = user_ids
        self.arn = arn
        self.status = "active"


class Users:
    """The operations on users and user groups; a part of the backend. (CreateUser itself is moto's.)"""

    def need_user(self, name: str):
        found = self.users.get(name.lower())
        if found is None:
            raise not_found("User", name)
        return found

    def user_group(self, name: str) -> UserGroup | None:
        return self.user_groups.get(name.lower())

    def need_user_group(self, name: str) -> UserGroup:
        found = self.user_group(name)
        if found is None:
            raise not_found("UserGroup", name)
        return found

    def logins_of(self, group_names: list[str]) -> list[Login]:
        """The engine's users for these user groups. IAM users exist, but nothing here can check IAM."""
        logins = []
        for group in map(self.need_user_group, group_names):
            for user in map(self.need_user, group.user_ids):
                rules = user.access_string if user.authentication_type != "iam" else "off"
                logins.append(Login(user.name, rules, tuple(user.passwords), bool(user.no_password_required)))
        return logins

    def caches_of(self, group_name: str) -> list:
        """The caches that let this user group in."""
        groups = [g for g in self.replication_groups.values() if group_name in g.user_group_ids]
        return groups + [
            c for c in self.serverless_caches.values() if c.given.get("UserGroupId") == group_name
        ]

    def refresh_access(self, group_name: str) -> None:
        """Carry a change of users into every engine it concerns."""
        for cache in self.caches_of(group_name):
            access = cache.access if hasattr(cache, "access") else cache.shard.blueprint.access
            access.logins = self.logins_of([group_name])
            self.apply_access(cache)

    def check_new_user(self, given: dict) -> None:
        """What AWS checks of a new user beyond what moto does."""
        if given["UserId"].lower() in self.users:
            raise Fault("UserAlreadyExists", f"User {given['UserId']} already exists.")
        mode = (given.get("AuthenticationMode") or {}).get("Type")
        if mode == "iam" and given["UserId"].lower() != given["UserName"].lower():
            # seen in terraform-aws-modules/terraform-aws-elasticache#65
            raise Fault(
                "InvalidParameterCombination",
                "User Id and User name must be same for authentication type: iam",
            )
        passwords = given.get("Passwords") or (given.get("AuthenticationMode") or {}).get("Passwords") or []
        if len(passwords) > 2:
            raise Fault("InvalidParameterValue", "A user can have at most two passwords.")
        if mode != "iam" and passwords and any(not 16 <= len(word) <= 128 for word in passwords):
            raise Fault("InvalidParameterValue", "Passwords length must be between 16-128 characters.")

    def describe_user(self, user) -> dict:
        groups = [group.id for group in self.user_groups.values() if user.id in group.user_ids]
        authentication = {key: value for key, value in user.authentication.items() if value is not None}
        return {
            "UserId": user.id,
            "UserName": user.name,
            "Status": user.status,
            "Engine": user.engine,
            "MinimumEngineVersion": user.minimum_engine_version,
            "AccessString": user.access_string,
            "UserGroupIds": groups,
            "Authentication": authentication,
            "ARN": user.arn,
        }

    @performs("DescribeUsers")
    def describe_users_of(self, given: dict) -> dict:
        if given.get("UserId"):
            rows = [self.need_user(given["UserId"])]
        else:
            rows = [
                user
                for user in self.users.values()
                if not given.get("Engine") or user.engine == given["Engine"].lower()
            ]
        for entry in given.get("Filters") or ():
            if entry["Name"] != "user-name":
                raise Fault("InvalidParameterValue", f"Unknown filter {entry['Name']}: use user-name.")
            rows = [user for user in rows if user.name in entry["Values"]]
        return page([self.describe_user(user) for user in rows], given, "Users")

    @performs("ModifyUser")
    def modify_user(self, given: dict) -> dict:
        user = self.need_user(given["UserId"])
        if user.id == "default":
            raise Fault(
                "InvalidUserState", "The default user cannot be modified: create your own default user."
            )
        if given.get("AccessString") and given.get("AppendAccessString"):
            raise Fault("InvalidParameterCombination", "Use only one of AccessString and AppendAccessString.")
        rules = given.get("AccessString") or user.access_string
        if given.get("AppendAccessString"):
            rules = f"{user.access_string} {given['AppendAccessString']}"
        if not valid_access_string(rules):
            raise Fault("InvalidParameterValue", f"Invalid AccessString: {rules}")
        mode = given.get("AuthenticationMode") or {}
        passwords = given.get("Passwords") or mode.get("Passwords")
        if passwords is not None:
            if len(passwords) > 2:
                raise Fault("InvalidParameterValue", "A user can have at most two passwords.")
            if any(not 16 <= len(word) <= 128 for word in passwords):
                raise Fault("InvalidParameterValue", "Passwords length must be between 16-128 characters.")
            user.passwords, user.no_password_required, user.authentication_type = passwords, False, "password"
        if given.get("NoPasswordRequired") or mode.get("Type") == "no-password-required":
            user.passwords, user.no_password_required = [], True
        user.access_string = rules
        if given.get("Engine"):
            user.engine = given["Engine"].lower()
        for group in self.user_groups.values():
            if user.id in group.user_ids:
                self.refresh_access(group.id)
        return self.describe_user(user)

    @performs("DeleteUser")
    def delete_user_of(self, given: dict) -> dict:
        user = self.need_user(given["UserId"])
        if user.id == "default":
            raise Fault("InvalidUserState", "The default user cannot be deleted.")
        groups = [group for group in self.user_groups.values() if user.id in group.user_ids]
        if group := next((group for group in groups if user.name == "default"), None):
            raise Fault(
                "DefaultUserAssociatedToUserGroup",
                f"User {user.id} is the default user of user group {group.id}: replace it there first.",
            )
        self.users.pop(user.id)
        self.forget_tags(user.arn)
        for group in groups:
            group.user_ids.remove(user.id)
            self.refresh_access(group.id)
        user.status = "deleting"
        return self.describe_user(user)

    # Groups.

    def describe_user_group(self, group: UserGroup) -> dict:
        caches = self.caches_of(group.id)
        return {
            "UserGroupId": group.id,
            "Status": group.status,
            "Engine": group.engine,
            "UserIds": group.user_ids,
            "MinimumEngineVersion": "6.0" if group.engine == "redis" else "7.2",
            "ReplicationGroups": [cache.id for cache in caches if hasattr(cache, "id")],
            "ServerlessCaches": [cache.name for cache in caches if hasattr(cache, "name")],
            "ARN": group.arn,
        }

    def _check_members(self, engine: str, user_ids: list[str]) -> None:
        users = [self.need_user(name) for name in user_ids]
        names = [user.name for user in users]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise Fault(
                "DuplicateUserName", f"User group cannot contain two users with the user name {twice}."
            )
        if engine == "redis" and "default" not in names:
            # seen in hashicorp/terraform-provider-aws#25593
            raise Fault(
                "DefaultUserRequired", "User group needs to contain a user with the user name default."
            )

    @performs("CreateUserGroup")
    def create_user_group(self, given: dict) -> dict:
        name, engine = given["UserGroupId"].lower(), given["Engine"].lower()
        if engine not in catalog.REPLICATED:
            raise Fault("InvalidParameterValue", f"Invalid value for Engine: {engine}. Use valkey or redis.")
        if name in self.user_groups:
            raise Fault("UserGroupAlreadyExists", f"User group {name} already exists.")
        user_ids = [user_id.lower() for user_id in given.get("UserIds") or ()]
        self._check_members(engine, user_ids)
        group = UserGroup(name, engine, user_ids, self.arn("usergroup", name))
        self.user_groups[name] = group
        self.keep_tags(group.arn, given)
        return self.describe_user_group(group)

    @performs("DescribeUserGroups")
    def describe_user_groups(self, given: dict) -> dict:
        if given.get("UserGroupId"):
            groups = [self.need_user_group(given["UserGroupId"])]
        else:
            groups = list(self.user_groups.values())
        return page([self.describe_user_group(group) for group in groups], given, "UserGroups")

    @performs("ModifyUserGroup")
    def modify_user_group(self, given: dict) -> dict:
        group = self.need_user_group(given["UserGroupId"])
        adding = [name.lower() for name in given.get("UserIdsToAdd") or ()]
        leaving = [name.lower() for name in given.get("UserIdsToRemove") or ()]
        if not adding and not leaving and not given.get("Engine"):
            raise Fault("InvalidParameterCombination", "Name users to add or to remove.")
        if strangers := [name for name in leaving if name not in group.user_ids]:
            raise Fault("UserNotFound", f"User {strangers[0]} is not in user group {group.id}.")
        members = [name for name in group.user_ids if name not in leaving]
        members += [name for name in adding if name not in members]
        engine = (given.get("Engine") or group.engine).lower()
        self._check_members(engine, members)
        group.user_ids, group.engine = members, engine
        self.refresh_access(group.id)
        return self.describe_user_group(group)

    @performs("DeleteUserGroup")
    def delete_user_group(self, given: dict) -> dict:
        group = self.need_user_group(given["UserGroupId"])
        if caches := self.caches_of(group.id):
            name = getattr(caches[0], "id", None) or caches[0].name
            raise Fault("InvalidUserGroupState", f"User group {group.id} is in use by {name}.")
        self.user_groups.pop(group.id)
        self.forget_tags(group.arn)
        return {**self.describe_user_group(group), "Status": "deleting"}
