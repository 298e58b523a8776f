# verdict: incorrect
# says: its clients are reader, delete_first(.|\n)*a game of A \(write_through\) and B \(write_through\)

from cachelab import races
from cachelab.exercises.lesson_05.scheduler import delete_first, reader

two_writers = races.play([reader, delete_first], probe=reader)
two_writers.do(0)
late_write = "WRRRW"
