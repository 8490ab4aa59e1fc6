"""`wgpu_wasi.run`: programs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import wgpu_wasi
from wgpu_wasi import Dir


def test_input_and_output(program: Path) -> None:
    done = wgpu_wasi.run(program, ["echo"], stdin=b"a\0b\xff" * 100_000)
    assert (done.status, done.stdout, done.stderr) == (0, b"a\0b\xff" * 100_000, b"400000 bytes")
    assert wgpu_wasi.run(program.read_bytes(), ["echo"], stdin="ä").stdout.decode() == "ä"
    assert wgpu_wasi.run(program, ["args", "--x", "ä b"]).stdout.decode() == '["args", "--x", "ä b"]\n'


def test_a_program_on_the_gpu(components: Path) -> None:
    done = wgpu_wasi.run(components / "doubling.wasm", ["1", "2.5", "-3"], timeout=120)
    assert done == wgpu_wasi.Completed(0, b"2 5 -6\n", b"")
    assert done.check() is done


def test_a_status_is_no_exception(program: Path) -> None:
    done = wgpu_wasi.run(program, ["unknown"])
    # WASI 0.2 knows success and failure alone.
    assert done.status == 1
    with pytest.raises(wgpu_wasi.WgpuWasiError, match=r"status 1: what is .unknown"):
        done.check()


def test_it_sees_what_it_is_given(program: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    env = wgpu_wasi.run(program, ["env"], env={"A": "1"})
    assert env.stdout == b'[("A", "1")]\n'
    for dirs in [{str(tmp_path): "/data"}, [Dir(tmp_path, "/data", read_only=True)]]:
        assert wgpu_wasi.run(program, ["read", "/data/file"], dirs=dirs).stdout == b"text"
    assert wgpu_wasi.run(program, ["read", str(tmp_path / "file")], dirs=[tmp_path]).stdout == b"text"
    for path in ["/data/file", "/etc/passwd", "/data/../../etc/passwd"]:
        dirs = [] if path == "/data/file" else [Dir(tmp_path, "/data")]
        assert b"text" not in wgpu_wasi.run(program, ["read", path], dirs=dirs).stdout
        assert b"root" not in wgpu_wasi.run(program, ["read", path], dirs=dirs).stdout
    read_only = [Dir(tmp_path, "/data", read_only=True)]
    assert wgpu_wasi.run(program, ["write", "/data/new"], dirs=read_only).stdout != b"ok\n"
    assert not (tmp_path / "new").exists()
    assert wgpu_wasi.run(program, ["write", "/data/new"], dirs={str(tmp_path): "/data"}).stdout == b"ok\n"
    assert (tmp_path / "new").read_text() == "written"


def test_no_folder_with_compiled_code(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WGPU_WASI_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(wgpu_wasi.WgpuWasiError, match="native code"):
        wgpu_wasi.run(program, ["env"], dirs=[tmp_path])


@pytest.mark.parametrize(("what", "status"), [("panic", 101), ("abort", 134)])
def test_a_trap(program: Path, what: str, status: int) -> None:
    with pytest.raises(wgpu_wasi.Trap, match="python_guest") as caught:
        wgpu_wasi.run(program, [what])
    assert caught.value.status == status
    if what == "panic":
        assert caught.value.stdout == b"before\n"
        assert b"it was asked for" in caught.value.stderr


@pytest.mark.parametrize("what", ["loop", "sleep"])
def test_time_is_up(program: Path, what: str) -> None:
    start = time.monotonic()
    with pytest.raises(wgpu_wasi.Timeout, match="within 1s") as caught:
        wgpu_wasi.run(program, [what], timeout=1)
    assert 0.9 < time.monotonic() - start < 3
    assert caught.value.stdout == (b"before\n" if what == "loop" else b"")


def test_limits(program: Path) -> None:
    assert len(wgpu_wasi.run(program, ["print", "100"]).stdout) == 100 * 1024
    with pytest.raises(wgpu_wasi.TooLarge, match="max_output") as caught:
        wgpu_wasi.run(program, ["print", "1000000000"], max_output=2048, timeout=60)
    assert len(caught.value.stdout) == 2048
    with pytest.raises(wgpu_wasi.Trap):
        wgpu_wasi.run(program, ["hoard"], max_guest_memory="100MB")


def test_what_is_no_program(guest: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        wgpu_wasi.run(tmp_path / "none.wasm")
    with pytest.raises(wgpu_wasi.BadComponent, match="not a WebAssembly component"):
        wgpu_wasi.run(b"")
    with pytest.raises(wgpu_wasi.BadComponent):
        wgpu_wasi.run(guest)
    with pytest.raises(TypeError, match="instances"):
        wgpu_wasi.run(b"", instances=2)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="list of texts"):
        wgpu_wasi.run(b"", "--help")
    with pytest.raises(ValueError, match="timeout"):
        wgpu_wasi.run(b"", timeout=-1)
