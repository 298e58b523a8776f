# verdict: broken
# says: AttributeError|TypeError


def hit_rate(nodes, period):
    return nodes.get_metric_data(MetricDataQueries=[], StartTime=0, EndTime=1)
