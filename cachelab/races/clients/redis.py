"""The redis-py client that a client function gets: redis-py itself, with the network cut out.

Everything above the wire is redis-py's own: its methods, argument checks, response conversions, pipelines,
locks and script objects. Each command that would cross the network becomes one call to the session. Assumed:
scripts are already loaded in the server (EVALSHA never misses), and a lost connection is not retried.
"""

from __future__ import annotations

from redis import Redis
from redis._parsers.base import BaseParser
from redis.client import EMPTY_RESPONSE, NEVER_DECODE, Pipeline
from redis.exceptions import ConnectionError, ResponseError, WatchError

from cachelab.races.calls import LOST, Call
from cachelab.races.models import valkey as model
from cachelab.races.refusals import NotModelled

_scripts: dict[str, bytes] = {}  # every script this process has loaded, by its SHA1

LOST_MESSAGE = "Connection closed by server."


class ValkeyClient(Redis):
    """redis.Redis(decode_responses=True) whose calls are the explorer's steps."""

    in_text = True  # False: it answers in bytes, as redis-py does unless it is told otherwise

    def __init__(self, session):
        super().__init__(decode_responses=True, protocol=2)
        self._session = session
        self._encode_word = self.get_encoder().encode

    def forget(self) -> None:
        """Nothing of one run is left for the next."""

    def execute_command(self, *args, **options):
        command = self._command(args)
        if command is None:
            return self._script_command(args)
        if command[0] in (b"WATCH", b"MULTI", b"EXEC", b"DISCARD", b"UNWATCH"):
            self._session.abort(model.refuse(f"{args[0]} outside a pipeline; use cache.pipeline()"))
        reply = self._session.call(Call("valkey", command))
        if reply is LOST:
            raise ConnectionError(LOST_MESSAGE)
        return self.convert(args[0], reply, options)

    def _command(self, args) -> tuple[bytes, ...] | None:
        """The words on the wire; None for SCRIPT. Raises NotModelled for a command that the model lacks."""
        name = str(args[0]).upper()
        if name.startswith("SCRIPT"):
            return None
        words = (*name.encode().split(), *map(self._encode_word, args[1:]))
        if words[0] == b"EVALSHA":
            script = _scripts.get(words[1].decode(errors="replace").lower())
            if script is None:
                raise BaseParser.parse_error("NOSCRIPT No matching script.")
            return (b"EVAL", script, *words[2:])
        if words[0] == b"EVAL":
            _remember(words[1])
        elif not model.has(words):
            self._session.abort(model.refuse(args[0] if isinstance(args[0], str) else name))
        return words

    def _script_command(self, args):
        """SCRIPT LOAD and SCRIPT EXISTS change nothing that a race could see: they are no steps."""
        words = " ".join(map(str, args[:1])).upper().split()
        match words:
            case ["SCRIPT", "LOAD"]:
                return _remember(self._encode_word(args[1]))
            case ["SCRIPT", "EXISTS"]:
                return [str(sha) in _scripts for sha in args[1:]]
        self._session.abort(model.refuse(" ".join(words)))

    def convert(self, name, reply, options):
        """A raw reply as redis-py hands it out, or raised if it is an error."""
        if isinstance(reply, model.ServerError):
            if EMPTY_RESPONSE in options:
                return options[EMPTY_RESPONSE]
            raise BaseParser.parse_error(reply.message)
        options = dict(options)
        if not options.pop(NEVER_DECODE, False):
            reply = self._decode(reply)
        options.pop(EMPTY_RESPONSE, None)
        options.pop("keys", None)
        if name in self.response_callbacks:
            return self.response_callbacks[name](reply, **options)
        return reply

    def _decode(self, reply):
        if isinstance(reply, bytes):
            return reply.decode() if self.in_text else reply
        if isinstance(reply, list):
            return [self._decode(item) for item in reply]
        if isinstance(reply, model.ServerError):
            return BaseParser.parse_error(reply.message)
        return reply

    def register_script(self, script):
        _remember(self._encode_word(script))
        return super().register_script(script)

    def pipeline(self, transaction=True, shard_hint=None):
        return _Pipeline(self, transaction, shard_hint)

    def _refuse(self, what):
        self._session.abort(NotModelled(f"not modelled: cache.{what}"))

    def pubsub(self, **_):
        self._refuse("pubsub(): a message is delivered by the server at a time of its own")

    def keyspace_notifications(self, *_, **__):
        self._refuse("keyspace_notifications()")

    def monitor(self):
        self._refuse("monitor()")

    def client(self):
        self._refuse("client(): use cache itself")

    def close(self):
        """There is no connection to close."""

    def __del__(self):
        """There is no connection to close."""


class _Pipeline(Pipeline):
    """redis-py's pipeline. MULTI … EXEC is one step; without a transaction each command is one."""

    def __init__(self, client: ValkeyClient, transaction, shard_hint):
        super().__init__(client.connection_pool, client.response_callbacks, transaction, shard_hint)
        self._client, self._session = client, client._session
        self._run = self._session.current
        self._connection = 0

    def reset(self):
        if self.watching:
            self._session.release(self._run, self._connection, silent=True)
        self.command_stack = []
        self.scripts = set()
        self.watching = self.explicit_transaction = False

    def immediate_execute_command(self, *args, **options):
        command = self._client._command(args)
        if command is None:
            return self._client._script_command(args)
        if command[0] == b"WATCH":
            if not self.watching:
                self._connection = self._session.new_connection()
            call = Call("watch", command[1:], self._connection)
        elif command[0] == b"UNWATCH":
            call = Call("unwatch", (), self._connection)
        else:
            call = Call("valkey", command, self._connection)
        reply = self._session.call(call)
        if reply is LOST:
            self._lost()
        result = self._client.convert(args[0], reply, options)
        if call.kind == "watch":
            self.watching = True
        elif call.kind == "unwatch":
            self._forgotten()
        return result

    def _forgotten(self):
        """The server has forgotten what this connection watched."""
        if self.watching:
            self._session.release(self._run, self._connection, silent=False)
        self.watching = False

    def _lost(self):
        """What redis-py does when the connection breaks: a pipeline that was watching must start over."""
        if self.watching:
            self._forgotten()  # with the connection
            self.reset()
            raise WatchError("A ConnectionError occurred while watching one or more keys")
        raise ConnectionError(LOST_MESSAGE)

    def discard(self):
        self._client._refuse("pipeline().discard(): use reset()")

    def execute(self, raise_on_error=True):
        stack = self.command_stack
        if not stack and not self.watching:
            return []
        for script in self.scripts:
            _remember(self._client._encode_word(script.script))
        try:
            commands = [self._client._command(args) for args, _ in stack]
            for (args, _), command in zip(stack, commands, strict=True):
                if command is None or command[0] in (b"WATCH", b"MULTI", b"EXEC", b"DISCARD"):
                    self._session.abort(model.refuse(f"{args[0]} inside a pipeline"))
            if self.transaction or self.explicit_transaction:
                replies = self._transaction(commands)
            else:
                replies = self._one_by_one(commands)
            results = []
            for number, ((args, options), reply) in enumerate(zip(stack, replies, strict=True), 1):
                try:
                    results.append(self._client.convert(args[0], reply, options))
                except ResponseError as error:
                    if raise_on_error:
                        self.annotate_exception(error, number, args)
                        raise
                    results.append(error)
            return results
        finally:
            self.reset()

    def _transaction(self, commands):
        connection = self._connection if self.watching else 0
        reply = self._session.call(Call("exec", tuple(commands), connection))
        if reply is LOST:
            self._lost()
        self._forgotten()
        if reply is None:
            raise WatchError("Watched variable changed.")
        if isinstance(reply, model.ServerError):
            raise BaseParser.parse_error(reply.message)
        return reply

    def _one_by_one(self, commands):
        replies = []
        for command in commands:
            replies.append(self._session.call(Call("valkey", command)))
            if replies[-1] is LOST:
                self._lost()
        return replies


def _remember(script: bytes) -> str:
    from cachelab.races.models.lua import digest

    sha = digest(script)
    _scripts[sha] = script
    return sha
