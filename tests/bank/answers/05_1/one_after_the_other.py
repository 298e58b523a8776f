# verdict: incorrect
# says: the cache holds what the database holds

two_writers = "AABB"
late_write = "WRRRW"
