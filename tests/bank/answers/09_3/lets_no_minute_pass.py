# verdict: incorrect
# says: let no minute pass


def culprit(client, minute):
    worst = max(client.slowlog_get(-1), key=lambda entry: entry["duration"])
    return worst["client_name"], worst["command"].split()[0]
