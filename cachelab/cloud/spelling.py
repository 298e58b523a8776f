"""One request, three spellings: a boto3 call, an `aws` command, a CloudFormation resource.

Requests are what boto3 takes: an operation in snake case and its parameters. Parameters are texts, whole
numbers, booleans and lists of texts, which is what creating a cache needs.
"""

import json
import re
import shlex

__all__ = ["boto3_call", "cli_command", "cloudformation"]

# What CloudFormation calls the resource, the parameter with its name, and those it names differently.
# (AWS CloudFormation template reference: AWS::ElastiCache::ReplicationGroup and ::CacheCluster.)
RESOURCES = {
    "create_replication_group": ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId", {}),
    "create_cache_cluster": (
        "AWS::ElastiCache::CacheCluster",
        "CacheClusterId",
        {"CacheClusterId": "ClusterName", "SecurityGroupIds": "VpcSecurityGroupIds"},
    ),
}


def boto3_call(operation: str, request: dict) -> str:
    """The call on a boto3 client called `elasticache`, a parameter a line."""
    lines = [f"    {name}={_python(value)}," for name, value in request.items()]
    return "\n".join([f"elasticache.{operation}(", *lines, ")"])


def cli_command(operation: str, request: dict) -> str:
    """The `aws` command for a shell, an option a line. A boolean is a flag: --x or --no-x."""
    from botocore import xform_name  # here: a browser has no botocore

    words = [f"aws elasticache {operation.replace('_', '-')}"]
    for name, value in request.items():
        option = xform_name(name, "-")
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        else:
            texts = [str(item) for item in (value if isinstance(value, list) else [value])]
            if texts[0].startswith("-"):  # or it would be read as an option
                words.append(shlex.join([f"--{option}={texts[0]}", *texts[1:]]))
            else:
                words.append(shlex.join([f"--{option}", *texts]))
    return " \\\n    ".join(words)


def cloudformation(operation: str, request: dict) -> str:
    """The resource in YAML, as it stands under `Resources:` in a template.

    Raises KeyError for an operation that creates no resource known here.
    """
    kind, name_parameter, renamed = RESOURCES[operation]
    lines = [f"{_logical_id(request[name_parameter])}:", f"  Type: {kind}", "  Properties:"]
    for name, value in request.items():
        name = renamed.get(name, name)
        if isinstance(value, list):
            lines += [f"    {name}:", *(f"      - {_yaml(item)}" for item in value)]
        else:
            lines.append(f"    {name}: {_yaml(value)}")
    return "\n".join(lines)


def _python(value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_python, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def _yaml(value) -> str:
    if isinstance(value, bool | int):
        return str(value).lower()
    # Everything a YAML reader could take for something else than this text is quoted.
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9._/-]*( [A-Za-z][A-Za-z0-9._/-]*)*", value)
    unlike = value.lower() not in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
    return value if plain and unlike else json.dumps(value)


def _logical_id(name: str) -> str:
    """my-app-cache -> MyAppCache: logical ids are letters and digits only."""
    words = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", name))
    return words if words[:1].isalpha() else f"Cache{words}"
