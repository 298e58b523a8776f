# verdict: not attempted
# says: `two_writers` has not been played yet

from cachelab import races
from cachelab.exercises.lesson_05.scheduler import delete_first, reader, write_through

two_writers = races.play([write_through, write_through], probe=reader)
late_write = races.play([reader, delete_first], probe=reader)
