//! A convolutional net that reads handwritten digits: the digits, the net, and how it learns.
//!
//! It is a library for the two programs that have it: `ml-digits`, without a window, and `ml-draw`, with one.

mod batches;
mod data;
mod learner;
mod net;

pub use data::{CLASSES, Digits};
pub use learner::{LEARNING_RATE, Learner, Score, learning_rate};
pub use net::{Net, count_right};
