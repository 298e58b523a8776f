# verdict: correct


def correct(cache, key, value):
    return cache.execute_command("SET", key, value, "XX", "KEEPTTL") is True
