"""Components that answer requests."""

from __future__ import annotations

import atexit
import json
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, Unpack

from . import _native
from ._errors import StatusError
from ._options import AppOptions, Component, native, read

Body = bytes | bytearray | memoryview | str
"""What a request may carry: bytes, whatever has the buffer protocol, such as an array of NumPy, or a text."""

# For the arguments of ``request``; `Headers` is a mapping.
GivenHeaders = Mapping[str, str] | Iterable[tuple[str, str]]


class Headers(Mapping[str, str]):
    """Headers, whose names are the same in any case. Those that came more than once are joined by commas."""

    __slots__ = ("_pairs",)

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._pairs = [(name.lower(), value) for name, value in pairs]

    def __getitem__(self, name: str) -> str:
        found = self.get_all(name)
        if not found:
            raise KeyError(name)
        return ", ".join(found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._pairs))

    def __len__(self) -> int:
        return len(dict(self._pairs))

    def __repr__(self) -> str:
        return f"Headers({self._pairs!r})"

    def get_all(self, name: str) -> list[str]:
        """All values of a header, each as it came."""
        name = name.lower()
        return [value for other, value in self._pairs if other == name]


@dataclass(frozen=True, slots=True)
class Response:
    """What a component has answered."""

    status: int
    headers: Headers
    body: bytes

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def raise_for_status(self) -> Self:
        """``StatusError`` unless the status is one of success; the response itself otherwise."""
        if not self.ok:
            said = self.body[:200].decode(errors="replace").strip()
            raise StatusError(f"the component answered with status {self.status}: {said}", self)
        return self


class App:
    """Answers requests with the instances of a component, in this process.

    The component exports ``wasi:http/handler@0.3`` or ``wasi:http/incoming-handler@0.2``. Each instance is a
    sandbox of its own, and answers one request after the other. Any number of threads may call at a time, and
    others go on meanwhile.

    Options are those of ``AppOptions``. What cannot work is an error here: ``BadComponent`` where the
    component can't begin, ``OSError`` where there is no such file.
    """

    def __init__(self, component: Component, **options: Unpack[AppOptions]) -> None:
        settings = native(options, AppOptions, "App()")
        wasm, self.name = read(component)
        self._made_of = (component, options)
        self._native = _native.App(wasm, self.name, settings)
        _open.add(self)

    def request(
        self,
        method: str,
        url: str,
        headers: GivenHeaders = (),
        body: Body | None = None,
        *,
        timeout: float | None = None,
    ) -> Response:
        """The component's answer to a request, whatever its status is.

        ``url`` is a path with its query, such as ``"/filter?width=64"``, or a whole URL. Where there is no
        answer, that is an exception: ``Timeout``, ``Busy``, ``Trap``, ``GuestError``, ``IncompleteBody``,
        ``TooLarge``, ``Closed``.

        ``timeout`` is for the whole of it: the wait for an instance, the answer, and its body.
        """
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
        status, received, content = self._native.request(method, url, pairs, _bytes(body), timeout)
        return Response(status, Headers(received), content)

    def get(self, url: str, headers: GivenHeaders = (), *, timeout: float | None = None) -> Response:
        """``request("GET", …)``."""
        return self.request("GET", url, headers, timeout=timeout)

    def post(
        self,
        url: str,
        body: Body | None = None,
        headers: GivenHeaders = (),
        *,
        timeout: float | None = None,
    ) -> Response:
        """``request("POST", …)``."""
        return self.request("POST", url, headers, body, timeout=timeout)

    def close(self, timeout: float = 30) -> bool:
        """Lets no more requests in, waits up to ``timeout`` for those that are there, and ends all instances.

        Whether all requests were answered. To close again has no effect.
        """
        answered, _ = self._native.drain(timeout)
        _open.discard(self)
        return answered

    @property
    def instances(self) -> int:
        """Instances that are there, those that end among them."""
        return self._native.instances

    @property
    def queued(self) -> int:
        """Requests that wait for an instance."""
        return self._native.queued

    @property
    def gpu_memory(self) -> int:
        """Bytes of GPU memory that the instances hold."""
        return self._native.gpu_memory

    @property
    def is_ready(self) -> bool:
        """Whether it is worth to send requests: it is not closed, and the last instances did not all fail."""
        return self._native.is_ready

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<wgpu_wasi.App of {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Elsewhere it is a new app of the same component, which has to be there, with the same options."""
        component, options = self._made_of
        return _again, (component, dict(options))


def _again(component: Component, options: AppOptions) -> App:
    return App(component, **options)


def _bytes(body: Body | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return memoryview(body).tobytes()


_open: weakref.WeakSet[App] = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    """Ends what goes on, before the drivers of the GPU are unloaded under it."""
    for app in list(_open):
        with suppress(Exception):
            app.close(0)
