# verdict: correct

from cachelab.exercises.lesson_11.six_systems import REMEDIES, SYSTEMS

menu = list(REMEDIES)
remedy = dict(zip(SYSTEMS, menu))
