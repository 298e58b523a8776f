"""What botocore's own model of the API says: the operations, and the constraints on their parameters.

boto3 and the `aws` command check types and required parameters before they send anything; enumerations,
patterns and lengths are left to the service. So the service checks them here, in the words AWS uses for
breaches of its models.
"""

import re
from functools import cache

import botocore.session
from botocore.model import Shape

from ..faults import Fault


@cache
def service():
    """botocore's model of ElastiCache."""
    return botocore.session.Session(session_vars={"profile": (None, None, None, None)}).get_service_model(
        "elasticache"
    )


@cache
def operations() -> tuple[str, ...]:
    """The names of all operations of the API."""
    return tuple(service().operation_names)


def check(operation: str, given: dict) -> None:
    """Raise InvalidParameterValue if a parameter breaks a constraint of the model."""
    shape = service().operation_model(operation).input_shape
    missing = [name for name in shape.required_members if given.get(name) in (None, "")]
    if missing:
        raise Fault(
            "InvalidParameterValue", f"The parameter {missing[0]} must be provided and must not be null."
        )
    problem = _breach(shape, given, "")
    if problem:
        raise Fault("InvalidParameterValue", f"1 validation error detected: {problem}")


def _breach(shape: Shape, value, path: str) -> str | None:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if isinstance(value, dict) and value.get(name) is not None:
                if problem := _breach(member, value[name], f"{path}.{name}".lstrip(".")):
                    return problem
        return None
    if shape.type_name == "list":
        least = shape.metadata.get("min")
        if least is not None and len(value) < least:
            return _says(value, path, f"Member must have length greater than or equal to {least}")
        for index, item in enumerate(value):
            if problem := _breach(shape.member, item, f"{path}.{index + 1}.member"):
                return problem
        return None
    if shape.type_name != "string":
        return None
    allowed, pattern = getattr(shape, "enum", None), shape.metadata.get("pattern")
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if allowed and value not in allowed:
        return _says(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    if pattern and not re.fullmatch(pattern, value, re.DOTALL):
        return _says(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    if least is not None and len(value) < least:
        return _says(value, path, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        return _says(value, path, f"Member must have length less than or equal to {most}")
    return None


def _says(value, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
