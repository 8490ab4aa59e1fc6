//! The language model: trained on both sides, and made to write on.

use anyhow::{Result, bail, ensure};

use super::{
    Size, digits,
    findings::Findings,
    side::{Answer, Argument, Side},
};

const PROGRAM: &str = "ml-chars";

/// In nats a character, over the first steps; after them, roundings may add up.
const LOSS_TOLERANCE: f64 = 1e-3;
const STEPS_COMPARED: usize = 50;

/// Trains on both sides; what the component has learnt is then written on from on both.
pub(super) fn compare(sides: &[Side; 2], size: Size, findings: &mut Findings) -> Result<()> {
    let [native, component] = sides;
    let trained = [train(native, size)?, train(component, size)?];
    let [first, second] = [native, component].map(first_losses);
    findings.series("chars: first losses", [&first?, &second?], LOSS_TOLERANCE);
    let written = [write(&native.with_results_of(component))?, write(component)?];
    let [outside, inside] = &written;
    findings.same("chars: what the component's weights write", [&outside.text, &inside.text]);
    findings.times("chars: training", trained.map(|answer| answer.time));
    findings.times("chars: writing", written.map(|answer| answer.time));
    Ok(())
}

/// Trains in the sandbox alone, and writes: the program compares what it has kept of the text so far with a
/// look at all of it.
pub(super) fn learn(component: &Side) -> Result<()> {
    train(component, Size::Small)?;
    let losses = first_losses(component)?;
    let (Some(first), Some(last)) = (losses.first(), losses.last()) else {
        bail!("the training has no steps")
    };
    ensure!(last + 0.5 < *first, "the loss went from {first} to {last} only");
    write(component)?;
    println!("chars: the loss went from {first} to {last}, and the text goes on as it should");
    Ok(())
}

fn first_losses(side: &Side) -> Result<Vec<f64>> {
    let mut losses = digits::losses(&side.read("chars/losses.csv")?)?;
    losses.truncate(STEPS_COMPARED);
    Ok(losses)
}

fn train(side: &Side, size: Size) -> Result<Answer> {
    use Argument::{Result, Source, Word};
    let mut arguments = vec![
        Word("train"),
        Word("--text"),
        Source("chars/text/moby-dick.txt"),
        Word("--out"),
        Result("chars"),
    ];
    if size == Size::Small {
        arguments.extend(["--small", "--steps", "40", "--batch", "8"].map(Word));
    }
    side.run(PROGRAM, &arguments)
}

fn write(side: &Side) -> Result<Answer> {
    use Argument::{Result, Word};
    let weights = [Word("sample"), Word("--weights"), Result("chars/chars.bpk")];
    let how = ["--tokens", "48", "--temperature", "0", "--check"].map(Word);
    side.run(PROGRAM, &[weights.as_slice(), &how].concat())
}
