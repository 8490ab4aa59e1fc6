//! What a case found: an ordered list of named values, written to stdout by a component and compared,
//! entry by entry, with what the same case found natively.

use std::{fmt, future::Future};

/// The first bytes of an encoded report.
const MAGIC: &[u8] = b"wgpu-wasi report 1\n";

/// The kinds of error that WebGPU tells apart. Texts, which belong to the implementation, are compared where a
/// case says so: [`Report::told`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `GPUValidationError`.
    Validation,
    /// `GPUOutOfMemoryError`.
    OutOfMemory,
    /// `GPUInternalError`.
    Internal,
}

impl From<&wgpu::Error> for ErrorKind {
    fn from(error: &wgpu::Error) -> Self {
        match error {
            wgpu::Error::Validation { .. } => Self::Validation,
            wgpu::Error::OutOfMemory { .. } => Self::OutOfMemory,
            wgpu::Error::Internal { .. } => Self::Internal,
        }
    }
}

/// One thing that a case found.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Compared byte by byte.
    Bytes(Vec<u8>),
    /// Compared one by one; the tolerance is absolute below 1 and relative above.
    Floats(Vec<f32>, f32),
    /// Compared as it is.
    Number(u64),
    /// Compared as it is.
    Text(String),
    /// What an error scope or a handler got, if anything; the text is shown, not compared.
    Error(Option<ErrorKind>, String),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => {
                let start = &bytes[..bytes.len().min(32)];
                write!(f, "{} bytes {start:02x?}", bytes.len())?;
                if start.len() < bytes.len() { f.write_str("…") } else { Ok(()) }
            }
            Self::Floats(values, tolerance) => {
                write!(f, "{} floats ±{tolerance} {:?}", values.len(), &values[..values.len().min(8)])
            }
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Error(None, _) => f.write_str("no error"),
            Self::Error(Some(kind), text) => write!(f, "{kind:?} error: {text}"),
        }
    }
}

impl Value {
    /// Where the two differ, if they do.
    pub fn difference(&self, other: &Self) -> Option<String> {
        match (self, other) {
            (Self::Bytes(a), Self::Bytes(b)) if a.len() == b.len() => {
                let at = a.iter().zip(b).position(|(a, b)| a != b)?;
                let end = a.len().min(at + 16);
                let count = a.iter().zip(b).filter(|(a, b)| a != b).count();
                Some(format!(
                    "{count} of {} bytes differ, the first at {at}: {:02x?} and {:02x?}",
                    a.len(),
                    &a[at..end],
                    &b[at..end]
                ))
            }
            (Self::Floats(a, tolerance), Self::Floats(b, _)) if a.len() == b.len() => {
                let near = |a: f32, b: f32| {
                    a == b || (a - b).abs() <= tolerance * a.abs().max(1.0) || (a.is_nan() && b.is_nan())
                };
                let at = a.iter().zip(b).position(|(&a, &b)| !near(a, b))?;
                Some(format!("floats differ by more than {tolerance} at {at}: {} and {}", a[at], b[at]))
            }
            (Self::Error(a, _), Self::Error(b, _)) if a == b => None,
            _ if self == other => None,
            _ => Some(format!("{self:?} and {other:?}")),
        }
    }
}

/// What a case found, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    entries: Vec<(String, Value)>,
}

impl Report {
    fn push(&mut self, name: impl Into<String>, value: Value) {
        self.entries.push((name.into(), value));
    }

    /// Bytes, as they are in a buffer or texture.
    pub fn bytes(&mut self, name: impl Into<String>, bytes: impl AsRef<[u8]>) {
        self.push(name, Value::Bytes(bytes.as_ref().to_vec()));
    }

    /// Floats whose last digits may depend on the order of operations.
    pub fn floats(&mut self, name: impl Into<String>, values: &[f32], tolerance: f32) {
        self.push(name, Value::Floats(values.to_vec(), tolerance));
    }

    /// A number or a flag.
    pub fn number(&mut self, name: impl Into<String>, number: impl Into<u64>) {
        self.push(name, Value::Number(number.into()));
    }

    /// A name, or the `Debug` form of an enum.
    pub fn text(&mut self, name: impl Into<String>, text: impl Into<String>) {
        self.push(name, Value::Text(text.into()));
    }

    /// What an error scope or a handler got.
    pub fn error(&mut self, name: impl Into<String>, error: Option<&wgpu::Error>) {
        let text = error.map(ToString::to_string).unwrap_or_default();
        self.push(name, Value::Error(error.map(ErrorKind::from), text));
    }

    /// Runs `body` inside error scopes of all kinds and notes what they got.
    pub async fn caught<T>(
        &mut self,
        name: impl Into<String>,
        device: &wgpu::Device,
        body: impl FnOnce() -> T,
    ) -> T {
        let (value, error) = caught(device, body).await;
        self.error(name, error.as_ref());
        value
    }

    /// [`Self::caught`], where the words of the error are part of what is compared: those of wgpu, which a
    /// program shows to its user, or looks for something in.
    pub async fn told<T>(
        &mut self,
        name: impl Into<String>,
        device: &wgpu::Device,
        body: impl FnOnce() -> T,
    ) -> T {
        let name = name.into();
        let value = self.caught(name.clone(), device, body).await;
        let words = self.last_error_text().to_owned();
        self.text(format!("{name}, in words"), words);
        value
    }

    /// The text of the last error noted, for cases that look for a label in it.
    pub fn last_error_text(&self) -> &str {
        match self.entries.last() {
            Some((_, Value::Error(_, text))) => text,
            _ => "",
        }
    }

    /// The entries, in order.
    pub fn entries(&self) -> &[(String, Value)] {
        &self.entries
    }

    /// Every difference between the two, as (entry, what differs).
    pub fn differences(&self, other: &Self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (at, (name, value)) in self.entries.iter().enumerate() {
            match other.entries.get(at) {
                Some((other_name, _)) if name != other_name => {
                    // From here on nothing can be told from anything.
                    found.push((name.clone(), format!("the other report has {other_name:?} here")));
                    return found;
                }
                Some((_, other)) => {
                    found.extend(value.difference(other).map(|difference| (name.clone(), difference)));
                }
                None => found.push((name.clone(), "the second report ends before it".to_owned())),
            }
        }
        for (name, _) in other.entries.iter().skip(self.entries.len()) {
            found.push((name.clone(), "the first report ends before it".to_owned()));
        }
        found
    }

    /// The report as bytes: a line that names the format, then for each entry its name, a letter for
    /// the kind, and the value; lengths before texts and lists, all numbers little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        for (name, value) in &self.entries {
            put(&mut out, name.as_bytes());
            match value {
                Value::Bytes(bytes) => {
                    out.push(b'b');
                    put(&mut out, bytes);
                }
                Value::Floats(values, tolerance) => {
                    out.push(b'f');
                    out.extend(tolerance.to_le_bytes());
                    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                    put(&mut out, &bytes);
                }
                Value::Number(number) => {
                    out.push(b'n');
                    out.extend(number.to_le_bytes());
                }
                Value::Text(text) => {
                    out.push(b't');
                    put(&mut out, text.as_bytes());
                }
                Value::Error(kind, text) => {
                    out.push(match kind {
                        None => b'-',
                        Some(ErrorKind::Validation) => b'v',
                        Some(ErrorKind::OutOfMemory) => b'm',
                        Some(ErrorKind::Internal) => b'i',
                    });
                    put(&mut out, text.as_bytes());
                }
            }
        }
        out
    }

    /// The report behind `bytes`; `None` when they are not one, whole.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut report = Self::default();
        while !rest.is_empty() {
            let name = take_text(&mut rest)?;
            let (kind, tail) = rest.split_first()?;
            rest = tail;
            let value = match kind {
                b'b' => Value::Bytes(take(&mut rest)?.to_vec()),
                b'f' => {
                    let tolerance = f32::from_le_bytes(take_array(&mut rest)?);
                    let values = take(&mut rest)?
                        .chunks_exact(4)
                        .filter_map(|chunk| Some(f32::from_le_bytes(chunk.try_into().ok()?)))
                        .collect();
                    Value::Floats(values, tolerance)
                }
                b'n' => Value::Number(u64::from_le_bytes(take_array(&mut rest)?)),
                b't' => Value::Text(take_text(&mut rest)?),
                b'-' => Value::Error(None, take_text(&mut rest)?),
                b'v' => Value::Error(Some(ErrorKind::Validation), take_text(&mut rest)?),
                b'm' => Value::Error(Some(ErrorKind::OutOfMemory), take_text(&mut rest)?),
                b'i' => Value::Error(Some(ErrorKind::Internal), take_text(&mut rest)?),
                _ => return None,
            };
            report.entries.push((name, value));
        }
        Some(report)
    }
}

/// Runs `body` inside error scopes of all kinds; the error is the first that one of them got.
pub fn caught<T>(
    device: &wgpu::Device,
    body: impl FnOnce() -> T,
) -> impl Future<Output = (T, Option<wgpu::Error>)> {
    let internal = device.push_error_scope(wgpu::ErrorFilter::Internal);
    let memory = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
    let validation = device.push_error_scope(wgpu::ErrorFilter::Validation);
    let value = body();
    let popped = (validation.pop(), memory.pop(), internal.pop());
    async move {
        let (validation, memory, internal) = (popped.0.await, popped.1.await, popped.2.await);
        (value, validation.or(memory).or(internal))
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u64).to_le_bytes());
    out.extend(bytes);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(u64::from_le_bytes(take_array(rest)?)).ok()?;
    let (bytes, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(bytes)
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    String::from_utf8(take(rest)?.to_vec()).ok()
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (bytes, tail) = rest.split_first_chunk()?;
    *rest = tail;
    Some(*bytes)
}
