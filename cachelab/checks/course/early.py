"""A check that is run before its answer: told in a sentence, in place of a NameError's traceback."""

import linecache
import sys

from cachelab.checks.verdict import Verdict, not_attempted

CHECK = "exercise("  # what the source of a check cell has in it


def tell(error: NameError, code) -> Verdict | None:
    """The verdict on a check whose answer has not been run; None if this is another NameError.

    code: of the frame that raised it."""
    own_line = code.co_name == "<module>"  # in a function it is the answer's own trouble
    if own_line and any(CHECK in line for line in linecache.getlines(code.co_filename)):
        return not_attempted(
            f"`{error.name}` is not there yet. Run the cell above that defines it, with your answer, then "
            "this one. No try was counted."
        ).verdict
    return None


def watch() -> None:
    """From now on tell it so, in this notebook. Elsewhere than in one, nothing happens."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.set_custom_exc((NameError,), _show)


def _show(shell, kind, error, trace, tb_offset=None):
    innermost = trace
    while innermost.tb_next is not None:
        innermost = innermost.tb_next
    verdict = tell(error, innermost.tb_frame.f_code)
    if verdict is None:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    else:
        from IPython.display import display

        display(verdict)
