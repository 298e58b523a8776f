"""What can go wrong with an engine, in words a learner can act on."""


class EngineError(RuntimeError):
    """An engine could not be found, started or reached; the message says what was tried."""


class PortTaken(EngineError):
    """Somebody else already listens on the port that was asked for."""
