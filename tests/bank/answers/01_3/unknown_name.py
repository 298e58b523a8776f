# verdict: broken
# says: NameError: name 'hits' is not defined(.|\n)*line \d+: return hits if


def percentile_ms(percentile, hit_ratio, hit, miss):
    return hits if percentile <= hit_ratio else miss  # noqa: F821
