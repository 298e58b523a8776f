# verdict: incorrect
# says: a client and a command


def culprit(client, minute):
    minute()
    worst = max(client.slowlog_get(-1), key=lambda entry: entry["duration"])
    return {"who": worst["client_name"], "command": worst["command"]}
