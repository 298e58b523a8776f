"""Users and user groups as resources: who may log in, and do what."""

from dataclasses import dataclass, field

from ..plane.access import Login


@dataclass(eq=False)
class User:
    """A user. `authentication` is "password" or "no-password-required"; IAM users are refused by name."""

    id: str
    name: str
    engine: str
    access_string: str
    authentication: str
    arn: str
    passwords: list[str] = field(default_factory=list)
    status: str = "active"

    @property
    def login(self) -> Login:
        """The user as an engine knows it."""
        nopass = self.authentication == "no-password-required"
        return Login(self.name, self.access_string, tuple(self.passwords), open=nopass)

    def describe(self, group_ids: list[str]) -> dict:
        """As DescribeUsers returns it."""
        kinds = {"no-password-required": "no-password"}
        authentication = {"Type": kinds.get(self.authentication, self.authentication)}
        if self.passwords:
            authentication["PasswordCount"] = len(self.passwords)
        return {
            "UserId": self.id,
            "UserName": self.name,
            "Status": self.status,
            "Engine": self.engine,
            "MinimumEngineVersion": "6.0",
            "AccessString": self.access_string,
            "UserGroupIds": group_ids,
            "Authentication": authentication,
            "ARN": self.arn,
        }


@dataclass(eq=False)
class UserGroup:
    """A set of users that caches let in."""

    id: str
    engine: str
    user_ids: list[str]
    arn: str
    status: str = "active"
    pending: dict[str, list[str]] = field(default_factory=dict)  # users to come and to go, while modifying
