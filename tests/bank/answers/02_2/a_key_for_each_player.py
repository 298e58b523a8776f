# verdict: incorrect
# says: while the board is evicted


def add_points(mc, player, points):
    mc.add(player, "0")
    return mc.incr(player, points)


def best(mc, count):
    found = mc.get_many(["ada", "bob"])
    return sorted(((key, int(value)) for key, value in found.items()), key=lambda item: item[1])[:count]
