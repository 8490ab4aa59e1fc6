//! The server from its start to its end.

use std::{
    path::Path,
    process::ExitCode,
    sync::{Arc, atomic::Ordering},
};

use tokio::sync::watch;

use super::{
    gate::{Gate, Token},
    guests::{Guests, Stopped},
    listen::{self, Looked, Site},
    options::StreamOptions,
};
use crate::cli::{
    HOST_FAILED,
    access::read,
    imports::Imports,
    listening::{Administration, FEW, bind},
    options::check_imports,
    run::end,
    serve::{LOOK, ServerOptions, Signals, stem},
};

/// Serves until the process is told to end, and ends it.
pub(super) fn run(server: &ServerOptions, options: StreamOptions, app: &Path) -> wasmtime::Result<ExitCode> {
    let signals = Signals::listen()?;
    let wasm = read(app)?;
    let runtime = options.runtime()?;
    let told = |error: wasmtime::Error| error.context(format!("can't run {}", app.display()));
    let component = runtime.compile(&wasm).map_err(told)?;
    check_imports(&runtime, &component)?;
    if !Imports::of(&wasm).windows {
        return Err(wasmtime::format_err!(
            "{} opens no windows: `wgpu-wasi run` runs it, and `wgpu-wasi serve` has it answer requests",
            app.display()
        ));
    }
    let guests = Guests::new(stem(app), options, runtime, component);
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let status = tokio.block_on(serve(server, &guests, &signals))?;
    // A guest may be left whose GPU does not finish; nobody waits for that.
    Ok(end(status))
}

async fn serve(server: &ServerOptions, guests: &Arc<Guests>, signals: &Signals) -> wasmtime::Result<u8> {
    let admin = bind(server.admin_addr, "--admin-addr").await?;
    let listener = bind(server.addr, "--addr").await?;
    let (address, admin_address) = (listener.local_addr()?, admin.local_addr()?);
    // With another name, this address is that of a proxy, which others reach.
    let reached = !address.ip().is_loopback() || !guests.options.hosts.is_empty();
    let token = (guests.options.token || reached).then(Token::new).transpose()?;
    let secret = token.as_ref().map(|token| format!("?token={}", token.text())).unwrap_or_default();
    let gate = Gate::new(address, token, &guests.options.hosts);
    let (stop, stopped) = watch::channel(false);
    let looked = Looked { guests: Arc::clone(guests), stopped: stopped.clone() };
    let administration = Administration::new(admin_address, looked);
    // They are answered to the very end.
    let never = watch::Sender::new(false);
    tokio::spawn(listen::accept(admin, (administration, FEW), never.subscribe()));
    let site = Site { guests: Arc::clone(guests), gate: Arc::new(gate) };
    tokio::spawn(listen::accept(listener, (site, server.max_connections), stopped));
    // Once, and not in the log: it lets in whoever knows it.
    println!("http://{address}/{secret}");
    tracing::info!("showing {} at http://{address}, administration at http://{admin_address}", guests.name);
    loop {
        tokio::time::sleep(LOOK).await;
        if signals.stop() {
            break;
        }
        if server.exit_on_gpu_loss && guests.counts.device_lost.load(Ordering::Relaxed) > 0 {
            tracing::error!("a program has lost its device (--exit-on-gpu-loss)");
            return Ok(HOST_FAILED);
        }
    }
    tracing::info!("stopping");
    stop.send_replace(true);
    match guests.stop(server.drain).await {
        Stopped::ByThemselves => {}
        Stopped::Ended => {
            tracing::warn!("programs were ended that were still there after {:?} (--drain)", server.drain);
        }
        Stopped::Stuck => tracing::error!("a program could not be ended"),
    }
    // What visitors are told is on its way.
    tokio::time::sleep(LOOK * 4).await;
    Ok(0)
}
