"""Lesson 09b, a ward of sick caches: six beds, the same six illnesses to choose from."""

from . import Question

ILLNESSES = {
    "a command that eats the processor": "Its processor would stand out, and SLOWLOG would name a command.",
    "too little memory": "Then keys would be evicted, and memory would stand near 100 %.",
    "connections that nobody closes": "Then there would be more connections each minute, all of them idle.",
    "one big key": "Few keys and much that goes out: then a slow command would read one of them whole.",
    "one hot key": "That is seen between shards: one would get nearly all the reads, and the other few.",
    "a closed security group": "Then nobody would be inside, and the node would be well: silence, no error.",
}


def bed(number: int) -> Question:
    return Question(f"The patient in bed-{number} suffers from", choices=ILLNESSES)


QUESTIONS = {f"bed_{number}": bed(number) for number in range(1, 7)}
