# verdict: correct


def get_product_stale(cache, db, background):
    def refresh():
        try:
            page = db.read()
        except Exception:
            return  # the next one tries again, when the lock has ended
        cache.set("product:7", page, px=5000)

    with cache.pipeline(transaction=False) as pipeline:
        page, left = pipeline.get("product:7").pttl("product:7").execute()
    if page is None:
        page = db.read()
        cache.set("product:7", page, px=5000)
    elif left < 4000 and cache.set("product:7:refreshing", "x", nx=True, px=600):
        background(refresh)
    return page
