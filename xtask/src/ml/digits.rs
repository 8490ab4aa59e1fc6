//! The net that reads handwritten digits: trained, and tested in a process of its own.

use anyhow::{Context, Result, ensure};

use super::{
    Size,
    findings::Findings,
    side::{Answer, Argument, Side},
};

const PROGRAM: &str = "ml-digits";

/// How far the losses of one step may lie apart, in nats. Both sides run the same kernels on the same numbers;
/// but a driver that compiles them in two ways may round in two ways, which the steps after that magnify.
const LOSS_TOLERANCE: f64 = 0.05;

/// What a short training reads, and how much of it it reads right in the end.
const SMALL_DATA: &str = "digits/digits.csv.gz";
const SMALL_ACCURACY: f64 = 0.85;

/// What a long one reads.
const FULL_DATA: &str = "mnist";

/// Trains and tests on both sides.
pub(super) fn compare(sides: &[Side; 2], size: Size, findings: &mut Findings) -> Result<()> {
    let (data, least, tolerance) = match size {
        Size::Small => (SMALL_DATA, SMALL_ACCURACY, 0.02),
        Size::Full => (FULL_DATA, 0.97, 0.005),
    };
    let [native, component] = sides;
    let native = Run::new(native, data, size)?;
    let component = Run::new(component, data, size)?;
    findings.series("digits: losses", [&native.losses, &component.losses], LOSS_TOLERANCE);
    let accuracies = [native.accuracy()?, component.accuracy()?];
    findings.near("digits: accuracy", accuracies, tolerance);
    findings.at_least("digits: accuracy", accuracies, least);
    for (what, run) in [
        ("digits: natively, after the training and in a test", &native),
        ("digits: the component, the same", &component),
    ] {
        findings.same(what, [accuracy_line(&run.trained)?, accuracy_line(&run.tested)?]);
    }
    // What was learnt in the sandbox is of use outside.
    let [outside, inside] = sides;
    let crossed = test(&outside.with_results_of(inside), data)?;
    let read_inside = accuracy_line(&component.tested)?;
    findings.same("digits: the component's weights", [accuracy_line(&crossed)?, read_inside]);
    findings.times("digits: training", [native.trained.time, component.trained.time]);
    findings.times("digits: test", [native.tested.time, component.tested.time]);
    Ok(())
}

/// Steps of a native training whose losses the repository keeps are compared, and how far apart they may be, in
/// nats: the GPU draws the first weights, and another one than lavapipe draws slightly different ones. An
/// NVIDIA H200 was 0.08 off at most.
const STEPS_KEPT: usize = 20;
const KEPT_TOLERANCE: f64 = 0.15;

/// Trains and tests in the sandbox alone, and looks at what was learnt. The first losses are compared with
/// those of a native run; after them, rounding makes other numbers of them.
pub(super) fn learn(component: &Side) -> Result<()> {
    let run = Run::new(component, SMALL_DATA, Size::Small)?;
    let native = losses(include_str!("../../../examples/ml/digits/losses.csv"))?;
    let pairs = native.iter().zip(&run.losses).take(STEPS_KEPT);
    ensure!(pairs.len() == STEPS_KEPT, "the training has {} steps", run.losses.len());
    for (step, (native, component)) in pairs.enumerate() {
        let agree = (native - component).abs() <= KEPT_TOLERANCE;
        ensure!(agree, "the loss of step {step} is {component}, and natively {native}");
    }
    let accuracy = run.accuracy()?;
    ensure!(
        accuracy >= SMALL_ACCURACY,
        "{accuracy} of the digits were read, which is less than {SMALL_ACCURACY}"
    );
    let [trained, tested] = [accuracy_line(&run.trained)?, accuracy_line(&run.tested)?];
    ensure!(trained == tested, "after the training {trained:?}, in a process of its own {tested:?}");
    println!("digits: the losses are those of a native run, and {accuracy} of the digits are read");
    Ok(())
}

/// What one side came to.
struct Run {
    trained: Answer,
    tested: Answer,
    losses: Vec<f64>,
}

impl Run {
    fn new(side: &Side, data: &str, size: Size) -> Result<Self> {
        let trained = side.run(PROGRAM, &training(data, size))?;
        let tested = test(side, data)?;
        let losses = losses(&side.read("digits/losses.csv")?)?;
        Ok(Self { trained, tested, losses })
    }

    fn accuracy(&self) -> Result<f64> {
        let line = accuracy_line(&self.trained)?;
        let number = line.split_whitespace().nth(1).context("an accuracy without a number")?;
        number.parse().with_context(|| line.to_owned())
    }
}

/// Trains, and measures that and the reading.
pub(super) fn measure(side: &Side, size: Size) -> Result<Answer> {
    let data = match size {
        Size::Small => SMALL_DATA,
        Size::Full => FULL_DATA,
    };
    side.run(PROGRAM, &[training(data, size).as_slice(), &[Argument::Word("--bench")]].concat())
}

fn training(data: &str, size: Size) -> Vec<Argument<'_>> {
    use Argument::{Data, Result, Word};
    let mut arguments = vec![Word("train"), Word("--data"), Data(data), Word("--out"), Result("digits")];
    if size == Size::Small {
        arguments.push(Word("--small"));
    }
    arguments
}

fn test(side: &Side, data: &str) -> Result<Answer> {
    use Argument::{Data, Result, Word};
    let arguments = [
        Word("test"),
        Word("--data"),
        Data(data),
        Word("--weights"),
        Result("digits/weights.bpk"),
        Word("--sheet"),
        Result("digits/sheet.png"),
    ];
    side.run(PROGRAM, &arguments)
}

fn accuracy_line(answer: &Answer) -> Result<&str> {
    answer.text.lines().find(|line| line.starts_with("accuracy: ")).context("the program told no accuracy")
}

/// The second column of the lines after the first.
pub(super) fn losses(csv: &str) -> Result<Vec<f64>> {
    let column = |line: &str| -> Result<f64> {
        let value = line.split(',').nth(1).context("a line without a loss")?;
        value.parse().with_context(|| line.to_owned())
    };
    csv.lines().skip(1).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::losses;

    #[test]
    fn the_loss_is_the_second_column() {
        assert_eq!(losses("step,loss,accuracy\n0,2.5,0.1\n1,1e-3,1\n").unwrap(), [2.5, 1e-3]);
        assert!(losses("step,loss,accuracy\n0\n").is_err());
    }
}
