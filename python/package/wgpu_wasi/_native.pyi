"""The native part, which the modules beside it wrap."""

from typing import Any, TypedDict, final

__all__ = ["App", "__version__", "adapters", "run"]

__version__: str

class _Found(TypedDict):
    name: str
    kind: str
    backend: str
    driver: str
    vendor: int
    device: int
    pci: str | None
    max_buffer_size: int

@final
class App:
    def __new__(cls, component: bytes, name: str, options: dict[str, Any]) -> App: ...
    def request(
        self,
        method: str,
        url: str,
        headers: list[tuple[str, str]],
        body: bytes,
        timeout: float | None,
    ) -> tuple[int, list[tuple[str, str]], bytes]: ...
    def drain(self, limit: float) -> tuple[bool, bool]: ...
    @property
    def instances(self) -> int: ...
    @property
    def queued(self) -> int: ...
    @property
    def gpu_memory(self) -> int: ...
    @property
    def is_ready(self) -> bool: ...

def adapters() -> list[_Found]: ...
def run(
    component: bytes,
    name: str,
    args: list[str],
    stdin: bytes,
    timeout: float | None,
    max_output: int,
    options: dict[str, Any],
) -> tuple[int, bytes, bytes]: ...
