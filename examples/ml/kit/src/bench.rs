//! Measurements, printed for programs to read.

use serde::Serialize;

use crate::Gpu;

/// Where measurements go: to stdout, one JSON object a line, or nowhere.
#[derive(Debug, Clone, Copy)]
pub struct Bench {
    on: bool,
}

#[derive(Serialize)]
struct Adapter<'a> {
    adapter: &'a str,
}

#[derive(Serialize)]
struct Measurement<'a> {
    name: &'a str,
    unit: &'a str,
    value: f64,
}

impl Bench {
    /// Prints measurements when `on`; the first line is the adapter's name.
    ///
    /// # Errors
    ///
    /// When the name is no JSON.
    pub fn new(on: bool, gpu: &Gpu) -> anyhow::Result<Self> {
        let bench = Self { on };
        bench.print(&Adapter { adapter: &gpu.adapter })?;
        Ok(bench)
    }

    /// Prints one measurement: `digits/train`, `samples/s`, 1200.
    ///
    /// # Errors
    ///
    /// When a name is no JSON.
    pub fn line(&self, name: &str, unit: &str, value: f64) -> anyhow::Result<()> {
        self.print(&Measurement { name, unit, value })
    }

    fn print(&self, line: &impl Serialize) -> anyhow::Result<()> {
        if self.on {
            println!("{}", serde_json::to_string(line)?);
        }
        Ok(())
    }
}
