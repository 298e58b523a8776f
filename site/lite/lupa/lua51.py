"""Values and calls between Python and the Lua state of state.js."""

from pathlib import Path

from pyodide.code import run_js
from pyodide.ffi import create_proxy, to_js

_HERE = Path(__file__).parent
_LUA = (_HERE / "fengari-web.js").read_text()
_FENGARI = run_js(f"(() => {{ const window = {{}}; {_LUA}; return window.fengari }})()")
_STATE = run_js((_HERE / "state.js").read_text())


class LuaError(Exception):
    pass


class _Reference:
    """A value that stays in Lua."""

    kind = ""

    def __init__(self, runtime, number):
        self._runtime, self._number = runtime, number

    def __del__(self):
        self._runtime.state.forget(self._number)


class _Function(_Reference):
    kind = "function"

    def __call__(self, *args):
        return self._runtime.outcome(self._runtime.state.call(self._number, self._runtime.down(args)))


class _Table(_Reference):
    kind = "table"

    def __getitem__(self, key):
        return self._runtime.up(self._runtime.state.get(self._number, to_js(self._runtime.tagged(key))))

    def items(self):
        up = self._runtime.up
        return [(up(pair[0]), up(pair[1])) for pair in self._runtime.state.pairs(self._number)]

    def keys(self):
        return [key for key, _ in self.items()]

    def values(self):
        return [value for _, value in self.items()]

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self.items())


def lua_type(thing):
    return thing.kind if isinstance(thing, _Reference) else None


class LuaRuntime:
    """Bytes stay bytes, and several results are a tuple: what lupa does with the options that are given."""

    def __init__(self, **_options):
        self._python = []  # what Lua holds of Python's: its number is its place here
        self.state = _STATE(_FENGARI, create_proxy(self._called))

    def tagged(self, value) -> list:
        if value is None:
            return ["nil", None]
        if isinstance(value, bool):
            return ["bool", value]
        if isinstance(value, int | float):
            return ["number", float(value)]
        if isinstance(value, str):
            value = value.encode()
        if isinstance(value, bytes | bytearray):
            return ["text", bytes(value)]
        if isinstance(value, _Reference):
            return [value.kind, value._number]
        self._python.append(value)
        return ["callable" if callable(value) else "python", len(self._python) - 1]

    def down(self, values):
        return to_js([self.tagged(value) for value in values])

    def up(self, crossed):
        kind, value = crossed
        if kind == "number":
            return int(value) if float(value).is_integer() else float(value)
        if kind == "text":
            return value.to_bytes()
        if kind in ("table", "function"):
            return (_Table if kind == "table" else _Function)(self, value)
        if kind == "python":
            return self._python[value]
        return value if kind == "bool" else None

    def outcome(self, crossed):
        fine, values = crossed
        values = tuple(map(self.up, values))
        if not fine:
            raise LuaError(values[0].decode(errors="replace") if isinstance(values[0], bytes) else values[0])
        return values if len(values) > 1 else values[0] if values else None

    def _called(self, number, args):
        try:
            result = self._python[number](*map(self.up, args))
        except Exception as error:
            return to_js([False, [self.tagged(f"{type(error).__name__}: {error}")]])
        results = result if isinstance(result, tuple) else (result,)
        return to_js([True, [self.tagged(part) for part in results]])

    def execute(self, text):
        return self.outcome(self.state.run(to_js(text.encode() if isinstance(text, str) else bytes(text))))

    def eval(self, text):
        return self.execute(b"return " + (text.encode() if isinstance(text, str) else bytes(text)))

    def globals(self):
        return self.eval("_G")

    def table_from(self, source):
        pairs = source.items() if hasattr(source, "items") else enumerate(source, 1)
        crossing = [[self.tagged(key), self.tagged(value)] for key, value in pairs]
        return _Table(self, self.state.table(to_js(crossing)))

    def table(self, *items, **named):
        fields = {name.encode(): value for name, value in named.items()}
        return self.table_from(dict(enumerate(items, 1)) | fields)
