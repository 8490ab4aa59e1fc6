//! The language model: trained on both sides, and made to write on.

use anyhow::{Result, bail, ensure};

use super::{
    Size, Tuning, digits,
    findings::Findings,
    programs::TEXT,
    side::{Answer, Argument, Side},
};

const PROGRAM: &str = "ml-chars";

/// In nats a character, over the first steps; after them, roundings may add up. Where each side has chosen its kernels,
/// they add up sooner.
const LOSS_TOLERANCE: f64 = 1e-3;
const TUNED_LOSS_TOLERANCE: f64 = 0.05;
const STEPS_COMPARED: usize = 50;

/// Trains on both sides; what the component has learnt is then written on from on both.
pub(super) fn compare(sides: &[Side; 2], size: Size, tuning: Tuning, findings: &mut Findings) -> Result<()> {
    let [native, component] = sides;
    let trained = [train(native, size)?, train(component, size)?];
    let [first, second] = [native, component].map(first_losses);
    let tolerance = match tuning {
        Tuning::None => LOSS_TOLERANCE,
        Tuning::Default => TUNED_LOSS_TOLERANCE,
    };
    findings.series("chars: first losses", [&first?, &second?], tolerance);
    let written = [write(&native.with_results_of(component))?, write(component)?];
    let [outside, inside] = &written;
    let texts = [outside.text.as_str(), inside.text.as_str()];
    match tuning {
        Tuning::None => findings.same("chars: what the component's weights write", texts),
        // Two characters may be as likely as each other but for a rounding.
        Tuning::Default => findings.told("chars: what the component's weights write", texts),
    }
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

/// Trains, and measures it.
pub(super) fn measure_training(side: &Side, size: Size) -> Result<Answer> {
    side.run(PROGRAM, &[training(size).as_slice(), &[Argument::Word("--bench")]].concat())
}

/// Writes from what was learnt, and measures it.
pub(super) fn measure_writing(side: &Side) -> Result<Answer> {
    use Argument::{Result, Word};
    let weights = [Word("sample"), Word("--weights"), Result("chars/chars.bpk")];
    side.run(
        PROGRAM,
        &[weights.as_slice(), &["--tokens", "48", "--temperature", "0", "--bench"].map(Word)].concat(),
    )
}

fn train(side: &Side, size: Size) -> Result<Answer> {
    side.run(PROGRAM, &training(size))
}

fn training(size: Size) -> Vec<Argument<'static>> {
    use Argument::{Result, Source, Word};
    let mut arguments = vec![Word("train"), Word("--text"), Source(TEXT), Word("--out"), Result("chars")];
    if size == Size::Small {
        arguments.extend(["--small", "--steps", "40", "--batch", "8"].map(Word));
    }
    arguments
}

fn write(side: &Side) -> Result<Answer> {
    use Argument::{Result, Word};
    let weights = [Word("sample"), Word("--weights"), Result("chars/chars.bpk")];
    let how = ["--tokens", "48", "--temperature", "0", "--check"].map(Word);
    side.run(PROGRAM, &[weights.as_slice(), &how].concat())
}
