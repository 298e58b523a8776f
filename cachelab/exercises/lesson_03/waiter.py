"""03.2: wait until a cache is available, and no longer than that makes sense."""

import random

from cachelab.checks.attempt import describe
from cachelab.checks.exercise import define
from cachelab.checks.rig.lab import Lab, Trial
from cachelab.exercises.asserts.aws import make
from cachelab.learner.words import show


@define(
    "03.2",
    "The waiter that boto3 forgot",
    minutes=12,
    needs=("aws",),
    hints=(
        "A loop: describe the group, look at its `Status`, decide, pause. Three of the five cases end the "
        "loop at once. When do you look at the clock?",
        "Why a creation failed stands in `describe_events(SourceType='replication-group', "
        "SourceIdentifier=name)`. Put the event's `Message` into your RuntimeError.",
        "A deadline: `end = time.monotonic() + timeout` before the loop, and `if time.monotonic() >= end: "
        "raise TimeoutError(…)` inside it. What AWS raises for a name it does not know needs no code at all.",
    ),
)
def waiter(lab: Lab, wait_until_available):
    lab.log.on_wait = None  # who builds on boto3's waiter takes one look at a time, and has it answered
    there_already(lab, wait_until_available)
    comes_in_time(lab, wait_until_available)
    failed(lab, wait_until_available)
    never_comes(lab, wait_until_available)
    unknown(lab, wait_until_available)
    return (
        "It returns as soon as the cache is available and not before, says at once that a creation failed "
        "and why, gives up when its time is over, and lets a mistyped name out as an error."
    )


def waits(lab: Lab, function, name: str, timeout: float, pause: float, sleeps: float) -> Trial:
    """Call the function; it may sleep for `sleeps` seconds, on its own clock."""
    text = f"wait_until_available(elasticache, {name!r}, timeout={timeout:g}, pause={pause:g})"
    return lab.call(
        function, lab.elasticache(), name, timeout=timeout, pause=pause, patience=6, sleeps=sleeps, text=text
    )


def described(call: Trial, name: str) -> None:
    """It returned the description of an available group."""
    value = call.finished().value
    if not isinstance(value, dict) or value.get("ReplicationGroupId") != name:
        raise call.wrong(
            f"it returned {show(value, 100)}",
            f"AWS's description of {name}, a dict",
            "Is there a `return`?"
            if value is None
            else "AWS answers about a list of groups. Which part of the answer is about this one?",
        )
    if value.get("Status") != "available":
        raise call.wrong(
            f"it returned while the status was {value.get('Status')!r}",
            "it returns once the status is 'available'",
        )


def there_already(lab: Lab, function) -> None:
    lab.pace(0)
    make(lab, "early")
    with lab.log.during("on a cache that is available already"):
        call = waits(lab, function, "early", timeout=10, pause=2, sleeps=3)
    if call.overtime is not None and len(call.steps) > 1:
        raise call.wrong(
            f"it asked {len(call.steps)} times, and each time AWS said 'available'",
            "it returns when AWS first says so",
            "Compare the `Status` you wait for with AWS's word, letter by letter.",
        )
    if call.overtime is not None or (call.error is None and call.seconds > 1.5):
        raise call.wrong(
            f"it took {call.seconds:.1f} s", "an answer at once: ask first, pause afterwards", ""
        )
    described(call, "early")
    with lab.log.during("on the same cache, with a pause longer than the timeout"):
        call = waits(lab, function, "early", timeout=1, pause=5, sleeps=11)
    if isinstance(call.error, TimeoutError):
        raise call.wrong(
            f"it raised {describe(call.error)}",
            "its description: it is available",
            "Ask first, then give up.",
        )
    described(call, "early")


def comes_in_time(lab: Lab, function) -> None:
    pause, made_in = 0.1, 2.0
    lab.pace(made_in)
    make(lab, "slow")
    with lab.log.during("on a cache that is being created"):
        call = waits(lab, function, "slow", timeout=6, pause=pause, sleeps=4)
    if isinstance(call.error, TimeoutError):
        raise call.wrong(f"it gave up after {call.seconds:.1f} s", "it goes on asking: its timeout is 6 s")
    asked = [step for step in call.steps if step.kind == "aws"]
    if call.overtime is not None and len(asked) <= 2:
        raise call.wrong(
            f"in {call.seconds:.1f} s it asked AWS {'once' if len(asked) == 1 else f'{len(asked)} times'}",
            f"it asks again every {pause:g} s, as it was told",
            "What is the argument `pause` for?",
        )
    described(call, "slow")
    few = 3 < len(asked) < made_in / (pause + 0.1)  # boto3's waiter asks for it in between
    if few or call.seconds > made_in + 3 * pause:
        raise call.wrong(
            f"in {call.seconds:.1f} s it asked {len(asked)} times, and it was available after {made_in:g} s",
            f"it asks every {pause:g} s, as it was told, and returns as soon as it is available",
            "Does the pause stay as long as `pause` says?",
        )
    if len(asked) > 2 * call.seconds / pause + 2:  # two in a round, if one of them is boto3's waiter's
        raise call.wrong(
            f"in {call.seconds:.1f} s it sent {len(asked)} requests to AWS",
            f"a pause of {pause:g} s after each",
            "AWS limits how often an account may ask. What does an impatient loop do to the others?",
        )


def failed(lab: Lab, function) -> None:
    strings, number = lab.aws.strings, random.randrange(100, 1000)
    reason = f"no capacity for cache.t4g.micro in us-east-1{random.choice('abc')} (request {number})"
    elsewhere = "the subnets have no free address"
    lab.pace(0)
    for name, why in (("doomed", reason), ("unlucky", elsewhere)):
        strings.fail_next_create(why)
        make(lab, name)
    with lab.log.during("on a cache whose creation has failed"):
        call = waits(lab, function, "doomed", timeout=8, pause=1, sleeps=20)
    if call.error is None and call.overtime is None:
        raise call.wrong(f"it returned {show(call.value, 100)}", "RuntimeError, with AWS's reason")
    if (
        call.overtime is not None
        or isinstance(call.error, TimeoutError | RuntimeError)
        and call.seconds > 0.5
    ):
        raise call.wrong(
            f"it waited for {call.seconds:.1f} s",
            "RuntimeError at once: a creation that has failed will never succeed",
            "Which words can `Status` be? Which of them mean that waiting is in vain?",
        )
    if not isinstance(call.error, RuntimeError):
        raise call.wrong(f"it raised {describe(call.error)}", "RuntimeError, with AWS's reason")
    if reason not in str(call.error) or elsewhere in str(call.error):
        raise call.wrong(
            f"it raised {describe(call.error)}",
            f"a RuntimeError that says why, and no more: {reason}",
            "AWS tells the reason in its events. There are events about other caches, too.",
        )


def never_comes(lab: Lab, function) -> None:
    timeout = 0.6
    lab.pace(60)
    make(lab, "endless")
    with lab.log.during("on a cache that does not come"):
        call = waits(lab, function, "endless", timeout=timeout, pause=0.1, sleeps=2.5)
    if call.overtime is not None or call.seconds > timeout + 1.2:
        raise call.wrong(
            f"it was still waiting after {call.seconds:.1f} s", f"TimeoutError after {timeout:g} s"
        )
    if not isinstance(call.error, TimeoutError):
        happened = f"raised {describe(call.error)}" if call.error else f"returned {show(call.value, 100)}"
        raise call.wrong(f"it {happened}", f"TimeoutError after {timeout:g} s")
    if "endless" not in str(call.error):
        raise call.wrong(f"it raised {describe(call.error)}", "a TimeoutError that names the cache")
    if call.seconds < timeout - 0.15:
        raise call.wrong(f"it gave up after {call.seconds:.2f} s", f"TimeoutError after {timeout:g} s")


def unknown(lab: Lab, function) -> None:
    from botocore.exceptions import ClientError

    with lab.log.during("on a name that does not exist"):
        call = waits(lab, function, "chekcout", timeout=1, pause=0.1, sleeps=2.5)
    if not isinstance(call.error, ClientError):
        happened = f"raised {describe(call.error)}" if call.error else f"returned {show(call.value, 100)}"
        raise call.wrong(
            f"it {happened}",
            "AWS's own error, ReplicationGroupNotFoundFault, comes out",
            "A mistyped name is not a cache that is late.",
        )
