# verdict: correct


def correct(cache, key, value):
    script = """if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
    redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL') return 1"""
    return cache.eval(script, 1, key, value) == 1
