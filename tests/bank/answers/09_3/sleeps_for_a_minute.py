# verdict: broken
# says: let no minute pass|no answer after


import time


def culprit(client, minute):
    last = max([entry["id"] for entry in client.slowlog_get(1)] or [-1])
    time.sleep(60)
    new = [entry for entry in client.slowlog_get(-1) if entry["id"] > last]
    worst = max(new, key=lambda entry: entry["duration"])
    return worst["client_name"], worst["command"].split()[0]
