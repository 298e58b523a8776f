// A Lua state for Python. Each value crosses as [kind, value], so that neither side has to guess:
//   nil, bool, number, text (bytes), table and function (a reference into Lua), python (a number: Python knows it)
// `callBack(number, values)` calls a function of Python's; it returns [true, values] or [false, [message]].
(fengari, callBack) => {
  const { lua, lauxlib, lualib, to_luastring: bytes } = fengari;
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  lauxlib.luaL_dostring(L, bytes(`
    local whole, write = math.tointeger, tostring
    unpack, loadstring = table.unpack, load
    math.pow = function(base, power) return base ^ power end
    tostring = function(value) return write(math.type(value) == 'float' and whole(value) or value) end
    setfenv = function(code, globals)
      debug.upvaluejoin(code, 1, function() return globals end, 1)
      return code
    end
    collectgarbage = function() return 0 end
    _VERSION = 'Lua 5.1'`));
  const handles = new Map(); // what Lua holds of Python's data

  function put(to, [kind, value]) {
    if (kind === "nil") lua.lua_pushnil(to);
    else if (kind === "bool") lua.lua_pushboolean(to, value);
    else if (kind === "number" && Number.isInteger(value) && Math.abs(value) < 2 ** 31) lua.lua_pushinteger(to, value);
    else if (kind === "number") lua.lua_pushnumber(to, value);
    else if (kind === "text") lua.lua_pushstring(to, value);
    else if (kind === "callable") lua.lua_pushcfunction(to, (from) => called(from, value));
    else if (kind === "python") {
      if (!handles.has(value)) handles.set(value, { value });
      lua.lua_pushlightuserdata(to, handles.get(value));
    } else lua.lua_rawgeti(to, lua.LUA_REGISTRYINDEX, value); // table, function
  }

  function read(from, at) {
    const type = lua.lua_type(from, at);
    if (type === lua.LUA_TNIL) return ["nil", null];
    if (type === lua.LUA_TBOOLEAN) return ["bool", lua.lua_toboolean(from, at)];
    if (type === lua.LUA_TNUMBER) return ["number", lua.lua_tonumber(from, at)];
    if (type === lua.LUA_TSTRING) return ["text", lua.lua_tostring(from, at)];
    if (type === lua.LUA_TLIGHTUSERDATA) return ["python", lua.lua_touserdata(from, at).value];
    lua.lua_pushvalue(from, at);
    return [type === lua.LUA_TTABLE ? "table" : "function", lauxlib.luaL_ref(from, lua.LUA_REGISTRYINDEX)];
  }

  function above(from, base) {
    const values = [];
    for (let at = base + 1; at <= lua.lua_gettop(from); at++) values.push(read(from, at));
    lua.lua_settop(from, base);
    return values;
  }

  function called(from, number) {
    const [fine, values] = callBack(number, above(from, 0));
    for (const value of values) put(from, value);
    return fine ? values.length : lua.lua_error(from);
  }

  function ended(status, base) {
    return [status === lua.LUA_OK, above(L, base)];
  }

  return {
    run(text) {
      const base = lua.lua_gettop(L);
      const status = lauxlib.luaL_loadbuffer(L, text, text.length, bytes("=script"));
      return ended(status || lua.lua_pcall(L, 0, lua.LUA_MULTRET, 0), base);
    },
    call(code, values) {
      const base = lua.lua_gettop(L);
      for (const value of [["function", code], ...values]) put(L, value);
      return ended(lua.lua_pcall(L, values.length, lua.LUA_MULTRET, 0), base);
    },
    table(pairs) {
      lua.lua_newtable(L);
      for (const [key, value] of pairs) {
        put(L, key);
        put(L, value);
        lua.lua_rawset(L, -3);
      }
      return lauxlib.luaL_ref(L, lua.LUA_REGISTRYINDEX);
    },
    get(table, key) {
      const base = lua.lua_gettop(L);
      put(L, ["table", table]);
      put(L, key);
      lua.lua_gettable(L, -2);
      return above(L, base).at(-1);
    },
    pairs(table) {
      const found = [];
      put(L, ["table", table]);
      lua.lua_pushnil(L);
      while (lua.lua_next(L, -2)) {
        found.push([read(L, -2), read(L, -1)]);
        lua.lua_pop(L, 1);
      }
      lua.lua_pop(L, 1);
      return found;
    },
    forget: (reference) => lauxlib.luaL_unref(L, lua.LUA_REGISTRYINDEX, reference),
  };
}
