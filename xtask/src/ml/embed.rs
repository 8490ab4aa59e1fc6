//! The encoder of sentences: each side's vectors, checked by the other.

use anyhow::Result;

use super::{
    findings::Findings,
    side::{Answer, Argument, Side},
};

const PROGRAM: &str = "ml-embed";

/// How far numbers, and the cosines of two sentences, may be apart.
pub(super) const TOLERANCE: &str = "1e-4";

/// Embeds batch after batch, and measures it.
pub(super) fn measure(side: &Side) -> Result<Answer> {
    use Argument::{Data, Word};
    side.run(PROGRAM, &[Word("--model"), Data("minilm"), Word("--bench")])
}

/// Looks for a sentence on both sides, and has native embed anew what the component has written.
pub(super) fn compare(sides: &[Side; 2], findings: &mut Findings) -> Result<()> {
    use Argument::{Data, Result as Output, Word};
    let query = "How does a program run where it can do no harm?";
    let [native, component] = sides;
    let search = [Word("--model"), Data("minilm"), Word("--out"), Output("sentences.json"), Word(query)];
    let answers = [native.run(PROGRAM, &search)?, component.run(PROGRAM, &search)?];
    let found = check(&native.with_results_of(component), "sentences.json")?;
    findings.holds(&format!("embed: {found}"), &format!("within {TOLERANCE}"));
    let [first, second] = &answers;
    findings.times("embed: finding a sentence", [first.time, second.time]);
    Ok(())
}

/// Has a side embed the sentences of one of its results anew; what it says of the differences. It fails where they are too
/// large.
pub(super) fn check(side: &Side, file: &str) -> Result<String> {
    use Argument::{Data, Result as Output, Word};
    let model = [Word("--model"), Data("minilm"), Word("--tolerance"), Word(TOLERANCE)];
    let answer = side.run(PROGRAM, &[&model[..], &[Word("--check"), Output(file)]].concat())?;
    Ok(answer.text.lines().last().unwrap_or_default().to_owned())
}
