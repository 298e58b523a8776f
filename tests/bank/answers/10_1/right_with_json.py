# verdict: correct

import json

PAGE = """
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return '{}' end
local first = math.max(0, rank - ARGV[2])
local rows = redis.call('ZREVRANGE', KEYS[1], first, rank + ARGV[2], 'WITHSCORES')
local page = {}
for i = 1, #rows, 2 do
  local place = redis.call('ZCOUNT', KEYS[1], '(' .. rows[i + 1], '+inf') + 1
  table.insert(page, {place, rows[i], tonumber(rows[i + 1])})
end
return cjson.encode(page)
"""


def page_around(cache, player, k):
    return [tuple(row) for row in json.loads(cache.eval(PAGE, 1, "board", player, k))]
