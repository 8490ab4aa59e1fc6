//! The calls of WASI 0.2 that make and write files, for the folder that a guest keeps files in. For other folders they
//! are wasmtime's.
//!
//! wasmtime has no way to count what a guest writes. So these take the place of its own in the linker. Where one of them
//! should miss, by another version of wasmtime say, the folder can be read and not written.

use std::{fs::File, io, sync::Arc};

use bytes::Bytes;
use wasmtime::{
    StoreContextMut,
    component::{Linker, Resource},
};
use wasmtime_wasi::{
    filesystem::{Descriptor, WasiFilesystemView as _},
    p2::{
        DynOutputStream, FsResult, OutputStream, Pollable, StreamError, StreamResult,
        bindings::filesystem::{
            preopens,
            types::{DescriptorFlags, ErrorCode, HostDescriptor, OpenFlags, PathFlags},
        },
    },
};

use super::{GUEST_FOLDER, KeptFolder, Opening};
use crate::runtime::{PIECE, State};

/// The interfaces, in wasmtime's version of WASI 0.2.
const PREOPENS: &str = "wasi:filesystem/preopens@0.2.12";
const TYPES: &str = "wasi:filesystem/types@0.2.12";

type Fd = Resource<Descriptor>;

/// What a call answers.
type Answer<T> = wasmtime::Result<(Result<T, ErrorCode>,)>;

/// Replaces these calls in `linker`, which must allow shadowing.
pub(in crate::runtime) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.instance(PREOPENS)?.func_wrap(
        "get-directories",
        |mut store: StoreContextMut<'_, State>, (): ()| {
            let state = store.data_mut();
            let found = preopens::Host::get_directories(&mut state.filesystem())?;
            if let Some(kept) = &state.kept {
                for (fd, _) in found.iter().filter(|(_, name)| name == GUEST_FOLDER) {
                    if let Descriptor::Dir(dir) = state.table.get(fd)? {
                        kept.add_root(&dir.dir);
                    }
                }
            }
            Ok((found,))
        },
    )?;
    add_of_folders(linker)?;
    add_of_files(linker)
}

/// Those that begin with a folder.
fn add_of_folders(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.func_wrap_async(
        "[method]descriptor.open-at",
        |mut store: StoreContextMut<'_, State>,
         (fd, path_flags, path, open, flags): (Fd, PathFlags, String, OpenFlags, DescriptorFlags)| {
            Box::new(async move {
                let state = store.data_mut();
                match state.kept_root(&fd)? {
                    Some(kept) if writes(open, flags) => answer(open_kept(&kept, state, &path, open)),
                    _ => answer(state.filesystem().open_at(fd, path_flags, path, open, flags).await),
                }
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.unlink-file-at",
        |mut store: StoreContextMut<'_, State>, (fd, path): (Fd, String)| {
            Box::new(async move {
                let state = store.data_mut();
                match state.kept_root(&fd)? {
                    Some(kept) => answer(kept.remove(&path).map_err(refused)),
                    None => answer(state.filesystem().unlink_file_at(fd, path).await),
                }
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.rename-at",
        |mut store: StoreContextMut<'_, State>, (fd, path, new_fd, new_path): (Fd, String, Fd, String)| {
            Box::new(async move {
                let state = store.data_mut();
                match (state.kept_root(&fd)?, state.kept_root(&new_fd)?) {
                    (Some(kept), Some(_)) => answer(kept.rename(&path, &new_path).map_err(refused)),
                    // From it to another folder, or back, wasmtime refuses.
                    _ => answer(state.filesystem().rename_at(fd, path, new_fd, new_path).await),
                }
            })
        },
    )
}

/// Those that begin with a file.
fn add_of_files(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.func_wrap_async(
        "[method]descriptor.set-size",
        |mut store: StoreContextMut<'_, State>, (fd, size): (Fd, u64)| {
            Box::new(async move {
                let state = store.data_mut();
                match state.kept_file(&fd)? {
                    Some((kept, file)) => answer(kept.set_length(&file, size).map_err(refused)),
                    None => answer(state.filesystem().set_size(fd, size).await),
                }
            })
        },
    )?;
    types.func_wrap_async(
        "[method]descriptor.write",
        |mut store: StoreContextMut<'_, State>, (fd, buffer, offset): (Fd, Vec<u8>, u64)| {
            Box::new(async move {
                let state = store.data_mut();
                match state.kept_file(&fd)? {
                    Some((kept, file)) => {
                        let written = kept.write(&file, Some(offset), &buffer);
                        answer(written.map(|end| end.saturating_sub(offset)).map_err(refused))
                    }
                    None => answer(state.filesystem().write(fd, buffer, offset).await),
                }
            })
        },
    )?;
    types.func_wrap(
        "[method]descriptor.write-via-stream",
        |mut store: StoreContextMut<'_, State>, (fd, offset): (Fd, u64)| {
            let state = store.data_mut();
            match state.kept_file(&fd)? {
                Some(kept) => answer(state.stream(kept, Some(offset))),
                None => answer(state.filesystem().write_via_stream(fd, offset)),
            }
        },
    )?;
    types.func_wrap(
        "[method]descriptor.append-via-stream",
        |mut store: StoreContextMut<'_, State>, (fd,): (Fd,)| {
            let state = store.data_mut();
            match state.kept_file(&fd)? {
                Some(kept) => answer(state.stream(kept, None)),
                None => answer(state.filesystem().append_via_stream(fd)),
            }
        },
    )
}

impl State {
    /// The folder that is kept, if this is it.
    fn kept_root(&self, fd: &Fd) -> wasmtime::Result<Option<Arc<KeptFolder>>> {
        let Some(kept) = &self.kept else { return Ok(None) };
        let is_root = matches!(self.table.get(fd)?, Descriptor::Dir(dir) if kept.is_root(&dir.dir));
        Ok(is_root.then(|| Arc::clone(kept)))
    }

    /// The folder that is kept, if this is a file of it that is open for writing.
    fn kept_file(&self, fd: &Fd) -> wasmtime::Result<Option<(Arc<KeptFolder>, Arc<File>)>> {
        let Some(kept) = &self.kept else { return Ok(None) };
        Ok(match self.table.get(fd)? {
            Descriptor::File(file) if kept.has(&file.file) => {
                Some((Arc::clone(kept), Arc::clone(&file.file)))
            }
            Descriptor::File(_) | Descriptor::Dir(_) => None,
        })
    }

    fn stream(
        &mut self,
        (kept, file): (Arc<KeptFolder>, Arc<File>),
        at: Option<u64>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let stream: DynOutputStream = Box::new(KeptStream { kept, file, at, is_closed: false });
        Ok(self.table.push(stream)?)
    }
}

/// Whether who opens a file so wants to write.
fn writes(open: OpenFlags, flags: DescriptorFlags) -> bool {
    let makes = open.contains(OpenFlags::CREATE) || open.contains(OpenFlags::TRUNCATE);
    !open.contains(OpenFlags::DIRECTORY) && (makes || flags.contains(DescriptorFlags::WRITE))
}

fn open_kept(kept: &KeptFolder, state: &mut State, name: &str, open: OpenFlags) -> FsResult<Fd> {
    let opening = Opening {
        create: open.contains(OpenFlags::CREATE),
        exclusive: open.contains(OpenFlags::EXCLUSIVE),
        truncate: open.contains(OpenFlags::TRUNCATE),
    };
    let file = kept.open_file(name, opening).map_err(refused)?;
    Ok(state.table.push(Descriptor::File(file))?)
}

/// What went wrong, for the guest; or the trap.
fn answer<T>(result: FsResult<T>) -> Answer<T> {
    Ok((match result {
        Ok(value) => Ok(value),
        Err(error) => Err(error.downcast()?),
    },))
}

fn refused(error: io::Error) -> wasmtime_wasi::p2::FsError {
    let code = match error.kind() {
        io::ErrorKind::StorageFull => ErrorCode::InsufficientSpace,
        io::ErrorKind::ResourceBusy => ErrorCode::Busy,
        io::ErrorKind::ReadOnlyFilesystem => ErrorCode::ReadOnly,
        _ => ErrorCode::from(&error),
    };
    code.into()
}

/// What a guest writes into a file that it keeps.
struct KeptStream {
    kept: Arc<KeptFolder>,
    file: Arc<File>,
    /// Where to; `None` is the end.
    at: Option<u64>,
    is_closed: bool,
}

impl OutputStream for KeptStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.flush()?;
        match self.kept.write(&self.file, self.at, &bytes) {
            Ok(end) => {
                self.at = self.at.map(|_| end);
                Ok(())
            }
            Err(error) => {
                self.is_closed = true;
                Err(StreamError::LastOperationFailed(error.into()))
            }
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        if self.is_closed { Err(StreamError::Closed) } else { Ok(()) }
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.flush().map(|()| PIECE)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for KeptStream {
    async fn ready(&mut self) {}
}
