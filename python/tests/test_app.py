"""`wgpu_wasi.App`: answers, what goes wrong, and threads."""

from __future__ import annotations

import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import wgpu_wasi

from conftest import numbers


def test_a_component_answers(app: wgpu_wasi.App) -> None:
    response = app.request("GET", "/")
    assert (response.status, response.body, response.text) == (200, b"hello\n", "hello\n")
    assert response.ok
    assert response.raise_for_status() is response
    assert app.get("/bytes?7").body == b"x" * 7
    assert app.get("http://somewhere.example/bytes?3").body == b"xxx"


@pytest.mark.parametrize("count", [0, 1, 1024, 300_000])
def test_numbers_are_doubled_on_the_gpu(app: wgpu_wasi.App, count: int) -> None:
    given, doubled = numbers(count)
    assert app.post("/double", given).body == doubled


def test_all_kinds_of_bodies(app: wgpu_wasi.App) -> None:
    import numpy as np

    array = np.arange(12, dtype="<u4").reshape(3, 4)
    bodies = [b"abc", bytearray(b"abc"), memoryview(b"xabcx")[1:4], "abc"]
    assert [app.post("/echo", body).body for body in bodies] == [b"abc"] * 4
    assert app.post("/echo", "ä€").text == "ä€"
    assert app.post("/echo", array).body == array.tobytes()
    # Not as it lies in memory.
    assert app.post("/echo", array.T).body == array.T.tobytes()
    assert app.post("/echo").body == b""
    with pytest.raises(TypeError):
        app.post("/echo", 7)  # type: ignore[arg-type]


def test_headers(components: Path) -> None:
    headers = wgpu_wasi.Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-One", "1")])
    assert headers["SET-COOKIE"] == "a=1, b=2"
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert dict(headers) == {"set-cookie": "a=1, b=2", "x-one": "1"}
    assert headers.get("none") is None
    with wgpu_wasi.App(components / "serve_filter.wasm") as app:
        response = app.get("/", {"Accept": "text/plain"})
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        refused = app.post("/?exposure=many", b"x")
        assert refused.status == 400
        with pytest.raises(wgpu_wasi.StatusError, match="400") as caught:
            refused.raise_for_status()
        assert caught.value.response.body == refused.body
        assert pickle.loads(pickle.dumps(caught.value)).response == refused


@pytest.mark.parametrize(
    ("method", "url", "headers", "what"),
    [
        ("GET", "", (), "is no path"),
        ("GET", "bytes", (), "is no path"),
        ("GET", "/a b", (), "is no path"),
        ("GET", "http://", (), "is no path"),
        ("G T", "/", (), "is no method"),
        ("CONNECT", "example.com:80", (), "is no path"),
        ("GET", "/", [("a b", "c")], "is no name of a header"),
        ("GET", "/", {"a": "b\nc"}, "has characters"),
    ],
)
def test_requests_that_are_none(
    app: wgpu_wasi.App, method: str, url: str, headers: list[tuple[str, str]], what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        app.request(method, url, headers)


def test_what_is_no_component(tmp_path: Path, program: Path) -> None:
    with pytest.raises(FileNotFoundError):
        wgpu_wasi.App(tmp_path / "none.wasm")
    with pytest.raises(wgpu_wasi.BadComponent, match="not a WebAssembly component"):
        wgpu_wasi.App(b"#!/bin/sh\n")
    with pytest.raises(wgpu_wasi.BadComponent, match="core WebAssembly module"):
        wgpu_wasi.App(b"\0asm\1\0\0\0")
    broken = program.read_bytes()[:5000]
    with pytest.raises(wgpu_wasi.BadComponent, match=r"the component: it can't be used: "):
        wgpu_wasi.App(broken)
    with pytest.raises(wgpu_wasi.BadComponent, match="it is a program"):
        wgpu_wasi.App(program)


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"instancse": 1}, TypeError, "instancse"),
        ({"instances": 0}, ValueError, "at least 1"),
        ({"max_gpu_memory": "many"}, ValueError, "2GB"),
        ({"max_gpu_memory": -1}, ValueError, "less than 0"),
        ({"request_timeout": -1}, ValueError, "seconds"),
        ({"request_timeout": float("nan")}, ValueError, "seconds"),
        ({"dirs": "/tmp"}, TypeError, "list"),
        ({"dirs": ["/no/such/folder"]}, wgpu_wasi.WgpuWasiError, "no/such/folder"),
        ({"adapter": "no such GPU"}, wgpu_wasi.WgpuWasiError, "there are: "),
        ({"adapter": "pci:zz"}, wgpu_wasi.WgpuWasiError, "no address"),
    ],
)
def test_options_that_make_no_sense(
    guest: Path, options: dict[str, object], error: type[Exception], what: str
) -> None:
    with pytest.raises(error, match=what):
        wgpu_wasi.App(guest, **options)  # type: ignore[arg-type]


def test_sizes() -> None:
    from wgpu_wasi._options import size

    given = [7, "7", "2GB", "1.5 MiB", "0b"]
    assert [size(value, "max_body") for value in given] == [7, 7, 2_000_000_000, 1_572_864, 0]


def test_an_instance_that_traps_harms_no_other(guest: Path) -> None:
    with wgpu_wasi.App(guest, instances=2) as app:
        for _ in range(3):
            with pytest.raises(wgpu_wasi.Trap, match="trap"):
                app.get("/trap")
            assert app.get("/").body == b"hello\n"
        with pytest.raises(wgpu_wasi.GuestError):
            app.get("/error")
        with pytest.raises(wgpu_wasi.IncompleteBody):
            app.get("/half")
        assert app.get("/").body == b"hello\n"


def test_time_is_up(guest: Path) -> None:
    with wgpu_wasi.App(guest, instances=1, request_timeout=0.5, stall_timeout=0.5) as app:
        for path in ["/loop", "/sleep?60000"]:
            start = time.monotonic()
            with pytest.raises(wgpu_wasi.Timeout, match="request_timeout"):
                app.get(path)
            assert 0.4 < time.monotonic() - start < 3
            assert app.get("/").ok
        with pytest.raises(wgpu_wasi.IncompleteBody):
            app.get("/stall")
        assert app.get("/").ok


def test_the_time_of_one_request_is_up(guest: Path) -> None:
    with wgpu_wasi.App(guest, instances=1, stop_on_timeout=True) as app:
        start = time.monotonic()
        with pytest.raises(TimeoutError, match="300ms"):
            app.get("/sleep?60000", timeout=0.3)
        assert time.monotonic() - start < 2
        # The instance has ended.
        assert app.get("/count", timeout=30).text == "1\n"


def test_a_guest_that_hoards(guest: Path) -> None:
    with wgpu_wasi.App(guest, max_gpu_memory="64MB") as app:
        with pytest.raises(wgpu_wasi.Trap):
            app.get("/hoard")
        assert app.get("/").ok
        assert app.post("/double", b"\1\0\0\0").body == b"\2\0\0\0"


def test_bodies_that_are_too_large(guest: Path) -> None:
    with wgpu_wasi.App(guest, max_body=1000, max_response="1kB") as app:
        assert app.post("/echo", b"x" * 1000).body == b"x" * 1000
        with pytest.raises(wgpu_wasi.TooLarge, match="max_body"):
            app.post("/echo", b"x" * 1001)
        with pytest.raises(wgpu_wasi.TooLarge, match="max_response"):
            app.get("/bytes?1001")
        # One without an end.
        with pytest.raises(wgpu_wasi.TooLarge, match="max_response"):
            app.get("/parts", timeout=60)
        assert app.get("/").ok


def test_an_app_that_is_busy(guest: Path) -> None:
    with wgpu_wasi.App(guest, instances=1, queue=1, queue_timeout=0.2) as app:
        app.get("/")
        with ThreadPoolExecutor(3) as threads:
            slow = threads.submit(app.get, "/sleep?1500")
            time.sleep(0.3)
            waits = threads.submit(app.get, "/")
            time.sleep(0.1)
            with pytest.raises(wgpu_wasi.Busy, match="queue"):
                app.get("/")
            with pytest.raises(wgpu_wasi.Busy, match="queue_timeout"):
                waits.result()
            assert slow.result().ok
        assert app.get("/").ok


def test_threads_wait_beside_each_other(guest: Path) -> None:
    """Python's lock is free while a request is under way, and each gets its own answer."""
    with wgpu_wasi.App(guest, instances=4) as app, ThreadPoolExecutor(16) as threads:
        start = time.monotonic()
        assert all(response.ok for response in threads.map(lambda _: app.get("/sleep?700"), range(4)))
        assert time.monotonic() - start < 2.4
        turns = 0
        slow = threads.submit(app.get, "/sleep?500")
        while not slow.done():
            turns += 1
            time.sleep(0.001)
        assert turns > 50
        given = [numbers(512, first) for first in range(100)]
        answers = threads.map(lambda pair: app.post("/double", pair[0]).body, given)
        assert list(answers) == [doubled for _, doubled in given]
        assert 1 <= app.instances <= 4
        assert app.queued == 0
        assert app.gpu_memory >= 0


def test_each_request_may_have_a_fresh_sandbox(guest: Path) -> None:
    with wgpu_wasi.App(guest, reuse=1) as app:
        assert [app.get("/count").text for _ in range(3)] == ["1\n"] * 3
    with wgpu_wasi.App(guest, instances=1) as app:
        assert [app.get("/count").text for _ in range(3)] == ["1\n", "2\n", "3\n"]


def test_the_end_of_an_app(guest: Path) -> None:
    app = wgpu_wasi.App(guest)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(app.get, "/sleep?700")
        time.sleep(0.2)
        assert app.is_ready
        assert app.close()
        # What was there was answered.
        assert slow.result().ok
    assert not app.is_ready
    assert app.instances == 0
    with pytest.raises(wgpu_wasi.Closed):
        app.get("/")
    assert app.close()
    assert repr(app) == f"<wgpu_wasi.App of {guest}>"


def test_an_app_is_closed_though_a_request_goes_on(guest: Path) -> None:
    app = wgpu_wasi.App(guest)
    with ThreadPoolExecutor(1) as threads:
        endless = threads.submit(app.get, "/loop")
        time.sleep(0.3)
        start = time.monotonic()
        assert not app.close(0.2)
        assert time.monotonic() - start < 4
        with pytest.raises(wgpu_wasi.WgpuWasiError):
            endless.result()


def test_an_app_that_is_forgotten_ends_its_instances(guest: Path) -> None:
    for _ in range(3):
        app = wgpu_wasi.App(guest)
        assert app.post("/double", b"\1\0\0\0").ok
        del app
    before = threading.active_count()
    with wgpu_wasi.App(guest) as app:
        app.get("/")
    assert threading.active_count() == before


def test_an_app_elsewhere_is_a_new_one(guest: Path) -> None:
    with wgpu_wasi.App(guest, instances=1) as app:
        app.get("/count")
        again = pickle.loads(pickle.dumps(app))
        with again:
            assert again.get("/count").text == "1\n"
        assert app.get("/count").text == "2\n"


def test_exceptions_can_be_sent() -> None:
    for kind in [wgpu_wasi.Timeout, wgpu_wasi.Trap, wgpu_wasi.Busy]:
        error = kind("what")
        error.note = "more"  # type: ignore[attr-defined]
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.note) == (kind, "what", "more")
        assert issubclass(kind, wgpu_wasi.WgpuWasiError)


def test_a_component_of_the_old_version(components: Path) -> None:
    with wgpu_wasi.App(components / "http_p2_guest.wasm") as app:
        assert app.get("/").ok


def test_the_adapters() -> None:
    found = wgpu_wasi.adapters()
    assert found
    assert all(adapter.name and adapter.kind and adapter.backend for adapter in found)
