# verdict: correct

two_writers = "A BB A"
late_write = "WRRRW"
