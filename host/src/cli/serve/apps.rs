//! The components that are served: how they begin, where they are, and how others take their place.

use std::{sync::Arc, time::Duration};

use http::{Request, StatusCode};
use http_body_util::Empty;
use parking_lot::RwLock;

use super::config::{Entry, stem};
use crate::{
    cli::access::read,
    http::{Drained, Handler, prometheus},
};

/// A component that answers.
#[derive(Debug)]
pub(super) struct App {
    pub(super) name: String,
    path: String,
    pub(super) handler: Handler,
}

impl App {
    /// Compiles the component and has an instance begin, and answer if there is a path for that. The metrics go on
    /// where those of `before` are.
    async fn begin(entry: Entry, before: Option<&Handler>) -> wasmtime::Result<Self> {
        let Entry { name, path, component, options } = entry;
        let file = component.display();
        let what = if name == stem(&component) { file.to_string() } else { format!("{name:?}, {file}") };
        let told = |error: wasmtime::Error| error.context(format!("can't serve {what}"));
        let mut handling = options.handler(&name, &component).map_err(told)?;
        if let Some(before) = before {
            handling = handling.counts_on(before);
        }
        let compiled = tokio::task::spawn_blocking({
            let (options, component) = (options.clone(), component.clone());
            move || {
                let wasm = read(&component)?;
                let runtime = options.runtime()?;
                Ok::<_, wasmtime::Error>((runtime.compile(&wasm)?, runtime))
            }
        });
        let (compiled, runtime) = compiled.await?.map_err(told)?;
        let handler = Handler::new(&runtime, &compiled, handling).map_err(told)?;
        handler.try_one().await.map_err(told)?;
        let app = Self { name, path, handler };
        if let Some(path) = &options.warm_up
            && let Err(error) = app.warm_up(path, options.keep.max(1)).await
        {
            app.end().await;
            return Err(told(error));
        }
        Ok(app)
    }

    /// Ends what has begun of one that is not to answer: its instances keep each other otherwise.
    async fn end(&self) {
        self.handler.drain(Duration::ZERO).await;
    }

    /// Asks for `path`, as often at a time as instances are kept.
    async fn warm_up(&self, path: &str, times: usize) -> wasmtime::Result<()> {
        let ask = || {
            let (handler, request) = (self.handler.clone(), Request::get(path).body(Empty::new()));
            tokio::spawn(async move { Ok::<_, http::Error>(handler.handle(request?).await.status()) })
        };
        let asked: Vec<_> = (0..times).map(|_| ask()).collect();
        for answer in asked {
            let status = answer.await??;
            if status >= StatusCode::BAD_REQUEST {
                return Err(wasmtime::format_err!("the answer to {path} is {status} (--warm-up)"));
            }
        }
        Ok(())
    }
}

/// All components that answer now.
#[derive(Debug, Default)]
pub(super) struct Apps {
    /// Those with the longest paths first.
    apps: RwLock<Arc<[Arc<App>]>>,
}

impl Apps {
    /// The component that answers what is at `path`.
    pub(super) fn find(&self, path: &str) -> Option<Arc<App>> {
        let is_at = |app: &Arc<App>| {
            let rest = path.strip_prefix(app.path.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.all().iter().find(|app| is_at(app)).map(Arc::clone)
    }

    fn all(&self) -> Arc<[Arc<App>]> {
        Arc::clone(&self.apps.read())
    }

    /// Has `entries` answer in place of what does now; that is drained then, for up to `drain`. Where one of them does not
    /// begin, all stays as it is.
    pub(super) async fn replace(&self, entries: Vec<Entry>, drain: Duration) -> wasmtime::Result<()> {
        /// For requests that have looked for their component and are about to be let in.
        const PAUSE: Duration = Duration::from_millis(100);
        let old = self.all();
        let mut apps = Vec::new();
        for entry in entries {
            let before = old.iter().find(|app| app.name == entry.name);
            match App::begin(entry, before.map(|app| &app.handler)).await {
                Ok(app) => apps.push(Arc::new(app)),
                Err(error) => {
                    for app in apps {
                        app.end().await;
                    }
                    return Err(error);
                }
            }
        }
        apps.sort_by_key(|app| std::cmp::Reverse(app.path.len()));
        *self.apps.write() = apps.into();
        for app in old.iter().map(Arc::clone) {
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                let Drained { answered, .. } = app.handler.drain(drain).await;
                if !answered {
                    tracing::warn!(app = app.name, "requests to the component before were ended");
                }
            });
        }
        Ok(())
    }

    /// Lets no more requests in, and waits for those that are there, for up to `limit`. Whether all were answered.
    pub(super) async fn drain(&self, limit: Duration) -> bool {
        let draining: Vec<_> = self
            .all()
            .iter()
            .map(|app| {
                let app = Arc::clone(app);
                tokio::spawn(async move { app.handler.drain(limit).await })
            })
            .collect();
        let mut all = true;
        for drained in draining {
            all &= drained.await.is_ok_and(|drained| drained.answered);
        }
        all
    }

    /// Whether it is worth sending requests.
    pub(super) fn are_ready(&self) -> bool {
        let all = self.all();
        !all.is_empty() && all.iter().all(|app| app.handler.is_ready())
    }

    /// Whether an instance has lost its device.
    pub(super) fn lost_device(&self) -> bool {
        self.all().iter().any(|app| app.handler.devices_lost() > 0)
    }

    /// The metrics of all.
    pub(super) fn metrics(&self) -> String {
        let all = self.all();
        prometheus(all.iter().map(|app| (app.name.as_str(), &app.handler)))
    }
}
