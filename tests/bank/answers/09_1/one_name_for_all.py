# verdict: incorrect
# says: took the place of the earlier


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
        put("hits", "CacheHitRate", it, "LessThanThreshold", 80)
        put("memory", "DatabaseMemoryUsagePercentage", it, "GreaterThanThreshold", 80)
        put(
            "evictions",
            "Evictions",
            it,
            "GreaterThanThreshold",
            1000,
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=1,
        )
        put("dead", "CPUUtilization", it, "LessThanThreshold", 0, TreatMissingData="breaching")
