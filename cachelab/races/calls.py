"""What a client asks of the world, and what it is answered."""

from __future__ import annotations

from typing import NamedTuple


class Call(NamedTuple):
    """One call that leaves a client function: the unit of scheduling.

    kind       payload
    valkey     a command: a tuple of bytes
    exec       the commands between MULTI and EXEC: a tuple of such tuples
    watch      the watched keys;  unwatch: nothing
    memcached  a request: bytes
    db         (operation, …) of database.py
    outlast    nothing: wait for the running readers
    """

    kind: str
    payload: tuple | bytes = ()
    connection: int = 0  # WATCH belongs to one: 0 is shared, each watching pipeline has its own
    called: tuple = ()  # of db, by its name in the client: the method, and what it is given

    @property
    def looks_up(self) -> bool:
        """Whether it asks the cache for one key's value and changes nothing."""
        if self.kind == "valkey":
            return self.payload[0] == b"GET"
        return self.kind == "memcached" and self.payload.split()[0] in (b"get", b"gets", b"mg")


def without_moments(call: Call) -> Call:
    """The call without the moments at which keys are to expire: what an expiry says is no news to anybody."""
    if call.kind == "exec":
        return call._replace(payload=tuple(map(_without_moments, call.payload)))
    return call._replace(payload=_without_moments(call.payload)) if call.kind == "valkey" else call


def _without_moments(words: tuple) -> tuple:
    name = words[0].upper()
    if name in (b"EXPIREAT", b"PEXPIREAT") and not {b"GT", b"LT"} & {word.upper() for word in words[3:]}:
        return (*words[:2], b"", *words[3:])
    if name in (b"SET", b"GETEX"):
        told = [b"", *(word.upper() for word in words)]
        return tuple(
            b"" if before in (b"EXAT", b"PXAT") else word for before, word in zip(told, words, strict=False)
        )
    return words


class _Lost:
    """The answer to a call that was lost on the network, before or after the server ran it."""

    def __repr__(self):
        return "LOST"

    def __reduce__(self):
        return "LOST"  # there is one, and copies are it


LOST = _Lost()


def target(call: Call) -> str | None:
    """Where a call goes: "cache", "database", "replica", or None."""
    if call.kind == "db":
        return "replica" if call.payload[1] == "replica" and "read" in call.payload[0] else "database"
    return None if call.kind == "outlast" else "cache"


def key_of(call: Call) -> str:
    """The first key of the cache that a call names; "" if it names none."""
    match call.kind:
        case "valkey":
            words = call.payload
            match words[0].upper():
                case b"EVAL":
                    words = words[2:]
                case b"XGROUP":
                    words = words[1:]
                case b"XREAD" | b"XREADGROUP":
                    upper = [word.upper() for word in words]
                    words = words[upper.index(b"STREAMS") :] if b"STREAMS" in upper else ()
            name = b"" if words[:1] in ((b"0",), (b"PING",), (b"ECHO",)) else b"".join(words[1:2])
        case "exec":
            return next(filter(None, (key_of(Call("valkey", command)) for command in call.payload)), "")
        case "watch":
            name = call.payload[0]
        case "memcached":
            name = call.payload.split()[1]
        case _:
            return ""
    return name.decode(errors="backslashreplace")


def describe(call: Call) -> str:
    """A call as a learner reads it: GET user:1, db.read()."""
    match call.kind:
        case "valkey":
            return _command(call.payload)
        case "exec":
            if not call.payload:
                return "EXEC"
            return "MULTI · " + " · ".join(map(_command, call.payload)) + " · EXEC"
        case "watch":
            return "WATCH " + " ".join(map(_word, call.payload))
        case "unwatch":
            return "UNWATCH"
        case "memcached":
            lines = [_word(line) for line in call.payload.rstrip(b"\r\n").split(b"\r\n")]
            return " ↵ ".join(lines)
        case "outlast":
            return "wait for the running readers"
        case "db":
            operation, detail, *names = call.payload
            if operation in ("commit", "rollback"):
                return operation.upper()
            if call.called:
                method, *given = call.called
                return f"db.{method}({', '.join(given)})"
            db = "db.replica" if detail == "replica" else "db"
            if operation == "read_rows":
                return f"{db}.read_rows({', '.join(map(repr, names))})"
            row = f"{db}.row({names[0]!r})" if names else db
            if operation in ("write_if", "update_if"):
                return f"{row}.write_if({detail})"
            if operation in ("write", "update"):
                return f"{row}.write({detail!r})" if detail is not None else f"{row}.write()"
            return f"{row}.{operation}()"
    raise AssertionError(call)


def brief(call: Call) -> str:
    """describe() without the parts nobody reads: a script's text, memcached's flags and lengths. Options of a
    SET in words."""
    match call.kind:
        case "valkey" if call.payload[0] == b"EVAL":
            return _script(call.payload)
        case "valkey" if call.payload[0].upper() == b"SET" and len(call.payload) > 3:
            return _set(call.payload)
        case "exec":
            commands = [_script(one) if one[0] == b"EVAL" else _command(one) for one in call.payload]
            return " · ".join(["MULTI", *commands, "EXEC"]) if commands else "EXEC"
        case "memcached" if b"\r\n" in call.payload.rstrip(b"\r\n"):
            head, data = call.payload.removesuffix(b"\r\n").split(b"\r\n", 1)
            name, key, *rest = map(_word, head.split())
            if name == "ms":
                return " ".join([name, key, *rest[1:], _word(data)])
            return f"{name} {key} {_word(data)}" + (f" (token {rest[3]})" if name == "cas" else "")
    return describe(call)


def _script(command) -> str:
    return " ".join(["EVAL script", *map(_word, command[3:])])


def _set(command) -> str:
    """SET user:1 v0 if empty, for 60 s: a SET with options, https://valkey.io/commands/set."""
    _, key, value, *options = map(_word, command)
    said, rest = [], iter(options)
    for option in rest:
        match option.upper():
            case "NX":
                said.append("if empty")
            case "XX":
                said.append("if it exists")
            case "IFEQ":
                said.append(f"if it holds {next(rest)}")
            case "EX":
                said.append(f"for {next(rest)} s")
            case "PX":
                said.append(f"for {int(next(rest)) / 1000:g} s")
            case "GET":  # the answer tells
                pass
            case other:
                said.append(other)
    return " ".join(["SET", key, value, ", ".join(said)])


def _command(command) -> str:
    if command[0] == b"EVAL":
        script = " ".join(_word(command[1]).split())
        if len(script) > 30:
            script = script[:29] + "…"
        return f"EVAL '{script}' " + " ".join(map(_word, command[2:]))
    return " ".join(map(_word, command))


def _word(word: bytes) -> str:
    return word.decode(errors="backslashreplace") or "''"
