# verdict: incorrect
# says: letter 1 is 'W'(.|\n)*A \(write_through\) and B \(write_through\)

two_writers = "WRRRW"
late_write = "WRRRW"
