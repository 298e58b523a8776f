# verdict: incorrect
# says: `shop\(\)` returned None


def shop():
    def get_item(item, cache, db):
        return db.read(item)
