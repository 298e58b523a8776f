# verdict: correct


def get_product_stale(cache, db, background):
    """A second key says whether it is fresh; it also is the lock, for half a second."""

    def refresh():
        page = db.read()
        cache.set("product:7", page, ex=5)
        cache.set("product:7:fresh", "1", px=1000)
        return page

    page = cache.get("product:7")
    if page is None:
        return refresh()
    if cache.set("product:7:fresh", "somebody refreshes", nx=True, px=550):
        background(refresh)
    return page
