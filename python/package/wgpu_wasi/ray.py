"""Maps data sets of Ray over a component: ``pip install wgpu-wasi[ray]``.

Ray has the cluster, the scheduling and the retries. ``Mapper`` is an ordinary class for its ``map_batches``::

    results = ray.data.read_parquet("texts").map_batches(
        wgpu_wasi.ray.Mapper,
        fn_constructor_args=("embed.wasm",),
        fn_constructor_kwargs={"url": "/embed", "body": "text", "answer": "embedding", "dtype": "float32"},
        num_gpus=1,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=8),
        batch_size=64,
    )
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, Unpack

try:
    import numpy as np
    import ray
except ImportError as error:
    raise ImportError(f"{error}: install it with `pip install wgpu-wasi[ray]`") from error

from ._adapters import adapters
from ._app import App, Body, GivenHeaders, Response
from ._errors import WgpuWasiError
from ._options import AppOptions, Component

Row = dict[str, Any]
Batch = dict[str, Any]

__all__ = ["Mapper"]


class Mapper:
    """Has a component answer a request for each row, or for each batch, of a data set.

    Give the class itself to ``map_batches``, and the arguments below by ``fn_constructor_args`` and
    ``fn_constructor_kwargs``: each actor of Ray makes one, and keeps the instances of its component with what
    they have loaded. Batches are dictionaries of NumPy's arrays, which is Ray's default.

    * ``component``: a path that every node has, the bytes of the component, or an ``ObjectRef`` of them by
      ``ray.put``.
    * ``url``, ``method``, ``headers``: of the requests. ``url`` may be a function of the row (or batch).
    * ``body``: the column that is the body: bytes, a text, or an array, of which the bytes are sent. Or a
      function that makes the body of a row (or batch); ``None`` sends none.
    * ``answer``: the column that the answers are put in, beside those that there are.
    * ``dtype``: the answers are arrays of this type. Without it they are ``bytes``.
    * ``decode``: a function that makes of a ``Response`` what is put there, in place of ``dtype``.
    * ``per``: ``"row"``, or ``"batch"``: then all bytes of the column are one body, and the answer is split
      evenly among the rows.
    * ``errors``: a column for what went wrong with a row, as text. Its answer is ``None`` then, and ``None``
      is here where all went well. Without it, an exception ends the task, and Ray does with it as it was
      told.
    * ``timeout``: seconds of one request, with the wait for an instance.

    A status that is not one of success is an error, ``StatusError``. All other options are those of ``App``.
    As many requests as ``instances`` are under way at a time. Where Ray has given the actor a GPU, it is
    used, unless ``adapter`` says otherwise.
    """

    def __init__(
        self,
        component: Component | ray.ObjectRef[bytes],
        *,
        url: str | Callable[[Any], str] = "/",
        method: str = "POST",
        headers: GivenHeaders = (),
        body: str | Callable[[Any], Body] | None = "body",
        answer: str = "answer",
        dtype: Any = None,
        decode: Callable[[Response], Any] | None = None,
        per: Literal["row", "batch"] = "row",
        errors: str | None = None,
        timeout: float | None = None,
        **options: Unpack[AppOptions],
    ) -> None:
        if per not in ("row", "batch"):
            raise ValueError(f"per is {per!r}: it may be 'row' or 'batch'")
        if dtype is not None and decode is not None:
            raise ValueError("write either dtype or decode")
        if errors is not None and per == "batch":
            raise ValueError("errors is for rows: with per='batch', what goes wrong is an exception")
        if isinstance(component, ray.ObjectRef):
            component = ray.get(component)
        if options.get("adapter") is None:
            options["adapter"] = _assigned_adapter()
        self._url, self._method, self._headers = url, method, headers
        self._body, self._answer, self._errors, self._timeout = body, answer, errors, timeout
        self._dtype = None if dtype is None else np.dtype(dtype)
        self._decode = decode
        self._per = per
        self._app = App(component, **options)
        # It is asked for each batch, by one thread of Ray's after the other.
        self._threads = ThreadPoolExecutor(options.get("instances", 2), "wgpu-wasi-mapper")

    def __call__(self, batch: Batch) -> Batch:
        """Answers a batch: all of its columns, and those of the answers."""
        if not isinstance(batch, dict):
            raise TypeError(f"a batch is a {type(batch).__name__}: write batch_format='numpy'")
        rows = len(next(iter(batch.values()))) if batch else 0
        if rows == 0:
            return batch
        if self._per == "batch":
            return {**batch, self._answer: self._split(self._request(batch), rows)}
        each = [{name: column[row] for name, column in batch.items()} for row in range(rows)]
        answers = list(self._threads.map(self._try_request if self._errors else self._one, each))
        if self._errors is None:
            return {**batch, self._answer: _column(answers)}
        values, failures = zip(*answers, strict=True)
        return {**batch, self._answer: _column(list(values)), self._errors: _objects(list(failures))}

    def close(self) -> None:
        """Ends the instances. An actor of Ray that ends need not call it."""
        self._threads.shutdown()
        self._app.close()

    def _one(self, row: Row) -> Any:
        return self._value(self._request(row))

    def _try_request(self, row: Row) -> tuple[Any, str | None]:
        try:
            return self._one(row), None
        except (WgpuWasiError, ValueError, TypeError) as error:
            return None, f"{type(error).__name__}: {error}"

    def _request(self, given: Mapping[str, Any]) -> Response:
        url = self._url(given) if callable(self._url) else self._url
        if self._body is None:
            body: Body | None = None
        elif callable(self._body):
            body = self._body(given)
        elif self._body in given:
            body = _as_body(given[self._body], self._body)
        else:
            there = ", ".join(given)
            raise ValueError(f"there is no column {self._body!r} (body); there are: {there}")
        response = self._app.request(self._method, url, self._headers, body, timeout=self._timeout)
        return response.raise_for_status()

    def _value(self, response: Response) -> Any:
        if self._decode is not None:
            return self._decode(response)
        return response.body if self._dtype is None else _array(response.body, self._dtype)

    def _split(self, response: Response, rows: int) -> Any:
        if self._decode is not None:
            values = self._decode(response)
            if len(values) != rows:
                raise ValueError(f"decode has made {len(values)} values of a batch of {rows} rows")
            return values
        values = response.body if self._dtype is None else _array(response.body, self._dtype)
        if len(values) % rows:
            what = "bytes" if self._dtype is None else "numbers"
            raise ValueError(
                f"the answer to a batch of {rows} rows has {len(values)} {what}, which can't be split"
            )
        if isinstance(values, np.ndarray):
            return values.reshape(rows, -1)
        part = len(values) // rows
        return _objects([values[row * part : (row + 1) * part] for row in range(rows)])


def _array(body: bytes, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if len(body) % dtype.itemsize:
        raise ValueError(f"the answer has {len(body)} bytes, which are no whole numbers of type {dtype}")
    # A copy: what is in `bytes` can't be written to, and others may want to.
    return np.frombuffer(body, dtype).copy()


def _as_body(value: Any, column: str) -> Body:
    if isinstance(value, np.ndarray) and value.dtype != object:
        return value.tobytes()
    if isinstance(value, np.ndarray):
        # A column of bytes, or of arrays that are not of one size.
        return b"".join(memoryview(_bytes_of(entry, column)).tobytes() for entry in value)
    return _bytes_of(value, column)


def _bytes_of(value: Any, column: str) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tobytes()
    raise TypeError(
        f"the column {column!r} (body) has a {type(value).__name__}: it has to be bytes, a text or an array; "
        "a function in place of the column can make one"
    )


def _column(values: list[Any]) -> Any:
    """Arrays of one shape become one array; everything else stays as it is."""
    shapes = {value.shape for value in values if isinstance(value, np.ndarray)}
    if len(shapes) == 1 and all(isinstance(value, np.ndarray) for value in values):
        return np.stack(values)
    return _objects(values)


def _objects(values: list[Any]) -> np.ndarray[Any, Any]:
    column = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        column[row] = value
    return column


def _assigned_adapter() -> str | None:
    """The GPU that Ray has given to this actor, where there are several.

    Ray says it by ``CUDA_VISIBLE_DEVICES``, which Vulkan does not know.
    """
    if not ray.is_initialized():
        return None
    assigned = ray.get_runtime_context().get_accelerator_ids().get("GPU", [])
    gpus = {adapter.pci for adapter in adapters() if adapter.pci} if assigned else set()
    if len(gpus) < 2:
        return None
    addresses = _addresses()
    address = addresses.get(str(assigned[0]))
    if address is None:
        raise WgpuWasiError(
            f"Ray has given this actor the GPU {assigned[0]}, and which of {', '.join(sorted(gpus))} that is "
            "can't be told without nvidia-smi: choose one with adapter='pci:…'"
        )
    return f"pci:{address}"


def _addresses() -> dict[str, str]:
    """The addresses of NVIDIA's GPUs on the PCI bus, by their numbers and their UUIDs."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return {}
    query = [program, "--query-gpu=index,uuid,pci.bus_id", "--format=csv,noheader"]
    # All of them: those that this process is to see are its own.
    environment = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    listed = subprocess.run(query, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    found: dict[str, str] = {}
    for line in listed.stdout.splitlines():
        number, uuid, address = (part.strip() for part in line.split(","))
        found[number] = found[uuid] = address
    return found
