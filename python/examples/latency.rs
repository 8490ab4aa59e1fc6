//! How long a request of 4 KB takes from Rust, for `bench/latency.py`, which compares Python with it:
//! `latency COMPONENT REQUESTS` prints the medians in microseconds, of a task of tokio's and of a thread outside.

use std::{env, error::Error, fs, time::Instant};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use wgpu_wasi_host::{
    command::{Runtime, RuntimeOptions},
    http::{Handler, HandlerOptions},
    launch::cache_folder,
};

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    let (Some(component), Some(requests)) = (arguments.next(), arguments.next()) else {
        return Err("usage: latency COMPONENT REQUESTS".into());
    };
    let requests: usize = requests.parse()?;
    let options = RuntimeOptions::default().interruptible(true);
    let runtime = Runtime::new(&match cache_folder() {
        Some(folder) => options.cache(folder),
        None => options,
    })?;
    let component = runtime.compile(&fs::read(component)?)?;
    let threads = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let _inside = threads.enter();
    let handler = Handler::new(&runtime, &component, HandlerOptions::default().instances(1))?;
    let body: Bytes = (0..1024_u32).flat_map(u32::to_le_bytes).collect();

    let once = async |handler: &Handler| -> Result<u128, Failure> {
        let begin = Instant::now();
        let request = Request::post("/double").body(Full::new(body.clone()))?;
        let response = handler.handle(request).await;
        let status = response.status();
        let answer = response.into_body().collect().await?.to_bytes();
        if !status.is_success() || answer.len() != body.len() {
            return Err(format!("the answer is {status}, with {} bytes", answer.len()).into());
        }
        Ok(begin.elapsed().as_nanos())
    };
    // The first ones open the GPU.
    for _ in 0..requests / 4 {
        threads.block_on(once(&handler))?;
    }
    let mut outside = Vec::new();
    for _ in 0..requests {
        outside.push(threads.block_on(once(&handler))?);
    }
    let inside = threads.block_on(async {
        let mut times = Vec::new();
        for _ in 0..requests {
            let (handler, body) = (handler.clone(), body.clone());
            let asked = async move {
                let begin = Instant::now();
                let response = handler.handle(Request::post("/double").body(Full::new(body))?).await;
                drop(response.into_body().collect().await?);
                Ok::<_, Failure>(begin.elapsed().as_nanos())
            };
            times.push(tokio::spawn(asked).await??);
        }
        Ok::<_, Failure>(times)
    })?;
    println!("{} {}", median(inside), median(outside));
    Ok(())
}

/// In microseconds.
fn median(mut times: Vec<u128>) -> u128 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0, |time| time / 1000)
}
