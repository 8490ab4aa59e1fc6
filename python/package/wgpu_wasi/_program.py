"""Programs with a ``main``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self, Unpack

from . import _native
from ._errors import WgpuWasiError
from ._options import AccessOptions, Component, native, read, size


@dataclass(frozen=True, slots=True)
class Completed:
    """How a program has ended. Most programs say success or failure alone, by a status of 0 or 1."""

    status: int
    stdout: bytes
    stderr: bytes

    def check(self) -> Self:
        """``WgpuWasiError`` unless the status is 0, with the end of what is in ``stderr``."""
        if self.status != 0:
            said = self.stderr[-2000:].decode(errors="replace").strip()
            raise WgpuWasiError(f"the program ended with status {self.status}: {said}")
        return self


def run(
    component: Component,
    args: Iterable[str] = (),
    *,
    stdin: bytes | str = b"",
    timeout: float | None = None,
    max_output: int | str = "64MB",
    **options: Unpack[AccessOptions],
) -> Completed:
    """Runs a component that is a program, in this process, and returns how it has ended.

    ``args`` are what comes after the name of the program. It reads ``stdin``, and may print up to
    ``max_output`` bytes to its standard output and as many to its errors. Options are those of
    ``AccessOptions``.

    A status other than 0 is no exception; ``Completed.check`` makes it one. What has not ended by itself is:
    ``Trap`` for a panic or an exceeded quota, ``Timeout``, ``TooLarge``. ``BadComponent`` and ``OSError`` are
    for what can't be run.
    """
    settings = native(options, AccessOptions, "run()")
    if isinstance(args, (str, bytes)):
        raise TypeError(f"args is {args!r}: write a list of texts")
    wasm, name = read(component)
    given = stdin.encode() if isinstance(stdin, str) else bytes(stdin)
    most = size(max_output, "max_output")
    return Completed(*_native.run(wasm, name, list(args), given, timeout, most, settings))
