"""Which GPUs there are."""

from __future__ import annotations

from dataclasses import dataclass

from . import _native


@dataclass(frozen=True)
class Adapter:
    """A GPU, or what stands for one, by one of the system's interfaces."""

    name: str
    kind: str
    """``discrete``, ``integrated``, ``virtual``, ``cpu`` or ``other``."""
    backend: str
    """``vulkan``, ``metal``, ``dx12`` or ``gl``."""
    driver: str
    vendor: int
    device: int
    pci: str | None
    """The address of the PCI bus: ``adapter="pci:" + address`` chooses it."""
    max_buffer_size: int


def adapters() -> list[Adapter]:
    """The adapters of this machine. The first is what a component gets on a machine with one GPU."""
    return [Adapter(**found) for found in _native.adapters()]
