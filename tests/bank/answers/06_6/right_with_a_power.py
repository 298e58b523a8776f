# verdict: correct


def best(reads, writes, weight, oldest):
    price = reads * writes * weight / 2
    return oldest if price == 0 else min(oldest, price**-0.5)
