# verdict: correct


def put_alarms(cloudwatch, nodes, topic):
    names = []
    for node in nodes:
        for metric, stat, period, n, comparison, threshold, missing in (
            ("CacheHitRate", "Minimum", 60, 4, "LessThanThreshold", 80.0, "ignore"),
            ("DatabaseMemoryUsagePercentage", "Maximum", 60, 4, "GreaterThanThreshold", 80.0, "notBreaching"),
            ("Evictions", "Sum", 300, 1, "GreaterThanThreshold", 1000.0, "notBreaching"),
            ("IsMaster", "SampleCount", 60, 4, "LessThanThreshold", 1.0, "breaching"),
        ):
            cloudwatch.put_metric_alarm(
                AlarmName=f"{metric}.{node}",
                Namespace="AWS/ElastiCache",
                MetricName=metric,
                Dimensions=[{"Name": "CacheClusterId", "Value": node}],
                Statistic=stat,
                Period=period,
                EvaluationPeriods=n,
                ComparisonOperator=comparison,
                Threshold=threshold,
                TreatMissingData=missing,
            )
            names.append(f"{metric}.{node}")
    for node in nodes:
        rule = " OR ".join(f'ALARM("{name}")' for name in names if name.endswith(node))
        cloudwatch.put_composite_alarm(AlarmName=f"sick {node}", AlarmRule=rule, AlarmActions=[topic])
