# verdict: broken
# says: no answer after 3 seconds(.|\n)*line \d+: (while|ratio)


def needed_hit_ratio(reads, capacity):
    ratio = 0
    while reads * (1 - ratio) != capacity:  # floating point never gets there
        ratio += 0.3
    return ratio
