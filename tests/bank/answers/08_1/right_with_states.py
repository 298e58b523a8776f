# verdict: correct

import threading
from enum import Enum

import redis

Open = type("Open", (redis.ConnectionError,), {})
State = Enum("State", "CLOSED OPEN HALF_OPEN")


class Breaker:
    def __init__(self, clock):
        self.clock, self.state, self.results, self.until = clock, State.CLOSED, [], 0.0
        self.generation = 0
        self.guard = threading.RLock()

    def call(self, function, *arguments):
        generation = self.admit()
        failed = True
        try:
            result = function(*arguments)
            failed = False
            return result
        except redis.RedisError as error:
            failed = isinstance(error, redis.ConnectionError | redis.TimeoutError)
            raise
        except Exception:
            failed = False
            raise
        finally:
            self.report(generation, failed)

    def admit(self):
        with self.guard:
            if self.state is State.OPEN and self.clock() >= self.until:
                self.change(State.HALF_OPEN)
            elif self.state is not State.CLOSED:
                raise Open("not now")
            return self.generation

    def report(self, generation, failed):
        with self.guard:
            if generation != self.generation:
                return  # it was asked in another age
            if self.state is State.HALF_OPEN:
                self.change(State.OPEN if failed else State.CLOSED)
            else:
                self.results = [*self.results, failed][-20:]
                if len(self.results) >= 10 and 2 * sum(self.results) >= len(self.results):
                    self.change(State.OPEN)

    def change(self, state):
        self.state, self.results = state, []
        self.generation += 1
        if state is State.OPEN:
            self.until = self.clock() + 5.0
