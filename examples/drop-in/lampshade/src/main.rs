//! lampshade sorts colours: as they come, in the order of their light, in that of their hue, and how many there are.

mod colors;

use std::path::Path;
use std::process::ExitCode;

use anyhow::ensure;
use drop_in_kit::{HEIGHT, WIDTH};
use lampshade::{
    Context, Histogram, KeyValue, KeyValueCompactor, KeyValueField, KeyValueSorter, MaskGenerator, Reducer,
    RunLengthEncoder, Scanner, U32Predicate,
};

use crate::colors::Color;

/// Each band of the picture has this many colours, column by column.
const BAND: usize = COLUMNS * ROWS;
const COLUMNS: usize = WIDTH as usize;
const ROWS: usize = HEIGHT as usize / 4;
/// How much light a colour can have.
const LIGHTS: u32 = 256;
/// A colour has a hue when its strongest part is this far above its weakest.
const VIVID: u32 = 96;

fn main() -> ExitCode {
    drop_in_kit::main(|path| pollster::block_on(draw(path)))
}

async fn draw(path: &Path) -> anyhow::Result<()> {
    // lampshade makes the instance and opens the device by itself.
    let context = Context::init().await?;
    println!("adapter: {}", context.adapter_info.name);
    let colors = colors::any(BAND);

    let mut sorter = KeyValueSorter::from_context(&context);
    let lights: Vec<KeyValue> = colors.iter().map(|color| KeyValue::new(color.light(), color.0)).collect();
    let by_light = sorter.sort_with_key_bits(&lights, LIGHTS.ilog2()).await?;
    let mut expected = lights.clone();
    expected.sort_by_key(|light| light.key);
    ensure!(by_light == expected, "the processor sorts by light otherwise");

    // Those without a hue are left out before the rest is sorted.
    let hues: Vec<KeyValue> = colors
        .iter()
        .map(|color| {
            KeyValue::new(color.hue().filter(|_| color.spread() >= VIVID).unwrap_or(u32::MAX), color.0)
        })
        .collect();
    let vivid = MaskGenerator::from_context(&context)
        .mask_key_values(&hues, KeyValueField::Key, U32Predicate::NotEqual(u32::MAX))
        .await?;
    let kept = KeyValueCompactor::from_context(&context).compact(&hues, &vivid).await?;
    let by_hue = sorter.sort(&kept).await?;
    let mut expected: Vec<KeyValue> = hues.iter().filter(|hue| hue.key != u32::MAX).copied().collect();
    ensure!(kept == expected, "the processor keeps others");
    expected.sort_by_key(|hue| hue.key);
    ensure!(by_hue == expected, "the processor sorts by hue otherwise");

    // How many colours there are of each light, and how many up to it: counted, and from the sorted ones.
    let keys: Vec<u32> = lights.iter().map(|light| light.key).collect();
    let counts = Histogram::from_context(&context).histogram(&keys, LIGHTS).await?;
    let sums = Scanner::from_context(&context).scan(&counts).await?;
    let sorted: Vec<u32> = by_light.iter().map(|light| light.key).collect();
    let (runs, lengths) = RunLengthEncoder::from_context(&context).encode(&sorted).await?;
    let occurring: Vec<u32> = counts.iter().filter(|&&count| count > 0).copied().collect();
    ensure!(lengths == occurring, "the lights were counted otherwise than they were sorted");
    ensure!(sums.last() == Some(&(BAND as u32)), "the counts come to another sum");
    let total = Reducer::from_context(&context).sum(&keys).await?;
    ensure!(total == keys.iter().sum::<u32>(), "the processor has another sum");

    let colors_of = |pairs: &[KeyValue]| pairs.iter().map(|pair| Color(pair.value)).collect::<Vec<_>>();
    let mut picture = vec![Color::BLACK; 4 * BAND];
    paint(&mut picture, 0, &colors);
    paint(&mut picture, 1, &colors_of(&by_light));
    paint(&mut picture, 2, &colors_of(&by_hue));
    plot(&mut picture, &counts, &sums);
    drop_in_kit::write_png(path, picture.into_iter().flat_map(Color::bytes).collect())?;
    println!(
        "lampshade sorted {BAND} colours of {} lights, which come to {total}; {} of them have a hue",
        runs.len(),
        by_hue.len()
    );
    Ok(())
}

/// Fills a band from the left.
fn paint(picture: &mut [Color], band: usize, colors: &[Color]) {
    for (place, color) in colors.iter().enumerate() {
        let (column, row) = (place / ROWS, band * ROWS + place % ROWS);
        if let Some(pixel) = picture.get_mut(row * COLUMNS + column) {
            *pixel = *color;
        }
    }
}

/// Draws the last band: a bar for the count of each light, in grey of that light, and a line for the sums.
fn plot(picture: &mut [Color], counts: &[u32], sums: &[u32]) {
    let (most, all) = (counts.iter().max().copied().unwrap_or(1), sums.last().copied().unwrap_or(1));
    let height = |value: u32, of: u32| (u64::from(value) * (ROWS as u64 - 1) / u64::from(of.max(1))) as usize;
    for (light, (&count, &sum)) in counts.iter().zip(sums).enumerate() {
        let width = COLUMNS / counts.len();
        for column in light * width..(light + 1) * width {
            let mut set = |up: usize, color: Color| {
                if let Some(pixel) = picture.get_mut((4 * ROWS - 1 - up) * COLUMNS + column) {
                    *pixel = color;
                }
            };
            (0..ROWS).for_each(|up| set(up, Color::PAPER));
            (0..height(count, most)).for_each(|up| set(up, Color::grey(light as u32)));
            let line = height(sum, all);
            (line.saturating_sub(2)..=line).for_each(|up| set(up, Color::RED));
        }
    }
}
