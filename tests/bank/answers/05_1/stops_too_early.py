# verdict: incorrect
# says: A still has calls to make

two_writers = "ABB"
late_write = "WRRRW"
