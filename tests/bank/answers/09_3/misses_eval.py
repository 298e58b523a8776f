# verdict: incorrect
# says: certain commands


HEAVY = {b"KEYS", b"SMEMBERS", b"HGETALL", b"LRANGE", b"SORT", b"FLUSHALL"}


def culprit(client, minute):
    last = max([entry["id"] for entry in client.slowlog_get(1)] or [-1])
    minute()
    new = [entry for entry in client.slowlog_get(-1) if entry["id"] > last]
    new = [entry for entry in new if entry["command"].split()[0] in HEAVY]
    if not new:
        return None
    worst = max(new, key=lambda entry: entry["duration"])
    return worst["client_name"], worst["command"].split()[0]
