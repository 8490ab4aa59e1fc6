use burn::tensor::{DType, Device, Tensor, TensorData};

use super::positions::Positions;
use crate::config::Config;

fn config() -> anyhow::Result<Config> {
    let text = "{\"model_type\": \"llama\", \"vocab_size\": 7, \"hidden_size\": 8, \"intermediate_size\": 12, \
                \"num_hidden_layers\": 1, \"num_attention_heads\": 2, \"rope_theta\": 100.0}";
    Ok(serde_json::from_str(text)?)
}

/// In one test: a process opens burn's device once.
#[test]
fn positions_turn_heads_and_hide_what_comes_after() -> anyhow::Result<()> {
    let device = ml_kit::Gpu::open()?.device;
    let positions = Positions::new(&config()?, 16, &device, DType::F32)?;
    the_halves_of_a_head_turn_with_each_other(&positions, &device)?;
    no_token_sees_those_after_it(&positions)
}

fn the_halves_of_a_head_turn_with_each_other(positions: &Positions, device: &Device) -> anyhow::Result<()> {
    let place = positions.place(3, 2, 8);
    // One head of four numbers, at the positions 3 and 4.
    let x = [[[1.0, 0.0, 0.0, 2.0], [0.0, 3.0, 1.0, 0.0]]];
    let turned = place.rotate(Tensor::from_data(TensorData::from(x), device));
    let turned = turned.into_data().try_into_vec::<f32>()?;
    let (slow, slower) = (0.3_f32, 0.4_f32);
    let wanted = [
        3_f32.cos(),
        -2.0 * slow.sin(),
        3_f32.sin(),
        2.0 * slow.cos(),
        -(4_f32.sin()),
        3.0 * slower.cos(),
        4_f32.cos(),
        3.0 * slower.sin(),
    ];
    for (found, wanted) in turned.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-5, "{turned:?}");
    }
    Ok(())
}

fn no_token_sees_those_after_it(positions: &Positions) -> anyhow::Result<()> {
    let place = positions.place(2, 2, 5);
    let unseen = place.unseen().into_data().try_into_vec::<f32>()?;
    let sees: Vec<_> = unseen.iter().map(|score| *score == 0.0).collect();
    assert_eq!(sees, [true, true, true, false, false, true, true, true, true, false]);
    Ok(())
}
