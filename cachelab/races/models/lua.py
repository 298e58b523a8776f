"""EVAL for the model: a script runs in a real Lua 5.1, its redis.call() in the modelled keyspace."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

from cachelab.races.models.commands import table as commands
from cachelab.races.models.commands.numbers import text_of
from cachelab.races.refusals import Endless, NotModelled

INSTRUCTIONS = 2_000_000  # a script that runs longer than this is taken to be endless (well under a second)

# What Valkey gives scripts, and nothing else. Errors raised by redis.call are strings, as on Valkey 9.
PRELUDE = b"""
local call, encode, decode, missing, sha, limit = ...
local hook = debug.sethook
local keep = {}
for _, name in ipairs{'assert', 'error', 'ipairs', 'next', 'pairs', 'pcall', 'rawequal', 'rawget', 'rawset',
                      'select', 'setmetatable', 'getmetatable', 'tonumber', 'tostring', 'type', 'unpack',
                      'xpcall', 'string', 'table', '_VERSION'} do
  keep[name] = _G[name]
end
keep.math = setmetatable({}, {__index = function(_, name)
  if name == 'random' or name == 'randomseed' then missing('math.' .. name) end
  return math[name]
end})
local redis = {}
function redis.pcall(...) return call(...) end
function redis.call(...)
  local reply = call(...)
  if type(reply) == 'table' and reply.err then error(reply.err, 0) end
  return reply
end
function redis.error_reply(message)
  if not string.find(message, ' ', 1, true) then message = 'ERR ' .. message end
  return {err = message}
end
function redis.status_reply(message) return {ok = message} end
function redis.sha1hex(text) return sha(text) end
function redis.log() end
redis.LOG_DEBUG, redis.LOG_VERBOSE, redis.LOG_NOTICE, redis.LOG_WARNING = 0, 1, 2, 3
setmetatable(redis, {__index = function(_, name) missing('redis.' .. tostring(name)) end})
keep.redis, keep.server = redis, redis
keep.cjson = {encode = encode, decode = decode, null = nil}
local known = {bit = 1, struct = 1, cmsgpack = 1, os = 1, debug = 1, loadstring = 1, load = 1, coroutine = 1}
local closed = {
  __newindex = function() error('Attempt to modify a readonly table', 2) end,
  __index = function(_, name)
    if known[name] then missing(name) end
    error("Script attempted to access nonexistent global variable '" .. tostring(name) .. "'", 2)
  end,
}
local load = loadstring
local compile = function(text)
  local script, message = load(text, '@user_script')
  return script or nil, message
end
local start = function(script, keys, argv)
  local globals = {}
  for name, value in pairs(keep) do globals[name] = value end
  globals.KEYS, globals.ARGV, globals._G = keys, argv, globals
  setfenv(script, setmetatable(globals, closed))
  hook(function() hook(); limit() end, '', LIMIT)
  local fine, result = xpcall(script, function(problem) return problem end)
  hook()
  return fine, result
end
return compile, start
""".replace(b"LIMIT", str(INSTRUCTIONS).encode())


class _Scripts:
    """One Lua state, and the scripts compiled in it."""

    def __init__(self):
        try:
            from lupa import lua51
        except ImportError:
            raise NotModelled(
                "not modelled here: Lua scripts, because the package lupa is not installed"
            ) from None
        self.lua = lua51.LuaRuntime(
            encoding=None, unpack_returned_tuples=True, register_eval=False, register_builtins=False
        )
        self.type = lua51.lua_type
        self.data = self.problem = None
        self.compiled: dict[bytes, object] = {}
        make = self.lua.execute(b"return function(...) " + PRELUDE + b" end")
        self._compile, self._start = make(
            self._call, self._encode, self._decode, self._missing, self._sha, self._limit
        )

    def compile(self, script: bytes):
        if script not in self.compiled:
            result = self._compile(script)
            function, message = result if isinstance(result, tuple) else (result, None)
            self.compiled[script] = function or commands.ServerError(
                "ERR Error compiling script (new function): " + _text(message)
            )
        return self.compiled[script]

    def evaluate(self, data, script: bytes, keys, argv):
        function = self.compile(script)
        if isinstance(function, commands.ServerError):
            return function
        self.data, self.problem = data, None
        table = self.lua.table_from
        outcome = self._start(function, table(list(keys)), table(list(argv)))
        if self.problem is not None:
            raise self.problem
        fine, result = outcome if isinstance(outcome, tuple) else (outcome, None)
        if fine:
            try:
                return self.reply(result)
            except RecursionError:
                self._stop(commands.refuse("a script that returns a table without an end"))
        if self.type(result) == "table":
            result = result[b"err"] or b"ERR unknown error"
        message = _text(result)
        if not message.split(" ", 1)[0].isupper():
            message = f"ERR {message}"
        return commands.ServerError(f"{message} script: on @user_script.")

    def _stop(self, problem: Exception):
        self.problem = self.problem or problem
        raise problem

    def _missing(self, name):
        self._stop(commands.refuse(f"{_text(name)} in a Lua script"))

    def _limit(self):
        self._stop(Endless(f"a Lua script ran more than {INSTRUCTIONS:,} instructions without an end"))

    def _sha(self, text):
        return digest(bytes(text)).encode()

    def _call(self, *args):
        command = []
        for arg in args:
            if isinstance(arg, bytes):
                command.append(arg)
            elif isinstance(arg, int | float) and not isinstance(arg, bool):
                try:
                    command.append(_number(arg))
                except NotModelled as problem:
                    self._stop(problem)
            else:
                return self.table(err=b"ERR Command arguments must be strings or integers")
        if not command:
            return self.table(err=b"ERR Please specify at least one argument for this call")
        name = command[0].upper()
        try:
            if name in (b"EVAL", b"EVALSHA", b"WATCH", b"MULTI", b"EXEC", b"SCRIPT"):
                return self.table(err=b"ERR This command is not allowed from script")
            reply = commands.run(self.data, command)
        except NotModelled as problem:
            self._stop(problem)
        if isinstance(reply, commands.ServerError) and "wrong number of arguments" in reply.message:
            return self.table(err=b"ERR Wrong number of args calling command from script")
        return self.value(reply)

    def table(self, **fields):
        return self.lua.table_from({name.encode(): value for name, value in fields.items()})

    def value(self, reply):
        """A RESP reply as Lua sees it."""
        if reply is None:
            return False
        if isinstance(reply, commands.Status):
            return self.table(ok=bytes(reply))
        if isinstance(reply, commands.ServerError):
            return self.table(err=reply.message.encode())
        if isinstance(reply, list):
            return self.lua.table_from([self.value(item) for item in reply])
        return reply

    def reply(self, result):
        """What a script returned, as a RESP reply."""
        if isinstance(result, tuple):  # several return values: the first counts
            result = result[0] if result else None
        if result is None or result is False:
            return None
        if result is True:
            return 1
        if isinstance(result, bytes):
            return result
        if isinstance(result, int | float):
            if not -(2**63) <= result < 2**63:  # nan, inf or too large: it depends on the platform
                self._stop(commands.refuse(f"a script that returns the number {result}"))
            return int(result)
        if self.type(result) == "table":
            if (status := result[b"ok"]) is not None:
                return commands.Status(status)
            if (error := result[b"err"]) is not None:
                return commands.ServerError(_text(error))
            items = []
            while (item := result[len(items) + 1]) is not None:
                items.append(self.reply(item))
            return items
        return None

    def _encode(self, item):
        return json.dumps(self._plain(item), separators=(",", ":"), ensure_ascii=False).encode()

    def _plain(self, item):
        if isinstance(item, bytes):
            return item.decode(errors="surrogateescape")
        if isinstance(item, float) and item.is_integer():
            return int(item)
        if self.type(item) != "table":
            return item
        pairs = dict(item.items())
        if pairs and all(isinstance(key, int) for key in pairs):
            return [self._plain(pairs.get(index)) for index in range(1, max(pairs) + 1)]
        return {
            key.decode() if isinstance(key, bytes) else str(key): self._plain(value)
            for key, value in pairs.items()
        }

    def _decode(self, text):
        def lua(item):
            if isinstance(item, str):
                return item.encode()
            if isinstance(item, list):
                return self.lua.table_from([lua(part) for part in item])
            if isinstance(item, dict):
                return self.lua.table_from({key.encode(): lua(part) for key, part in item.items()})
            return item

        try:
            plain = json.loads(text)
        except ValueError:
            raise ValueError("Expected value but found invalid token") from None
        if _holds_null(plain):
            self._stop(commands.refuse("cjson.null in a Lua script"))
        return lua(plain)


def _holds_null(item) -> bool:
    if isinstance(item, list):
        return any(map(_holds_null, item))
    if isinstance(item, dict):
        return any(map(_holds_null, item.values()))
    return item is None


def _text(message) -> str:
    return message.decode(errors="replace") if isinstance(message, bytes) else str(message)


def _number(number: float) -> bytes:
    if number != number:
        raise commands.refuse("a command with the number nan in a Lua script")
    return text_of(float(number))


def digest(script: bytes) -> str:
    """The SHA1 under which EVALSHA knows a script."""
    import hashlib

    return hashlib.sha1(script, usedforsecurity=False).hexdigest()


@cache
def _scripts() -> _Scripts:
    return _Scripts()


def evaluate(data, command: Sequence[bytes]) -> object:
    """EVAL script numkeys key… arg… on `data`."""
    _, script, numkeys, *rest = command
    try:
        number = commands.integer(numkeys)
    except commands.Fail as failure:
        return commands.ServerError(str(failure))
    if number < 0:
        return commands.ServerError("ERR Number of keys can't be negative")
    if number > len(rest):
        return commands.ServerError("ERR Number of keys can't be greater than number of args")
    return _scripts().evaluate(data, script, rest[:number], rest[number:])
