"""What goes wrong. These are plain classes, so that they can be pickled from one process to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._app import Response


class WgpuWasiError(Exception):
    """Of all errors of this package but those of arguments, which are ``ValueError`` and ``TypeError``."""


class BadComponent(WgpuWasiError):
    """The file is no component, or not one that can be used here. To try again does not help."""


class Timeout(WgpuWasiError, TimeoutError):
    """There was no answer in time, or the program did not end in time.

    From ``run``, it has what the program has printed in ``stdout`` and ``stderr``.
    """

    stdout: bytes = b""
    stderr: bytes = b""


class Busy(WgpuWasiError):
    """No instance was free in time. The request has not begun, so that it can be sent again."""


class Closed(WgpuWasiError):
    """The app is closed."""


class Forked(WgpuWasiError):
    """This process was forked from one that had used the package."""


class Trap(WgpuWasiError):
    """The sandbox has ended the component: it panicked, or a quota was exceeded.

    From ``run``, it has what the program has printed in ``stdout`` and ``stderr``, and in ``status`` the exit
    status that ``wgpu-wasi run`` has for it: 101 for a panic, 134 for everything else.
    """

    status: int = 134
    stdout: bytes = b""
    stderr: bytes = b""


class GuestError(WgpuWasiError):
    """The component said that it failed, by an error of ``wasi:http`` in place of a response."""


class TooLarge(WgpuWasiError):
    """A body, or what a program has printed, is larger than the limit that the message names."""

    stdout: bytes = b""
    stderr: bytes = b""


class IncompleteBody(WgpuWasiError):
    """The body of a response broke off, or did not go on."""


class StatusError(WgpuWasiError):
    """The status of a response is not one of success."""

    def __init__(self, message: str, response: Response) -> None:
        super().__init__(message, response)
        self.response = response

    def __str__(self) -> str:
        return str(self.args[0])
