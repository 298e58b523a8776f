"""A web server's threads while something hangs: how many are taken, and who waits for one."""


def held(threads: int, rate: float, hang: float, seconds: float) -> tuple[list[float], ...]:
    """The fluid model of a hang that begins at 0: moments, threads taken, and customers who wait for one.

    `rate` customers a second come, and each holds a thread for `hang` seconds. By Little's law `rate · hang`
    threads are taken, if there are as many; else the line grows by `rate − threads / hang` a second.
    """
    moments = [seconds * step / 200 for step in range(201)]
    full, stands = threads / rate, rate * hang > threads
    taken = [min(threads, rate * min(at, hang)) for at in moments]
    growth = max(0.0, rate - threads / hang)

    def line(at: float) -> float:
        if not stands or at <= full:
            return 0.0
        return rate * (at - full) if at < hang else rate * (hang - full) + growth * (at - hang)

    return moments, taken, [line(at) for at in moments]
