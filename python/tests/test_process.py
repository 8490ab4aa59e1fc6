"""What the process around it does: signals, forks, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_end_of_python_with_requests_under_way(guest: Path, python: Run) -> None:
    """Threads that Python does not wait for, an app that nobody has closed: the process ends, and well."""
    script = """
        import sys, threading, time, wgpu_wasi
        app = wgpu_wasi.App(sys.argv[1], instances=2)
        app.post("/double", b"\\1\\0\\0\\0")
        for path in ["/loop", "/sleep?60000"]:
            threading.Thread(target=app.get, args=(path,), daemon=True).start()
        time.sleep(0.5)
        print("end")
    """
    start = time.monotonic()
    done = python(script, guest, timeout=60)
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
    assert time.monotonic() - start < 30


def test_the_end_of_python_with_a_program_under_way(program: Path, python: Run) -> None:
    script = """
        import sys, threading, time, wgpu_wasi
        threading.Thread(target=wgpu_wasi.run, args=(sys.argv[1], ["loop"]), daemon=True).start()
        time.sleep(0.5)
        print("end")
    """
    done = python(script, program, timeout=60)
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_says_so(guest: Path, program: Path, python: Run) -> None:
    script = """
        import os, sys, wgpu_wasi
        app = wgpu_wasi.App(sys.argv[1])
        app.post("/double", b"\\1\\0\\0\\0")
        if os.fork() == 0:
            for call in [lambda: app.get("/"), lambda: wgpu_wasi.App(sys.argv[1]), wgpu_wasi.adapters,
                         lambda: wgpu_wasi.run(sys.argv[2], ["env"])]:
                try:
                    call()
                except wgpu_wasi.Forked as error:
                    assert "spawn" in str(error)
                else:
                    os._exit(7)
            del app
            sys.exit(0)
        _, status = os.wait()
        print(os.waitstatus_to_exitcode(status), app.get("/").text, end="")
    """
    done = python(script, guest, program, timeout=60)
    assert (done.returncode, done.stdout) == (0, "0 hello\n"), done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_it_is_used_after_a_fork_alone(guest: Path, python: Run) -> None:
    script = """
        import os, sys, wgpu_wasi
        if os.fork() == 0:
            with wgpu_wasi.App(sys.argv[1]) as app:
                sys.exit(0 if app.post("/double", b"\\1\\0\\0\\0").body == b"\\2\\0\\0\\0" else 7)
        _, status = os.wait()
        print(os.waitstatus_to_exitcode(status))
    """
    done = python(script, guest, timeout=60)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


@pytest.mark.parametrize("how", ["request", "run"])
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_control_c(guest: Path, program: Path, how: str) -> None:
    script = """if True:
        import sys, time, wgpu_wasi
        app = wgpu_wasi.App(sys.argv[1], instances=1, request_timeout=4)
        app.get("/")
        print("begun", flush=True)
        try:
            app.get("/loop") if sys.argv[3] == "request" else wgpu_wasi.run(sys.argv[2], ["loop"])
        except KeyboardInterrupt:
            print("interrupted", app.get("/count", timeout=30).ok, flush=True)
    """
    command = [sys.executable, "-P", "-c", script, str(guest), str(program), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "begun\n"
        time.sleep(1)
        start = time.monotonic()
        child.send_signal(signal.SIGINT)
        assert child.stdout.readline() == "interrupted True\n"
        assert time.monotonic() - start < 5
        assert child.wait(30) == 0


def test_python_goes_on_while_a_component_is_compiled(guest: Path, python: Run) -> None:
    script = """
        import sys, threading, time, wgpu_wasi
        turns, done = 0, threading.Event()
        def work():
            wgpu_wasi.App(sys.argv[1], cache=False).close()
            done.set()
        threading.Thread(target=work).start()
        while not done.is_set():
            turns += 1
            time.sleep(0.005)
        print(turns > 5)
    """
    done = python(script, guest, timeout=120)
    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr
