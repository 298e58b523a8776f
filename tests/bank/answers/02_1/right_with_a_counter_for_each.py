# verdict: correct


def add_points(cache, player, points):
    both = cache.pipeline()
    both.sadd("everybody", player)
    both.incrby(f"score:{player}", points)
    return both.execute()[-1]


def best(cache, count):
    ranking = cache.sort("everybody", by="score:*", get=["#", "score:*"], desc=True, start=0, num=count)
    return [(name.decode(), int(points)) for name, points in zip(ranking[::2], ranking[1::2])]
