//! The model of the Llama family: made on both sides, and made to write on. Its logits are compared with numpy's.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{
    Tuning,
    findings::Findings,
    side::{Answer, Argument, Side},
};

const PROGRAM: &str = "ml-llm";

const PROMPT: &str = "The whale is not a fish, and";

/// How far a logit may be from numpy's, which computes with 64 bits.
const TOLERANCE: f64 = 1e-3;

/// What numpy has computed with the smallest model, by `reference.py` beside it; the second case is of other weights.
const REFERENCE: &str = include_str!("../../../examples/ml/llm/tests/reference.json");

#[derive(Debug, Deserialize)]
struct Case {
    prompt: String,
    tied: bool,
    logits: Last,
}

#[derive(Debug, Deserialize)]
struct Last {
    last: Vec<f64>,
}

/// What the program has computed.
#[derive(Debug, Deserialize)]
struct Report {
    logits: Vec<Vec<f64>>,
}

/// Makes a model on both sides, and writes on with it.
pub(super) fn compare(sides: &[Side; 2], tuning: Tuning, findings: &mut Findings) -> Result<()> {
    for side in sides {
        make(side, "small")?;
    }
    let [native, component] = sides.each_ref().map(|side| side.read_bytes("llm/small/model.safetensors"));
    ensure!(native? == component?, "the two sides have made two models of one seed");
    findings.holds("llm: the files that each side makes", "the same");
    let [outside, inside] = sides.each_ref().map(|side| write(side, "small", &[]));
    let (outside, inside) = (outside?, inside?);
    let texts = [outside.text.as_str(), inside.text.as_str()];
    match tuning {
        Tuning::None => findings.same("llm: the likeliest text", texts),
        // Two tokens may be as likely as each other but for a rounding.
        Tuning::Default => findings.told("llm: the likeliest text", texts),
    }
    findings.times("llm: writing", [outside.time, inside.time]);
    let case = case()?;
    for (what, side) in ["llm: logits, natively and in numpy", "llm: logits, of the component and in numpy"]
        .into_iter()
        .zip(sides)
    {
        make(side, "tiny")?;
        findings.series(what, [&logits(side, &case)?, &case.logits.last], TOLERANCE);
    }
    Ok(())
}

/// Makes the smallest model in the sandbox alone, and looks at its logits and its text.
pub(super) fn learn(component: &Side) -> Result<()> {
    make(component, "tiny")?;
    let case = case()?;
    let ours = logits(component, &case)?;
    ensure!(ours.len() == case.logits.last.len(), "{} logits", ours.len());
    for (our, their) in ours.iter().zip(&case.logits.last) {
        ensure!((our - their).abs() <= TOLERANCE, "a logit is {our}, and in numpy {their}");
    }
    let [with, without] = [&[][..], &["--no-cache"]].map(|more| write(component, "tiny", more));
    let (with, without) = (with?.text, without?.text);
    ensure!(with == without, "with the cache {with:?}, and without it {without:?}");
    println!("llm: the logits are those of numpy, and the text is the same without the cache");
    Ok(())
}

/// Writes with the model that [`compare`] has made, and measures it.
pub(super) fn measure(side: &Side) -> Result<Answer> {
    write(side, "small", &["--bench"])
}

fn case() -> Result<Case> {
    let cases: Vec<Case> = serde_json::from_str(REFERENCE)?;
    cases.into_iter().find(|case| !case.tied).context("numpy's logits have no such case")
}

fn make(side: &Side, size: &str) -> Result<Answer> {
    use Argument::{Result, Word};
    let folder = format!("llm/{size}");
    side.run(PROGRAM, &[Word("make"), Word("--size"), Word(size), Word("--out"), Result(&folder)])
}

/// The likeliest text.
fn write(side: &Side, size: &str, more: &[&str]) -> Result<Answer> {
    use Argument::{Result, Word};
    let folder = format!("llm/{size}");
    let mut arguments = vec![Word("--model"), Result(&folder)];
    arguments.extend(["--dtype", "f32", "--tokens", "48", "--temperature", "0"].map(Word));
    arguments.extend(more.iter().copied().map(Word));
    arguments.push(Word(PROMPT));
    side.run(PROGRAM, &arguments)
}

/// Those after the last token of a case.
fn logits(side: &Side, case: &Case) -> Result<Vec<f64>> {
    use Argument::{Result as Output, Word};
    let out = "llm/logits.json";
    let arguments = [
        Word("--model"),
        Output("llm/tiny"),
        Word("--dtype"),
        Word("f32"),
        Word("--logits"),
        Output(out),
        Word(&case.prompt),
    ];
    side.run(PROGRAM, &arguments)?;
    let report: Report = serde_json::from_str(&side.read(out)?)?;
    report.logits.into_iter().next_back().context("the program has written no logits")
}
