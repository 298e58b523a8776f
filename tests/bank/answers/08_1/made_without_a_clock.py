# verdict: broken
# says: Breaker\(clock\)
# says: positional argument


class Breaker:
    def __init__(self):
        self.failed = 0

    def call(self, function, *arguments):
        return function(*arguments)
