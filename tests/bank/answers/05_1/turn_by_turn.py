# verdict: incorrect
# says: two_writers = 'ABAB'(.|\n)*the cache holds what the database holds

two_writers = "ABAB"
late_write = "WRRRW"
