"""Where the components are, which `cargo xtask python` builds."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import wgpu_wasi

FOLDER = Path(__file__).resolve().parents[2] / "target/wasm32-wasip2/release"


@pytest.fixture(scope="session")
def components() -> Path:
    """The folder with the components of the main workspace's tests, of the examples, and of `guest.rs`."""
    folder = Path(os.environ.get("WGPU_WASI_COMPONENTS", FOLDER))
    if not (folder / "http_guest.wasm").is_file():
        pytest.fail(
            f"there is no http_guest.wasm in {folder}: `cargo xtask python` builds it, and runs these tests"
        )
    return folder


@pytest.fixture(scope="session")
def guest(components: Path) -> Path:
    """Answers requests, well and badly: tests/guests/http."""
    return components / "http_guest.wasm"


@pytest.fixture(scope="session")
def program(components: Path) -> Path:
    """Does what its arguments say: guest.rs."""
    return components / "python_guest.wasm"


@pytest.fixture(scope="session")
def app(guest: Path) -> Iterator[wgpu_wasi.App]:
    """An app for the tests that do it no harm."""
    with wgpu_wasi.App(guest) as app:
        yield app


def numbers(count: int, first: int = 1) -> tuple[bytes, bytes]:
    """Numbers for `/double`, and what it answers."""
    given = range(first, first + count)
    return struct.pack(f"<{count}I", *given), struct.pack(f"<{count}I", *(2 * number for number in given))


@pytest.fixture(scope="session")
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a script in a Python of its own, which does not look for packages in this folder."""

    def run(script: str, *arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-c", textwrap.dedent(script), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)

    return run
