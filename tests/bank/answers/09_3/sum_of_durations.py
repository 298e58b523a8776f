# verdict: incorrect
# says: each for itself


from collections import Counter


def culprit(client, minute):
    last = max([entry["id"] for entry in client.slowlog_get(1)] or [-1])
    minute()
    spent = Counter()
    for entry in client.slowlog_get(128):
        if entry["id"] > last and entry["client_name"] != b"on-call":
            who = entry["client_name"] or entry["client_address"].rpartition(b":")[0]
            spent[who, entry["command"].split()[0]] += entry["duration"]
    return spent.most_common(1)[0][0] if spent else None
