"""What a model of botocore says of parameters beyond their types: sets of values, patterns, lengths, limits.

boto3 and the `aws` command check types and required parameters before they send anything; the rest is left to
the service. So it is checked here, in the words AWS uses for breaches of its models.
"""

import re

from botocore.model import Shape


def breach(shape: Shape, value, path: str = "") -> str | None:
    """What is wrong with a value for this shape, in AWS's words; None if nothing is."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if isinstance(value, dict) and value.get(name) is not None:
                if problem := breach(member, value[name], f"{path}.{name}".lstrip(".")):
                    return problem
        return None
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "list":
        if problem := _limits(len(value), least, most, value, path, "length"):
            return problem
        for index, item in enumerate(value):
            if problem := breach(shape.member, item, f"{path}.{index + 1}.member"):
                return problem
        return None
    if shape.type_name in ("integer", "long"):
        return _limits(int(value), least, most, value, path, "value")
    if shape.type_name != "string":
        return None
    allowed, pattern = getattr(shape, "enum", None), shape.metadata.get("pattern")
    if allowed and value not in allowed:
        return _says(value, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
    if pattern and not re.fullmatch(pattern, value, re.DOTALL):
        return _says(value, path, f"Member must satisfy regular expression pattern: {pattern}")
    return _limits(len(value), least, most, value, path, "length")


def _limits(number: int, least: int | None, most: int | None, value, path: str, what: str) -> str | None:
    if least is not None and number < least:
        return _says(value, path, f"Member must have {what} greater than or equal to {least}")
    if most is not None and number > most:
        return _says(value, path, f"Member must have {what} less than or equal to {most}")
    return None


def _says(value, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"
