//! What the servers of the command line have in common: how connections are taken, by which names a server is reached, and
//! what those see who look after it.

mod administration;
mod hosts;

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use futures_util::future::{self, Either};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};

pub(super) use self::{
    administration::{Administered, Administration, No},
    hosts::{Hosts, the_host},
};

/// Between two tries to take a connection where the system has no room for one.
pub(super) const PAUSE: Duration = Duration::from_millis(50);

/// How long the head of a request may take, and a connection be there without one.
pub(super) const HEAD: Duration = Duration::from_secs(30);

/// Bytes of the head of a request, and bytes of a response that are on their way.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// More connections than any system has room for.
const MOST_CONNECTIONS: u32 = 1 << 20;

/// Those of who looks after the server: they are few.
pub(super) const FEW: usize = 64;

/// Opens the place to listen at, which `option` names.
pub(super) async fn bind(address: SocketAddr, option: &str) -> wasmtime::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        wasmtime::Error::from(error).context(format!("can't listen at {address} ({option})"))
    })
}

/// Places for connections.
pub(super) struct Places {
    all: Arc<Semaphore>,
    most: u32,
}

impl Places {
    /// For so many at a time.
    pub(super) fn new(most: usize) -> Self {
        let most = u32::try_from(most).unwrap_or(MOST_CONNECTIONS).clamp(1, MOST_CONNECTIONS);
        Self { all: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(1))), most }
    }

    /// Takes connections until `stop`, and hands each over with its place. Those beyond the limit wait at the system's.
    pub(super) async fn accept(
        &self,
        listener: &TcpListener,
        stop: &mut watch::Receiver<bool>,
        mut take: impl FnMut(TcpStream, OwnedSemaphorePermit),
    ) {
        loop {
            let accept = pin!(async {
                let place = Arc::clone(&self.all).acquire_owned().await;
                (listener.accept().await, place)
            });
            match future::select(accept, pin!(told(stop))).await {
                Either::Left(((Ok((stream, _)), Ok(place)), _)) => take(stream, place),
                Either::Left(((Err(error), _), _)) => {
                    tracing::warn!("a connection was not taken: {error}");
                    tokio::time::sleep(PAUSE).await;
                }
                // The places are never closed.
                Either::Left(((Ok(_), Err(_)), _)) | Either::Right(_) => return,
            }
        }
    }

    /// A place, if there is one.
    pub(super) fn try_one(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.all).try_acquire_owned().ok()
    }

    /// Waits until nobody has a place, for up to `limit`; whether it is so.
    pub(super) async fn empty(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.all.acquire_many(self.most)).await.is_ok()
    }
}

/// Waits until the server is told to stop.
pub(super) async fn told(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
