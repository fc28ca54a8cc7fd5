"""What the demo's check would overlook if it were wrong itself."""

from pathlib import Path
import socket

import pytest

from tests.simulator import Simulator

from .leaks import codes_in_files, in_files, in_log
from .log import complaints
from .ports import HOST, claim
from .trouble import Trouble

_LOG = """\
2026-11-22 19:44:34.870+00:00 WARNING (MainThread) [somebody] Slow
2026-11-22 19:44:34.871+00:00 WARNING (SyncWorker_0) [homeassistant.loader] We found a custom \
integration yale_august which has not been tested by Home Assistant.
2026-11-22 19:44:34.872+00:00 INFO (MainThread) [custom_components.yale_august] Fine
"""
_ERROR = """\
2026-11-22 19:44:35.000+00:00 ERROR (MainThread) [somebody] Unexpected
Traceback (most recent call last):
  File "somewhere.py", line 1, in run
ValueError: too much
"""


def test_complaints() -> None:
    """Errors of anybody and our own warnings count; what has to be there does not."""
    assert complaints(_LOG) == []
    assert [line.split("] ")[-1] for line in complaints(_LOG + _ERROR + _LOG)] == [
        "Unexpected",
        "Traceback: ValueError: too much",
    ]
    ours = _LOG.replace("[somebody]", "[custom_components.yale_august.lock]")
    assert len(complaints(ours)) == 1
    assert complaints(ours, ("Slow",)) == []


def test_leaks(tmp_path: Path) -> None:
    """Whatever the cloud knows is found in a log, keys and tokens in files too."""
    cloud = Simulator(locks=2)
    [lock, _] = cloud.locks
    token = cloud.authorize()["access_token"]
    [key, *_] = cloud.keys
    assert in_log(cloud, f"2 locks of {lock.name}") == []
    assert in_log(cloud, f"lock {lock.lock_id.lower()}") == ["a lock id"]
    assert in_log(cloud, f"Bearer {token}") == ["a token"]

    storage = tmp_path / ".storage"
    storage.mkdir()
    (storage / "core.config_entries").write_text(f"{key} {token}")
    (storage / "core.device_registry").write_text(lock.lock_id)
    assert in_files(cloud, tmp_path) == []
    (tmp_path / "home.db").write_text(f"{key} {token}")
    assert in_files(cloud, tmp_path) == ["a token, an API key in home.db"]

    (storage / "times").write_text("2026-11-22T19:44:34.482915+00:00 0482915 a482915")
    assert codes_in_files(["482915", "615204"], tmp_path) == []
    (storage / "trace.saved_traces").write_text('{"code": "615204"}')
    assert codes_in_files(["482915", "615204"], tmp_path) == [
        "a code in .storage/trace.saved_traces"
    ]


def test_port_that_is_taken(socket_enabled: None) -> None:
    """A sentence says which port, and which option chooses another."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(
            Trouble, match=rf"Port {port} for a test is taken .* --port"
        ):
            claim(port, "a test", "--port")
    assert claim(port, "a test", "--port") == port
