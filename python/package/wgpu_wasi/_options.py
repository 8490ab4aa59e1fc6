"""The options of apps and programs, and what the native part gets of them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

Component = str | os.PathLike[str] | bytes
"""A component: the path of its file, or the bytes of it."""

_UNITS = {
    "": 1,
    "b": 1,
    **{name: 1000**power for power, name in enumerate(["kb", "mb", "gb", "tb"], 1)},
    **{name: 1024**power for power, name in enumerate(["kib", "mib", "gib", "tib"], 1)},
}


@dataclass(frozen=True)
class Dir:
    """A folder of this machine, and its name for the component: the same one unless it is given."""

    host: str | os.PathLike[str]
    guest: str | None = None
    read_only: bool = False


Dirs = Mapping[str, str] | Iterable[Dir | str | os.PathLike[str]]


class AccessOptions(TypedDict, total=False):
    """What a component may use. Sizes are numbers of bytes, or texts such as ``"2GB"`` and ``"512MiB"``."""

    adapter: str | None
    """The adapter with this text in its name, or at this address of the PCI bus: ``"pci:0000:1b:00.0"``."""
    env: Mapping[str, str]
    """The environment variables of the component; it has no others."""
    dirs: Dirs
    """The folders that it may use: ``{"pictures": "/data"}``, or ``[Dir("pictures", "/data", True)]``."""
    cache: bool
    """Whether it is kept compiled, in the user's cache folder or in ``WGPU_WASI_CACHE_DIR``."""
    max_gpu_memory: int | str | None
    """GPU memory that an instance may hold."""
    max_host_memory: int | str | None
    """The host's own memory for an instance's commands, labels and records."""
    max_guest_memory: int | str | None
    """The memory that an instance itself may have."""
    max_objects: int | None
    """WebGPU objects that an instance may hold."""
    max_call_bytes: int | str | None
    """Bytes of one call."""
    max_shader_bytes: int | str | None
    """Bytes of WGSL in one shader module."""
    max_wait: float | None
    """Seconds of one wait for the GPU."""
    max_loop_iterations: int | None
    """Iterations of all loops of one invocation of a shader."""


class AppOptions(AccessOptions, total=False):
    """How an app answers, and what each of its instances may use. Times are seconds."""

    instances: int
    """The most at a time, 2 by default. Together they may use so many times the quotas."""
    keep: int
    """How many stay when there is nothing to do; 1."""
    idle: float
    """How long the others stay; 60."""
    reuse: int
    """Requests of one instance, 1000. With 1, each request has a fresh sandbox."""
    concurrency: int
    """Requests of one instance at a time, 1. More only helps components that await streams."""
    queue: int
    """Requests that may wait for an instance; 10,000."""
    queue_timeout: float
    """For how long; by default, as long as ``request_timeout``."""
    request_timeout: float
    """Until the component has to answer, from when it begins; 60. An instance that has not is ended."""
    stall_timeout: float
    """For how long the body of a response may stand still; 30."""
    max_body: int | str
    """Bytes of a request's body; 64 MB."""
    max_response: int | str
    """Bytes of a response's body; 256 MiB."""
    stop_on_timeout: bool
    """Whether ``timeout`` of a request, and Ctrl-C, end an instance that waits. Otherwise its work goes on,
    and then the instance is there for others, with what it has loaded."""


_SIZES = {
    "max_gpu_memory",
    "max_host_memory",
    "max_guest_memory",
    "max_call_bytes",
    "max_shader_bytes",
    "max_body",
    "max_response",
}


def size(value: int | str, option: str) -> int:
    """A number of bytes."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", value.lower())
        unit = _UNITS.get(found[2]) if found else None
        if found is None or unit is None:
            raise ValueError(f"{option} is {value!r}: write bytes, or a text such as '2GB' or '512MiB'")
        value = int(float(found[1]) * unit)
    if value < 0:
        raise ValueError(f"{option} is {value}: it can't be less than 0")
    return value


def _dirs(dirs: Dirs) -> list[tuple[str, str, bool]]:
    if isinstance(dirs, (str, bytes, os.PathLike)):
        raise TypeError(f"dirs is {dirs!r}: write a list, or a dictionary such as {{'pictures': '/data'}}")
    given = [Dir(*pair) for pair in dirs.items()] if isinstance(dirs, Mapping) else list(dirs)
    found = [entry if isinstance(entry, Dir) else Dir(entry) for entry in given]
    hosts = [os.fspath(entry.host) for entry in found]
    return [(host, entry.guest or host, entry.read_only) for host, entry in zip(hosts, found, strict=True)]


def native(options: Mapping[str, Any], known: type, function: str) -> dict[str, Any]:
    """The options as the native part has them. ``known``: the ``TypedDict`` that they are of."""
    for name in options:
        # Those of the class that it is made of among them.
        if name not in known.__annotations__:
            raise TypeError(f"{function} got an unexpected keyword argument {name!r}")
    found = {name: value for name, value in options.items() if value is not None}
    # These two are always there.
    found = {"cache": True, "stop_on_timeout": False, **found}
    for name in _SIZES & found.keys():
        found[name] = size(found[name], name)
    for name in ("instances", "reuse", "concurrency"):
        if found.get(name, 1) < 1:
            raise ValueError(f"{name} is {found[name]}: there has to be at least 1")
    if "env" in found:
        found["env"] = list(found["env"].items())
    if "dirs" in found:
        found["dirs"] = _dirs(found["dirs"])
    return found


def read(component: Component) -> tuple[bytes, str]:
    """The bytes of a component, and what it is called."""
    if isinstance(component, (bytes, bytearray, memoryview)):
        return bytes(component), "the component"
    path = Path(component)
    return path.read_bytes(), str(path)
