"""What can go wrong with an engine, in words a learner can act on."""

import re


class EngineError(RuntimeError):
    """An engine could not be found, started or reached; the message says what was tried."""


class PortTaken(EngineError):
    """Somebody else already listens on the port that was asked for."""


def without_password(text: str) -> str:
    """The address, or the message with an address in it, as it may be shown: passwords become ***."""
    text = re.sub(r"(://[^:/\s]*:)\S*@", r"\1***@", text, flags=re.ASCII)
    return re.sub(r"(password\s*=\s*)('[^']*'|[^\s&]+)", r"\1***", text, flags=re.ASCII)
