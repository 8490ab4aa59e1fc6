"""How long a request of 4 KB takes from Python and from Rust, in turns.

``latency.py LATENCY COMPONENT [REQUESTS]``, where LATENCY is the program of ``examples/latency.rs``.
"""

from __future__ import annotations

import statistics
import struct
import subprocess
import sys
import time

import wgpu_wasi

ROUNDS = 5
MOST = 1.2
"""Times as long as from Rust that it may take."""


def median_of(app: wgpu_wasi.App, requests: int) -> float:
    """In microseconds."""
    body = struct.pack("<1024I", *range(1024))
    doubled = struct.pack("<1024I", *(2 * number for number in range(1024)))
    times = []
    for _ in range(requests):
        begin = time.perf_counter()
        response = app.request("POST", "/double", body=body)
        times.append(time.perf_counter() - begin)
        if response.status != 200 or response.body != doubled:
            sys.exit(f"the answer is wrong: {response.status}")
    return statistics.median(times) * 1e6


def main() -> None:
    """Prints each round, and fails where Python takes too long."""
    program, component, *rest = sys.argv[1:]
    requests = int(rest[0]) if rest else 1000
    ratios, of_task = [], []
    for number in range(1, ROUNDS + 1):
        told = subprocess.run(
            [program, component, str(requests)], capture_output=True, text=True, check=True
        ).stdout
        task, thread = (float(text) for text in told.split())
        with wgpu_wasi.App(component, instances=1) as app:
            median_of(app, requests // 4)
            python = median_of(app, requests)
        ratios.append(python / thread)
        of_task.append(python / task)
        print(
            f"{number}: Python {python:.0f} us; Rust {thread:.0f} us ({python / thread:.2f} times), "
            f"in a task {task:.0f} us ({python / task:.2f} times)"
        )
    ratio = statistics.median(ratios)
    task = statistics.median(of_task)
    print(f"median of {ROUNDS}: {ratio:.2f} times as long as from Rust, {task:.2f} times as from a task")
    if ratio > MOST:
        sys.exit(f"it may take {MOST} times as long")


if __name__ == "__main__":
    main()
