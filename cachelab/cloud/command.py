"""`aws` for a machine that has none: one request of the command line's, sent to the account in a box.

The real program brings 150 MB along, a second botocore among them. This one reads a command by the model that
boto3 has of the service: `aws SERVICE OPERATION --option value`, `aws SERVICE wait NAME`, `--query`. It says
that it is a stand-in, knows no other form, and refuses to leave this machine.

Options and exit codes: https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-returncodes.html
"""

import json
import shlex
import sys
from pathlib import Path
from typing import Any

__all__ = ["install", "main", "request"]

HOW = "`pip install awscli` brings the real one."
NOTE = f"(No aws command is installed here: the course's own sends this request. {HOW})"
OURS = ("region", "query", "output", "endpoint-url")  # options of every command, with a value
DONE, WRONG_USE, REFUSED = 0, 252, 254


class WrongUse(Exception):
    """A command that cannot be read."""


def install(folder: Path) -> None:
    """Put an executable called `aws` into a folder of PATH."""
    program = folder / "aws"
    code = f"import sys; from {__name__} import main; sys.exit(main(sys.argv[1:]))"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -Pc {shlex.quote(code)} "$@"\n')
    program.chmod(0o755)


def main(words: list[str]) -> int:
    """Do what `aws WORDS` says; its exit code."""
    print(NOTE, file=sys.stderr)
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, UnknownServiceError

    from .guard import OutsideTheBox, stay_here

    try:
        service, operation, rest = _parts(words)
        stay_here()  # a variable, a profile or an option may name any endpoint
        ours, rest = _ours(rest)
        region, url = ours.get("region"), ours.get("endpoint-url")
        client = boto3.client(service, region, endpoint_url=url, config=Config(proxies={}))
        print(_answer(client, operation, rest, ours.get("query")), end="")
    except UnknownServiceError:
        print(f"aws: error: this stand-in knows no service {service!r}. {HOW}", file=sys.stderr)
        return WRONG_USE
    except ClientError as error:
        print(f"\n{error}", file=sys.stderr)
        return REFUSED
    except (WrongUse, BotoCoreError, OutsideTheBox) as error:
        print(f"aws: error: {error}", file=sys.stderr)
        return WRONG_USE
    return DONE


def _parts(words: list[str]) -> tuple[str, str, list[str]]:
    if len(words) < 2 or words[0].startswith("-") or words[1].startswith("-"):
        raise WrongUse(f"this stand-in reads `aws SERVICE OPERATION --option value`, and nothing else. {HOW}")
    return words[0], words[1], words[2:]


def _ours(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """The options that every command takes, and the words that are left."""
    found, left, words = {}, [], list(words)
    while words:
        word = words.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or name not in (*OURS, "no-cli-pager"):
            left.append(word)
        elif name != "no-cli-pager":
            if not equals and not words:
                raise WrongUse(f"argument {word}: expected one argument")
            found[name] = value if equals else words.pop(0)
    if found.get("output", "json") != "json":
        raise WrongUse(f"this stand-in answers in JSON, not in {found['output']}. {HOW}")
    return found, left


def _answer(client: Any, operation: str, words: list[str], query: str | None) -> str:
    """What the command prints."""
    if operation == "wait":
        name = (words[0] if words else "").replace("-", "_")
        if name not in client.waiter_names:
            known = ", ".join(name.replace("_", "-") for name in client.waiter_names)
            raise WrongUse(f"wait: give one of {known}")
        waiter = client.get_waiter(name)
        shape = client.meta.service_model.operation_model(waiter.config.operation).input_shape
        waiter.wait(**request(shape, words[1:]))
        return ""
    methods = {method.replace("_", "-"): method for method in client.meta.method_to_api_mapping}
    if operation not in methods:
        raise WrongUse(f"{client.meta.service_model.service_name} has no operation {operation!r} here. {HOW}")
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[methods[operation]])
    answer = getattr(client, methods[operation])(**request(model.input_shape, words))
    answer.pop("ResponseMetadata", None)
    if query:
        import jmespath

        answer = jmespath.search(query, answer)
    elif not answer:
        return ""
    return json.dumps(answer, indent=4, default=lambda moment: moment.isoformat(), ensure_ascii=False) + "\n"


# --- from options to parameters ---


def request(shape: Any, words: list[str]) -> dict[str, Any]:
    """The parameters that these options mean, by the shape of the operation's input (None: it takes none).

    Raises WrongUse, in words like those of `aws`.
    """
    from botocore import xform_name

    members = {
        xform_name(name, "-"): (name, member) for name, member in (shape.members if shape else {}).items()
    }
    found, words = {}, list(words)
    while words:
        option, equals, value = words.pop(0).partition("=")
        values = [value] if equals else []
        while words and not words[0].startswith("--"):
            values.append(words.pop(0))
        off = option.removeprefix("--no-")
        if off != option and off in members and members[off][1].type_name == "boolean":
            name, member, values = *members[off], ["false"]
        elif option.startswith("--") and option[2:] in members:
            name, member = members[option[2:]]
        else:
            raise WrongUse(f"Unknown options: {' '.join([option, *values])}")
        found[name] = _value(option, member, values)
    return found


def _value(option: str, member: Any, values: list[str]) -> Any:
    kind = member.type_name
    if kind == "boolean":
        return values != ["false"]
    if not values or (kind != "list" and len(values) > 1):
        raise WrongUse(f"argument {option}: expected {'at least ' if kind == 'list' else ''}one argument")
    if kind == "list":
        if len(values) == 1 and values[0].startswith("["):
            return _json(option, values[0])
        return [_value(option, member.member, [value]) for value in values]
    if kind in ("structure", "map"):
        return _json(option, values[0]) if values[0].startswith("{") else _pairs(option, member, values[0])
    if kind in ("integer", "long"):
        try:
            return int(values[0])
        except ValueError:
            raise WrongUse(f"argument {option}: {values[0]!r} is no whole number") from None
    if kind in ("float", "double"):
        return float(values[0])
    return values[0]


def _json(option: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise WrongUse(f"Error parsing parameter '{option}': Invalid JSON: {error}") from None


def _pairs(option: str, member: Any, text: str) -> dict[str, Any]:
    """Key=team,Value=web"""
    pairs = [part.partition("=") for part in text.split(",")]
    known = getattr(member, "members", {})
    if not all(equals and (name in known or member.type_name == "map") for name, equals, _ in pairs):
        raise WrongUse(
            f"Error parsing parameter '{option}': give Name=value,… of {', '.join(known)}, or JSON"
        )
    return {name: _value(option, known[name], [value]) if known else value for name, _, value in pairs}
