# verdict: incorrect
# says: without a `return`


def hit_rate(nodes, period):
    def metric(id, name, node):
        return {
            "Id": id,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/ElastiCache",
                    "MetricName": name,
                    "Dimensions": [{"Name": "CacheClusterId", "Value": node}],
                },
                "Period": period,
                "Stat": "Sum",
            },
            "ReturnData": False,
        }

    count = range(len(nodes))
    rows = [metric(f"h{n}", "CacheHits", node) for n, node in enumerate(nodes)]
    rows += [metric(f"m{n}", "CacheMisses", node) for n, node in enumerate(nodes)]
    hits = " + ".join(f"h{n}" for n in count)
    misses = " + ".join(f"m{n}" for n in count)
    rows.append({"Id": "rate", "Expression": f"100 * ({hits}) / ({hits} + {misses})"})
