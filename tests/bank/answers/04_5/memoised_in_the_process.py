# verdict: incorrect
# says: the function never used `cache`

memory = {}


def top_products(category, limit, cache, db):
    if (category, limit) not in memory:
        memory[category, limit] = db.top_products(category=category, limit=limit)
    return memory[category, limit]
