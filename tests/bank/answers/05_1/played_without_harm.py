# verdict: incorrect
# says: `late_write`, played R R R W W(.|\n)*the cache holds what the database holds

from cachelab import races
from cachelab.exercises.lesson_05.scheduler import delete_first, reader

two_writers = "ABBA"
late_write = races.play([reader, delete_first], probe=reader)
for move in (0, 0, 0, 0, 0):
    late_write.do(move)
