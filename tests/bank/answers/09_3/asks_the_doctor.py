# verdict: broken
# says: NotImplementedError
# says: client.latency_doctor


def culprit(client, minute):
    minute()
    return client.latency_doctor()
