# verdict: correct


def put_alarms(cloudwatch, nodes, topic):
    def series(id, metric, node, stat, period=60):
        where = [{"Name": "CacheClusterId", "Value": node}, {"Name": "CacheNodeId", "Value": "0001"}]
        metric = {"Namespace": "AWS/ElastiCache", "MetricName": metric, "Dimensions": where}
        return {
            "Id": id,
            "MetricStat": {"Metric": metric, "Stat": stat, "Period": period},
            "ReturnData": False,
        }

    def put(name, rows, expression, comparison, threshold, missing="missing", periods=3):
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Metrics=[*rows, {"Id": "watched", "Expression": expression, "ReturnData": True}],
            ComparisonOperator=comparison,
            Threshold=threshold,
            EvaluationPeriods=periods,
            TreatMissingData=missing,
            AlarmActions=[topic],
        )

    for node in nodes:
        hits, misses = series("hits", "CacheHits", node, "Sum"), series("misses", "CacheMisses", node, "Sum")
        put(f"{node} hits", [hits, misses], "100 * hits / (hits + misses)", "LessThanThreshold", 80)
        memory = series("used", "DatabaseMemoryUsageCountedForEvictPercentage", node, "Maximum")
        put(f"{node} memory", [memory], "used", "GreaterThanThreshold", 80)
        evicted = series("evicted", "Evictions", node, "Sum", 300)
        put(f"{node} evictions", [evicted], "evicted", "GreaterThanThreshold", 1000, periods=1)
        alive = series("alive", "EngineCPUUtilization", node, "SampleCount")
        put(f"{node} dead", [alive], "FILL(alive, 0)", "LessThanThreshold", 1)
