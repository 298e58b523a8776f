# verdict: broken
# says: `two_writers` is a list(.|\n)*should be a str

two_writers = ["A", "B", "B", "A"]
late_write = "WRRRW"
