import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import socket, sys
sys.path.insert(0, {folder!r})
import tripwire
tripwire.watch({log!r})
try:
    {call}
except PermissionError as error:
    print("refused")
except OSError:
    print("allowed")
"""


@pytest.mark.parametrize(
    "call, leaves",
    [
        ("socket.create_connection(('10.255.255.1', 6379), timeout=0.1)", True),
        ("socket.getaddrinfo('elasticache.us-east-1.amazonaws.com', 443)", True),
        ("socket.socket().connect(('192.0.2.7', 80))", True),
        ("socket.create_connection(('127.0.0.1', 9), timeout=0.1)", False),
        ("socket.getaddrinfo('localhost', 80); raise OSError", False),
        ("socket.socket(socket.AF_UNIX).connect('nowhere.sock')", False),
    ],
)
def test_only_this_machine_is_reached(tmp_path, call, leaves):
    log = tmp_path / "log"
    code = CODE.format(folder=str(Path(__file__).parent), log=str(log), call=call)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ("refused" if leaves else "allowed")
    assert log.exists() == leaves
