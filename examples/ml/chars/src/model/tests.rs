use burn::tensor::{Int, Tensor, TensorData};

use super::{Cache, Causal, Model, Size};
use crate::random::Random;

const SIZE: Size = Size { vocabulary: 11, context: 12, layers: 2, heads: 2, width: 64 };

#[test]
fn the_cache_changes_no_logits() -> anyhow::Result<()> {
    let device = ml_kit::Gpu::open()?.device;
    let mut random = Random::new(1);
    let model = Model::new(&SIZE, &mut random, &device);
    let tokens: Vec<i32> = (0..12).map(|_| random.below(SIZE.vocabulary) as i32).collect();
    let tensor = |tokens: &[i32]| {
        Tensor::<2, Int>::from_data(TensorData::new(tokens.to_vec(), [1, tokens.len()]), &device)
    };
    let causal = Causal::new(SIZE.context, &device);
    let whole = model.forward(tensor(&tokens), &causal);
    let whole = whole.into_data().try_into_vec::<f32>()?;

    let mut cache = Cache::new(&SIZE, &device);
    for _ in 0..2 {
        // Five at once, two at once, then one after the other.
        let mut parts = Vec::new();
        for part in [&tokens[..5], &tokens[5..7]].into_iter().chain(tokens[7..].chunks(1)) {
            parts.push(model.extend(tensor(part), &mut cache, &causal));
        }
        let parts = Tensor::cat(parts, 1).into_data().try_into_vec::<f32>()?;
        assert_eq!(parts.len(), whole.len());
        for (part, whole) in parts.iter().zip(&whole) {
            assert!((part - whole).abs() < 1e-4, "{part} is not {whole}");
        }
        // What was there before is of no importance the second time.
        cache.clear();
    }
    Ok(())
}
