"""lupa in a browser, as far as the explorer and fakeredis use it. Its Lua is fengari, in JavaScript.

fengari speaks Lua 5.3; what scripts for Valkey use of 5.1 is put back. It is not 5.1: an integer stays one.
"""

from contextlib import nullcontext as allow_lua_module_loading

from .lua51 import LuaError, LuaRuntime, lua_type

__all__ = ["LuaError", "LuaRuntime", "allow_lua_module_loading", "lua_type"]
