# verdict: incorrect
# says: put no alarm


def put_alarms(cloudwatch, nodes, topic):
    return [{"AlarmName": f"hits-{node}", "MetricName": "CacheHitRate"} for node in nodes]
