# verdict: incorrect
# says: late_write = 'WWRRR'(.|\n)*the cache holds what the database holds

two_writers = "ABBA"
late_write = "WWRRR"
