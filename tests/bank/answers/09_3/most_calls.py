# verdict: incorrect
# says: Many quick ones


def culprit(client, minute):
    before = client.info("commandstats")
    minute()
    after = client.info("commandstats")
    nothing = {"calls": 0, "usec": 0}

    def spent(name):
        calls = after[name]["calls"] - before.get(name, nothing)["calls"]
        usec = after[name]["usec"] - before.get(name, nothing)["usec"]
        return calls

    command = max(after, key=spent).removeprefix("cmdstat_")
    for row in client.client_list():
        if row["cmd"] == command:
            return row["name"] or row["addr"].rpartition(":")[0], command.upper()
    return "web", command.upper()
