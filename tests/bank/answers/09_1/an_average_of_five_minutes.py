# verdict: incorrect
# says: counts like five


def put_alarms(cloudwatch, nodes, topic):
    def put(name, metric, dimensions, comparison, threshold, **options):
        cloudwatch.put_metric_alarm(
            **{
                "AlarmName": name,
                "Namespace": "AWS/ElastiCache",
                "MetricName": metric,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
                "ComparisonOperator": comparison,
                "Threshold": threshold,
                "Statistic": "Average",
                "Period": 60,
                "EvaluationPeriods": 3,
                "AlarmActions": [topic],
            }
            | options
        )

    for node in nodes:
        it = {"CacheClusterId": node}
        put(f"hits-{node}", "CacheHitRate", it, "LessThanThreshold", 80, Period=300, EvaluationPeriods=1)
        put(f"memory-{node}", "DatabaseMemoryUsagePercentage", it, "GreaterThanThreshold", 80)
        put(
            f"evictions-{node}",
            "Evictions",
            it,
            "GreaterThanThreshold",
            1000,
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
        )
        put(f"dead-{node}", "CPUUtilization", it, "LessThanThreshold", 0, TreatMissingData="breaching")
