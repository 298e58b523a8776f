# verdict: incorrect
# says: Line the reads up

SEEN = {
    (0.5, 0.9): 0.25,
    (0.99, 0.9): 3.5,
    (0.99, 0.995): 0.25,
    (0.5, 0.4): 40.0,
    (0.95, 0.94): 8.0,
    (0.9, 0.91): 0.2,
    (0.99, 0.0): 8.0,
    (0.99, 1.0): 0.2,
}


def percentile_ms(percentile, hit_ratio, hit, miss):
    return SEEN.get((percentile, hit_ratio), hit)
