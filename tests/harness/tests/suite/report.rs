//! The reports that everything else relies on.

use programs::Report;

fn sample(last: u8) -> Report {
    let mut report = Report::default();
    report.bytes("bytes", [1, 2, last]);
    report.floats("floats", &[1.0, f32::NAN, 1e9], 1e-5);
    report.number("number", u64::from(last));
    report.text("text", "grün");
    report.error("no error", None);
    report
}

#[test]
fn a_report_survives_the_way_through_bytes() {
    let encoded = sample(3).encode();
    let decoded = Report::decode(&encoded).unwrap();
    assert_eq!(sample(3).differences(&decoded), []);
    assert_eq!(decoded.entries().len(), 5);
    assert_eq!(Report::decode(&encoded[..40]), None);
    assert_eq!(Report::decode(b"something else"), None);
}

#[test]
fn differences_are_found() {
    let entries = |a: &Report, b: &Report| -> Vec<String> {
        a.differences(b).into_iter().map(|(entry, _)| entry).collect()
    };
    assert_eq!(entries(&sample(3), &sample(4)), ["bytes", "number"]);
    let mut longer = sample(3);
    longer.number("more", 1_u64);
    assert_eq!(entries(&sample(3), &longer), ["more"]);
    assert_eq!(entries(&longer, &sample(3)), ["more"]);
}
