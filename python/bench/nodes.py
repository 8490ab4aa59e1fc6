"""How many more requests two nodes of Ray answer than one: ``nodes.py COMPONENT``.

Each request has 4 KB and takes 50 ms in which nothing is computed, so that it is about Ray and this package:
the nodes share this machine.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import ray
from ray.cluster_utils import Cluster
from wgpu_wasi.ray import Mapper

ROUNDS = 3
LEAST = 1.8
"""Times as many that two nodes have to answer."""

COUNT = 200
BATCH = 5

# Workers have not got this module.
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])


class Tagged(Mapper):
    """Says where and when a batch was done."""

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        answered = super().__call__(batch)
        rows, node = len(answered["id"]), ray.get_runtime_context().get_node_id()
        return {**answered, "node": np.array([node] * rows), "at": np.full(rows, time.time())}


def rate(component: Path, nodes: int) -> float:
    """Answers a second, while all nodes are at work."""
    items = [{"id": number, "body": bytes(4096)} for number in range(COUNT * nodes)]
    mapped = ray.data.from_items(items, override_num_blocks=len(items) // BATCH).map_batches(
        Tagged,
        fn_constructor_args=(ray.put(component.read_bytes()),),
        fn_constructor_kwargs={"url": "/sleep?50", "instances": 1},
        batch_size=BATCH,
        num_cpus=1,
        scheduling_strategy="SPREAD",
        compute=ray.data.ActorPoolStrategy(min_size=nodes, max_size=nodes),
    )
    rows = mapped.take_all()
    if any(row["answer"] != b"slept\n" for row in rows) or len(rows) != len(items):
        sys.exit("an answer is wrong")
    times: dict[str, list[float]] = {}
    for row in rows:
        times.setdefault(row["node"], []).append(row["at"])
    if len(times) != nodes:
        sys.exit(f"{len(times)} of {nodes} nodes have worked")
    # From when the last of them has begun to when the first of them has nothing left to do.
    begin, end = max(map(min, times.values())), min(map(max, times.values()))
    done = sum(begin < at <= end for node in times.values() for at in node)
    return done / (end - begin)


def main() -> None:
    """Prints each round, and fails where the second node brings too little."""
    component = Path(sys.argv[1])
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    cluster.add_node(num_cpus=2)
    ray.init(address=cluster.address, logging_level="warning")
    cluster.wait_for_nodes()
    ray.data.DataContext.get_current().enable_progress_bars = False
    ratios = []
    for number in range(1, ROUNDS + 1):
        one = rate(component, 1)
        second = cluster.add_node(num_cpus=2)
        cluster.wait_for_nodes()
        two = rate(component, 2)
        cluster.remove_node(second)
        cluster.wait_for_nodes()
        ratios.append(two / one)
        print(f"{number}: one node {one:.1f}/s, two {two:.1f}/s ({two / one:.2f} times)", flush=True)
    ray.shutdown()
    cluster.shutdown()
    ratio = statistics.median(ratios)
    print(f"median of {ROUNDS}: two nodes answer {ratio:.2f} times as many as one")
    if ratio < LEAST:
        sys.exit(f"they have to answer {LEAST} times as many")


if __name__ == "__main__":
    main()
