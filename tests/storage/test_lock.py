from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.errors import Locked
from storage.lock import Lock
from storage.store import DiskStore

ROOT = Path(__file__).parents[2]
HOLDER = """
import pathlib, sys
from storage.lock import Lock
lock = Lock(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_server_is_told_who_has_the_folder_and_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(Locked) as told:
            DiskStore(tmp_path)
        assert str(told.value) == (
            f"Another Thinkaloud (process {holder.pid}) is using the folder {tmp_path}; "
            "stop it or choose another with --data."
        )
        holder.kill()
        holder.wait()
        DiskStore(tmp_path).close()


def test_a_folder_that_was_let_go_can_be_had_again(tmp_path: Path) -> None:
    for _ in range(2):
        lock = Lock(tmp_path)
        with pytest.raises(Locked, match=f"process {os.getpid()}"):
            Lock(tmp_path)
        lock.release()
