"""Words for what a stranger's code made: a value, an error, a number of things."""


def counted(things, noun: str) -> str:
    """ "no queries", "1 query", "3,000 queries": of a number, or of whatever has a length."""
    number = len(things) if hasattr(things, "__len__") else things
    plural = noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}" if number else f"no {plural}"


def singular(nouns: str) -> str:
    """ "query" of "queries": what there is one of."""
    return nouns[:-3] + "y" if nouns.endswith("ies") else nouns.removesuffix("s")


def show(value, width: int = 160) -> str:
    """repr, shortened, of a value that a stranger made: its own __repr__ may be slow to read or may fail."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__} whose repr() fails with {type(error).__name__}>"
    return text if len(text) <= width else text[: width * 2 // 3] + " … " + text[-width // 4 :]


def message(error: BaseException) -> str:
    """An exception's message in one line, without its full stop, for it stands in a sentence of ours.

    A stranger made it, so even this may fail.
    """
    try:
        text = " ".join(str(error).split())
        return text if text.endswith("..") else text.removesuffix(".")
    except Exception:
        return "(its message cannot be printed)"


def describe(error: BaseException) -> str:
    """An exception in one line, with the words learners need for the ones they cannot read."""
    if isinstance(error, RecursionError):
        return "RecursionError: the function called itself about a thousand times without an end"
    if isinstance(error, SystemExit):
        return f"SystemExit: something called exit({'' if error.code is None else show(error.code, 40)})"
    text = message(error)
    return f"{type(error).__name__}: {text[:300]}" if text else type(error).__name__
