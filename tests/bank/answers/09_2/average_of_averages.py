# verdict: incorrect
# says: an idle node weighs as much


def hit_rate(nodes, period):
    rows = [
        {
            "Id": f"rate{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ElastiCache",
                    "MetricName": "CacheHitRate",
                    "Dimensions": [{"Name": "CacheClusterId", "Value": node}],
                },
                "Period": period,
                "Stat": "Average",
            },
            "ReturnData": False,
        }
        for number, node in enumerate(nodes)
    ]
    return [*rows, {"Id": "group", "Expression": "AVG(METRICS())"}]
