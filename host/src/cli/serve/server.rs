//! A server from its start to its end.

use std::{
    pin::pin,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::{self, Either};
use signal_hook::consts::{SIGINT, SIGTERM};
use tokio::{sync::watch, task::JoinHandle};

use super::{apps::Apps, config::Source, listen, options::ServerOptions};
use crate::cli::{
    HOST_FAILED,
    listening::{Administration, bind},
    run::end,
};

/// Between two looks at signals.
pub(in crate::cli) const LOOK: Duration = Duration::from_millis(50);

/// For what is left after the time for requests is up.
const GRACE: Duration = Duration::from_millis(500);

/// What those who look after the server are told.
#[derive(Debug, Default)]
pub(super) struct State {
    started: AtomicBool,
    stopping: AtomicBool,
}

impl State {
    pub(super) fn has_started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// What the process was told.
pub(in crate::cli) struct Signals {
    stop: Arc<AtomicBool>,
    reload: Arc<AtomicBool>,
}

impl Signals {
    pub(in crate::cli) fn listen() -> std::io::Result<Self> {
        let (stop, reload) = (Arc::<AtomicBool>::default(), Arc::default());
        for signal in [SIGTERM, SIGINT] {
            // Whoever asks twice does not want to wait.
            signal_hook::flag::register_conditional_shutdown(signal, HOST_FAILED.into(), Arc::clone(&stop))?;
            signal_hook::flag::register(signal, Arc::clone(&stop))?;
        }
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(&reload))?;
        Ok(Self { stop, reload })
    }

    pub(in crate::cli) fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn reload(&self) -> bool {
        self.reload.swap(false, Ordering::Relaxed)
    }

    /// Waits until it has to end.
    async fn stopped(&self) {
        while !self.stop() {
            tokio::time::sleep(LOOK).await;
        }
    }
}

/// Serves until the process is told to end, and ends it.
pub(super) fn run(options: ServerOptions, source: Source) -> wasmtime::Result<ExitCode> {
    let signals = Signals::listen()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let status = runtime.block_on(serve(options, source, &signals))?;
    // An instance may be left whose GPU does not finish; nobody waits for that.
    Ok(end(status))
}

async fn serve(options: ServerOptions, source: Source, signals: &Signals) -> wasmtime::Result<u8> {
    let (apps, state) = (Arc::<Apps>::default(), Arc::<State>::default());
    let admin = bind(options.admin_addr, &source.option("admin-addr")).await?;
    let listener = bind(options.addr, &source.option("addr")).await?;
    let (address, admin_address) = (listener.local_addr()?, admin.local_addr()?);
    let looked = listen::Looked(Arc::clone(&apps), Arc::clone(&state));
    tokio::spawn(listen::administer(admin, Administration::new(admin_address, looked)));
    tracing::info!("starting, administration at http://{admin_address}");
    let entries = source.entries()?;
    let starts = pin!(apps.replace(entries, options.drain));
    match future::select(starts, pin!(signals.stopped())).await {
        Either::Left((started, _)) => started.map_err(|error| source.told(&error))?,
        Either::Right(_) => {
            tracing::info!("stopping before it has started");
            return Ok(0);
        }
    }
    state.started.store(true, Ordering::Relaxed);
    tracing::info!("serving at http://{address}, administration at http://{admin_address}");
    let (stop, stopped) = watch::channel(false);
    let limits = (Arc::clone(&apps), options.max_connections);
    let serving = tokio::spawn(listen::serve(listener, limits, stopped, options.drain));
    // A task, so that it keeps nobody from hearing of the end.
    let mut reloading = None::<JoinHandle<()>>;
    while !signals.stop() {
        tokio::time::sleep(LOOK).await;
        if options.exit_on_gpu_loss && apps.lost_device() {
            tracing::error!("an instance has lost its device ({})", source.option("exit-on-gpu-loss"));
            return Ok(HOST_FAILED);
        }
        if reloading.as_ref().is_none_or(JoinHandle::is_finished) && signals.reload() {
            reloading = Some(tokio::spawn(reload(Arc::clone(&apps), source.clone(), options.drain)));
        }
    }
    if let Some(reloading) = reloading {
        reloading.abort();
    }
    let start = Instant::now();
    state.stopping.store(true, Ordering::Relaxed);
    tracing::info!("stopping");
    stop.send_replace(true);
    // The requests that are there are answered while no new connections are taken.
    let closed = serving.await.unwrap_or(false);
    let left = options.drain.saturating_sub(start.elapsed());
    let drained = tokio::time::timeout(left + GRACE * 2, apps.drain(left)).await;
    if !(closed && drained.is_ok_and(|answered| answered)) {
        let option = source.option("drain");
        tracing::warn!("requests were not answered within {:?} ({option})", options.drain);
    }
    Ok(0)
}

/// Reads the source anew. What is broken leaves what is there.
async fn reload(apps: Arc<Apps>, source: Source, drain: Duration) {
    tracing::info!("reading anew");
    let replaced = match source.entries() {
        Ok(entries) => apps.replace(entries, drain).await.map_err(|error| source.told(&error)),
        Err(error) => Err(error),
    };
    match replaced {
        Ok(()) => tracing::info!("all was read anew"),
        Err(error) => tracing::error!("what is there stays: {error:#}"),
    }
}
