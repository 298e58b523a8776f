# verdict: correct

from cachelab import races
from cachelab.exercises.lesson_05.scheduler import delete_first, reader, write_through

two_writers = races.play([write_through, write_through], probe=reader)
for move in (0, 1, 1, 0):
    two_writers.do(move)
late_write = races.play([reader, delete_first], probe=reader)
for move in (1, 0, 0, 0, 0):
    late_write.do(move)
