"""What stops the learner's code reads processor time, also of a thread that has ended meanwhile."""

import threading
import time

import pytest

from cachelab.learner.interrupt import processor_clock


@pytest.mark.skipif(not hasattr(time, "pthread_getcpuclockid"), reason="no clocks of threads here")
def test_the_clock_of_a_thread_that_has_ended_stands_at_zero():
    known = []

    def work():
        known.append(processor_clock(threading.get_ident()))
        sum(range(10**6))
        known.append(known[0]())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    clock, used = known
    deadline = time.monotonic() + 60
    while clock() and time.monotonic() < deadline:  # Python has let it go; the system is about to
        time.sleep(0.01)
    assert used > 0 == clock()
