from tests.bank.conftest import own_progress  # noqa: F401
