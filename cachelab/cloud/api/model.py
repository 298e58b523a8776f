"""What botocore's own model of the API says: the operations, and what their parameters must be."""

from functools import cache

import botocore.session

from ..constraints import breach
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
    problem = breach(shape, given)
    if problem:
        raise Fault("InvalidParameterValue", f"1 validation error detected: {problem}")
