"""How a call went, in words."""

from collections.abc import Callable

__all__ = ["attempt"]


def attempt(call: Callable[[], object]) -> str:
    """ "OK" for True, any other answer as text, or the exception's name and what it says (80 characters)."""
    try:
        answer = call()
        return "OK" if answer is True else str(answer)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:80]
