# verdict: broken
# says: empty|ValueError


def culprit(client, minute):
    before = {entry["id"] for entry in client.slowlog_get(-1)}
    minute()
    new = [entry for entry in client.slowlog_get(-1) if entry["id"] not in before]
    worst = max(
        (entry for entry in new if entry["client_name"] != b"on-call"), key=lambda entry: entry["duration"]
    )
    who = worst["client_name"] or worst["client_address"].rpartition(b":")[0]
    return who, worst["command"].split()[0]
