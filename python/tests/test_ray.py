"""`wgpu_wasi.ray.Mapper`, by itself, and on a cluster of two nodes on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import numbers

np = pytest.importorskip("numpy")
ray = pytest.importorskip("ray")
import wgpu_wasi
import wgpu_wasi.ray
from ray.cluster_utils import Cluster
from wgpu_wasi.ray import Mapper

# Workers have not got this module.
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])

NUMBERS = 1024
"""Of each body: 4 KB."""


def objects(values: list[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        column[row] = value
    return column


def test_rows(guest: Path) -> None:
    pairs = [numbers(5, first) for first in range(7)]
    mapper = Mapper(guest, url="/double", instances=2)
    batch = {"body": objects([given for given, _ in pairs]), "id": np.arange(7)}
    answered = mapper(batch)
    assert list(answered) == ["body", "id", "answer"]
    assert list(answered["answer"]) == [doubled for _, doubled in pairs]
    assert mapper({}) == {}
    assert list(mapper({"body": objects([])})) == ["body"]
    mapper.close()


def test_arrays(guest: Path) -> None:
    column = np.arange(12, dtype="<u4").reshape(4, 3)
    mapper = Mapper(guest, url="/double", body="in", answer="out", dtype="<u4")
    assert (mapper({"in": column})["out"] == column * 2).all()
    # Of several lengths.
    ragged = objects([np.arange(length, dtype="<u4") for length in (1, 3)])
    assert [list(out) for out in mapper({"in": ragged})["out"]] == [[0], [0, 2, 4]]
    mapper.close()


def test_whole_batches(guest: Path) -> None:
    column = np.arange(12, dtype="<u4").reshape(4, 3)
    mapper = Mapper(guest, url="/double", per="batch", dtype="<u4")
    assert (mapper({"body": column})["answer"] == column * 2).all()
    mapper.close()
    mapper = Mapper(guest, url="/echo", per="batch")
    assert list(mapper({"body": objects([b"ab", b"cd"])})["answer"]) == [b"ab", b"cd"]
    with pytest.raises(ValueError, match="split"):
        mapper({"body": objects([b"ab", b"c"])})
    mapper.close()


def test_functions(guest: Path) -> None:
    mapper = Mapper(
        guest,
        url=lambda row: f"/bytes?{row['count']}",
        method="GET",
        body=None,
        decode=lambda response: len(response.body),
    )
    assert list(mapper({"count": np.array([3, 5])})["answer"]) == [3, 5]
    mapper.close()
    mapper = Mapper(guest, url="/echo", body=lambda row: f"{row['a']}-{row['b']}")
    assert list(mapper({"a": np.array(["x"]), "b": np.array([7])})["answer"]) == [b"x-7"]
    mapper.close()


def test_what_goes_wrong(guest: Path) -> None:
    batch = {"path": objects(["/", "/trap", "/error", "/bytes?2"])}
    mapper = Mapper(guest, url=lambda row: str(row["path"]), body=None)
    with pytest.raises(wgpu_wasi.WgpuWasiError):
        mapper(batch)
    mapper.close()
    mapper = Mapper(guest, url=lambda row: str(row["path"]), body=None, errors="error")
    answered = mapper(batch)
    assert list(answered["answer"]) == [b"hello\n", None, None, b"xx"]
    kinds = [error and error.split(":")[0] for error in answered["error"]]
    assert kinds == [None, "Trap", "GuestError", None]
    mapper.close()
    mapper = Mapper(guest, body="none")
    with pytest.raises(ValueError, match="there are: path"):
        mapper(batch)
    with pytest.raises(TypeError, match="numpy"):
        mapper(7)  # type: ignore[arg-type]
    mapper.close()
    with pytest.raises(ValueError, match="row"):
        Mapper(guest, per="column")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="instancse"):
        Mapper(guest, instancse=2)  # type: ignore[call-arg]


AFTER_RAY = """
import sys
import ray, wgpu_wasi
wgpu_wasi.run(sys.argv[1], ["env"])
ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
try:
    wgpu_wasi.run(sys.argv[1], ["abort"])
except wgpu_wasi.Trap:
    print("it goes on")
"""


def test_a_trap_after_ray_has_begun(program: Path) -> None:
    """In a process of its own: it would be ended by Ray's handlers of signals."""
    ran = subprocess.run(
        [sys.executable, "-c", AFTER_RAY, str(program)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, "it goes on\n"), ran.stderr


def test_the_gpu_that_ray_has_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With two GPUs, that nvidia-smi knows; invented, for there is none where this is tested."""
    from wgpu_wasi import ray as module

    addresses = ["0000:1b:00.0", "0000:1c:00.0"]
    found = [
        wgpu_wasi.Adapter("H200", "discrete", "vulkan", "", 0x10DE, 1, address, 1 << 30)
        for address in addresses
    ]
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho '0, GPU-a, 00000000:1B:00.0'\necho '1, GPU-b, 00000000:1C:00.0'\n")
    program.chmod(0o755)

    class Context:
        def __init__(self, assigned: list[str]) -> None:
            self.assigned = assigned

        def get_accelerator_ids(self) -> dict[str, list[str]]:
            return {"GPU": self.assigned}

    def assigned(ids: list[str]) -> str | None:
        monkeypatch.setattr(module.ray, "get_runtime_context", lambda: Context(ids))
        return module._assigned_adapter()

    monkeypatch.setattr(module.ray, "is_initialized", lambda: True)
    monkeypatch.setattr(module, "adapters", lambda: found)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert assigned([]) is None
    assert assigned(["1"]) == "pci:00000000:1C:00.0"
    assert assigned(["GPU-a"]) == "pci:00000000:1B:00.0"
    with pytest.raises(wgpu_wasi.WgpuWasiError, match="can't be told"):
        assigned(["7"])
    monkeypatch.setattr(module, "adapters", lambda: found[:1])
    assert assigned(["0"]) is None


@pytest.fixture
def cluster() -> Iterator[tuple[Cluster, list[Any]]]:
    """A head that works nothing, and two nodes that do. Each has room for the actors of both."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=2, resources={f"node{number}": 1}) for number in (1, 2)]
    ray.init(address=cluster.address, logging_level="warning")
    cluster.wait_for_nodes()
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    try:
        yield cluster, nodes
    finally:
        ray.shutdown()
        cluster.shutdown()


def mapped(guest: Path, count: int, **arguments: Any) -> Any:
    """A data set of bodies of 4 KB, mapped by a pool of actors."""
    items = [{"id": number, "body": numbers(NUMBERS, number)[0]} for number in range(count)]
    kwargs = {"url": "/double", "instances": 1, **arguments}
    return ray.data.from_items(items, override_num_blocks=count // 5).map_batches(
        Tagged,
        fn_constructor_args=(ray.put(guest.read_bytes()),),
        fn_constructor_kwargs=kwargs,
        batch_size=5,
        num_cpus=1,
        scheduling_strategy="SPREAD",
        compute=ray.data.ActorPoolStrategy(min_size=2, max_size=2),
    )


class Tagged(Mapper):
    """Says where it was."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        answered = super().__call__(batch)
        time.sleep(0.1)
        node = ray.get_runtime_context().get_node_id()
        return {**answered, "node": objects([node] * len(answered["id"]))}


def check(rows: list[dict[str, Any]], count: int) -> set[str]:
    """Whether all is right, byte for byte; and where it was done."""
    assert sorted(row["id"] for row in rows) == list(range(count))
    for row in rows:
        assert row["answer"] == numbers(NUMBERS, row["id"])[1]
    return {row["node"] for row in rows}


def test_two_nodes(guest: Path, cluster: tuple[Cluster, list[Any]]) -> None:
    rows = mapped(guest, 200).take_all()
    assert check(rows, 200) == {node.node_id for node in cluster[1]}


def test_a_node_is_killed(guest: Path, cluster: tuple[Cluster, list[Any]]) -> None:
    """All is right, and 90 s after the node was killed at the latest."""
    there, nodes = cluster
    count, killed = 400, 0.0
    rows: list[dict[str, Any]] = []
    for row in mapped(guest, count).iter_rows():
        rows.append(row)
        if not killed and len({row["node"] for row in rows}) == len(nodes):
            there.remove_node(nodes[1], allow_graceful=False)
            killed = time.monotonic()
            assert len(rows) < count / 2, "most was done when the node was killed"
    end = time.monotonic()
    assert killed, "one node did it all"
    check(rows, count)
    assert end - killed < 90
    print(f"all was right {end - killed:.0f} s after a node was killed, with {count} rows")
