//! Maps that are asked for what they have not, filled without end, or used when they are given away.

use super::*;

pub async fn keys_that_are_not_there(_: &Gpu) -> Answer {
    let record = RecordOptionGpuSize64::new();
    record.remove("nobody");
    record.add("\0", None);
    let constants = RecordGpuPipelineConstantValue::new();
    constants.remove("");
    Answer::that(
        record.get("nobody").is_none()
            && record.get("\0") == Some(None)
            && !constants.has("")
            && constants.get("\0").is_none(),
        "what is not there is not found",
    )
}

pub async fn key_by_the_hundred_thousand(_: &Gpu) -> Answer {
    let record = RecordGpuPipelineConstantValue::new();
    (0..100_000_u32).for_each(|value| record.add("again", value.into()));
    Answer::that(record.values() == [99_999.0], "the last one counts")
}

pub async fn key_added_and_removed_without_end(_: &Gpu) -> Answer {
    let (record, key) = (RecordOptionGpuSize64::new(), "k".repeat(60_000));
    for _ in 0..1000 {
        record.add(&key, Some(1));
        record.remove(&key);
    }
    Answer::that(record.entries().is_empty(), "nothing is left")
}

pub async fn constants_over_the_quota(_: &Gpu) -> Answer {
    let record = RecordGpuPipelineConstantValue::new();
    (0..100_000).for_each(|number| record.add(&number.to_string(), 1.0));
    Answer::quiet()
}

pub async fn keys_over_the_quota(_: &Gpu) -> Answer {
    let record = RecordOptionGpuSize64::new();
    (0..100).for_each(|number| record.add(&format!("{number}{}", "k".repeat(10_000)), None));
    Answer::quiet()
}

pub async fn limits_given_away(gpu: &Gpu) -> Answer {
    let handle = RecordOptionGpuSize64::new().take_handle();
    // SAFETY: the first takes the handle along; that the host finds out about the second is the point.
    let (first, second) =
        unsafe { (RecordOptionGpuSize64::from_handle(handle), RecordOptionGpuSize64::from_handle(handle)) };
    let descriptor = GpuDeviceDescriptor {
        required_features: None,
        required_limits: Some(first),
        default_queue: None,
        label: None,
    };
    drop(gpu.adapter.request_device(Some(descriptor)).await);
    second.add("maxBindGroups", Some(1));
    Answer::quiet()
}

pub async fn constants_for_two_stages(gpu: &Gpu) -> Answer {
    let handle = RecordGpuPipelineConstantValue::new().take_handle();
    // SAFETY: as above.
    let (first, second) = unsafe {
        (
            RecordGpuPipelineConstantValue::from_handle(handle),
            RecordGpuPipelineConstantValue::from_handle(handle),
        )
    };
    gpu.drawing(|descriptor| {
        descriptor.vertex.constants = Some(first);
        if let Some(fragment) = &mut descriptor.fragment {
            fragment.constants = Some(second);
        }
    });
    Answer::quiet()
}
