# verdict: correct


def best(reads, writes, weight, oldest):
    def cost(ttl):
        hit = reads * ttl / (1 + reads * ttl)
        return 1 - hit + weight * hit * min(1, writes * ttl / 2)

    return min((oldest * (i / 500) ** 3 for i in range(1, 501)), key=cost)
