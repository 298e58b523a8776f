# verdict: correct


def culprit(client, minute):
    def log():
        return client.execute_command("COMMANDLOG", "GET", -1, "slow")

    known = [row[0] for row in log()]
    minute()
    rows = sorted((row for row in log() if row[0] not in known), key=lambda row: -row[2])
    for _, _, _, command, address, name in rows:
        if name != b"on-call":
            return name or address[: address.rindex(b":")], command[0]
    return None
