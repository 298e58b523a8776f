# verdict: incorrect
# says: SLOWLOG RESET
# says: your colleagues


def culprit(client, minute):
    client.slowlog_reset()
    minute()
    new = [entry for entry in client.slowlog_get(-1) if entry["client_name"] != b"on-call"]
    if not new:
        return None
    worst = max(new, key=lambda entry: entry["duration"])
    return worst["client_name"] or worst["client_address"].rpartition(b":")[0], worst["command"].split()[0]
