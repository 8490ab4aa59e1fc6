"""Components that use the GPU, in sandboxes, called from Python.

A component is a WebAssembly program or library, written in Rust with plain wgpu for example. It sees nothing
of this machine but the GPU, and the folders and variables that it is given.

* ``App`` answers requests with a component that exports ``wasi:http/handler``, without a server.
* ``run`` runs a component with a ``main`` to its end.
* ``wgpu_wasi.ray.Mapper`` is for ``map_batches`` of Ray, on one machine or many.
"""

from ._adapters import Adapter, adapters
from ._app import App, Headers, Response
from ._errors import (
    BadComponent,
    Busy,
    Closed,
    Forked,
    GuestError,
    IncompleteBody,
    StatusError,
    Timeout,
    TooLarge,
    Trap,
    WgpuWasiError,
)
from ._native import __version__
from ._options import AccessOptions, AppOptions, Component, Dir
from ._program import Completed, run

__all__ = [
    "AccessOptions",
    "Adapter",
    "App",
    "AppOptions",
    "BadComponent",
    "Busy",
    "Closed",
    "Completed",
    "Component",
    "Dir",
    "Forked",
    "GuestError",
    "Headers",
    "IncompleteBody",
    "Response",
    "StatusError",
    "Timeout",
    "TooLarge",
    "Trap",
    "WgpuWasiError",
    "__version__",
    "adapters",
    "run",
]
