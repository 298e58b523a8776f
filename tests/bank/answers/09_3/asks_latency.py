# verdict: incorrect
# says: no such client and command


def culprit(client, minute):
    minute()
    event = client.execute_command("LATENCY", "LATEST")[0]
    return "node", event[0]
