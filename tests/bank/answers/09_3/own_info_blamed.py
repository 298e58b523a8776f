# verdict: incorrect
# says: That was you


def culprit(client, minute):
    before = {entry["id"] for entry in client.slowlog_get(-1)}
    minute()
    new = [entry for entry in client.slowlog_get(-1) if entry["id"] not in before]
    others = [entry for entry in new if True]
    if not others:
        return None
    worst = max(others, key=lambda entry: entry["duration"])
    who = (worst["client_name"] or worst["client_address"].split(b":")[0]).decode()
    return who, worst["command"].split()[0].decode()
