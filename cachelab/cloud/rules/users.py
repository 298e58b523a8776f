"""Users: how they log in, and what they may do."""

from ..asking import Ask
from ..plane.access import valid_access_string
from .rule import COMBINATION, VALUE, Rule

USER = ("CreateUser",)
USERS = USER + ("ModifyUser",)


def _passwords(ask: Ask) -> list[str]:
    return ask["Passwords"] or (ask["AuthenticationMode"] or {}).get("Passwords") or []


def _mode(ask: Ask) -> str | None:
    """How the user is to log in, as far as the request says."""
    if stated := (ask["AuthenticationMode"] or {}).get("Type"):
        return stated
    if _passwords(ask):
        return "password"
    if ask["NoPasswordRequired"] is not None:
        return "no-password-required" if ask["NoPasswordRequired"] else "password"
    return None


def _bad_access_string(ask: Ask):
    user = ask.region.user(ask["UserId"])
    rules = ask["AccessString"] or (user.access_string if user else "")
    if ask["AppendAccessString"]:
        rules = f"{rules} {ask['AppendAccessString']}"
    return not valid_access_string(rules) and {"rules": rules}


RULES = (
    Rule(
        "user-exists",
        USER,
        "UserAlreadyExists",
        "User {UserId} already exists.",
        lambda ask: ask.region.user(ask["UserId"]),
        "BM",
    ),
    Rule(
        "user-engine",
        USERS,
        VALUE,
        "Unknown parameter for Engine: {Engine}, must be one of: valkey, redis.",
        lambda ask: ask["Engine"] and ask.engine not in ("valkey", "redis"),
        "BM",
    ),
    Rule(
        "default-user-stays",
        ("ModifyUser",),
        "InvalidUserState",
        "The default user cannot be modified: create your own default user.",
        lambda ask: ask["UserId"].lower() == "default",
        "UG",
    ),
    Rule(
        "iam-user-name",
        USER,
        COMBINATION,
        "User Id and User name must be same for authentication type: iam",
        lambda ask: _mode(ask) == "iam" and ask["UserId"].lower() != ask["UserName"].lower(),
        "UG",
        "terraform-aws-modules/terraform-aws-elasticache#65",
    ),
    Rule(
        "passwords-once",
        USERS,
        COMBINATION,
        "Passwords provided via multiple arguments. Use only one argument",
        lambda ask: ask["Passwords"] and (ask["AuthenticationMode"] or {}).get("Passwords"),
        "BM",
    ),
    Rule(
        "two-passwords",
        USERS,
        VALUE,
        "A user can have at most two passwords.",
        lambda ask: len(_passwords(ask)) > 2,
        "UG",
    ),
    Rule(
        "password-length",
        USERS,
        VALUE,
        "Passwords length must be between 16-128 characters.",
        lambda ask: _mode(ask) != "iam" and any(not 16 <= len(word) <= 128 for word in _passwords(ask)),
        "UG",
    ),
    Rule(
        "password-or-none",
        USERS,
        COMBINATION,
        "No password required flag is true but provided authentication type is {mode}",
        lambda ask: (
            ask["NoPasswordRequired"] and _mode(ask) != "no-password-required" and {"mode": _mode(ask)}
        ),
        "BM",
    ),
    Rule(
        "password-of-other-mode",
        USERS,
        COMBINATION,
        "Password field is not allowed with authentication type: {mode}",
        lambda ask: _passwords(ask) and _mode(ask) != "password" and {"mode": _mode(ask)},
        "BM",
    ),
    Rule(
        "password-missing",
        USERS,
        COMBINATION,
        "A user with Authentication Mode: password, must have at least one password",
        lambda ask: _mode(ask) == "password" and not _passwords(ask),
        "BM",
    ),
    Rule(
        "how-to-log-in",
        USER,
        VALUE,
        "Input Authentication type: null is not in the allowed list: [password,no-password-required,iam]",
        lambda ask: _mode(ask) is None,
        "BM; the words are moto's",
    ),
    Rule(
        "one-access-string",
        ("ModifyUser",),
        COMBINATION,
        "Use only one of AccessString and AppendAccessString.",
        lambda ask: ask["AccessString"] and ask["AppendAccessString"],
        "BM",
    ),
    Rule(
        "access-string",
        USERS,
        VALUE,
        "Invalid AccessString: {rules}",
        _bad_access_string,
        "UG",
    ),
)
