//! What kind of model a folder has: `config.json`.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

/// The name of the file in a model's folder.
pub(crate) const NAME: &str = "config.json";

/// The numbers of a model, by the names that Hugging Face gives them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) model_type: String,
    pub(crate) vocab_size: usize,
    /// Numbers that stand for a token between the layers.
    pub(crate) hidden_size: usize,
    /// How wide the perceptrons are inside.
    pub(crate) intermediate_size: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) num_attention_heads: usize,
    /// Heads that keys and values have; several heads of queries share one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) num_key_value_heads: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) head_dim: Option<usize>,
    #[serde(default = "default_context")]
    pub(crate) max_position_embeddings: usize,
    #[serde(default = "default_epsilon")]
    pub(crate) rms_norm_eps: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rope_theta: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rope_scaling: Option<Rope>,
    /// Where newer files have the two above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rope_parameters: Option<Rope>,
    /// Whether the embeddings are the last layer, too.
    #[serde(default)]
    pub(crate) tie_word_embeddings: bool,
    #[serde(default = "default_activation")]
    pub(crate) hidden_act: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eos_token_id: Option<Ids>,
}

fn default_context() -> usize {
    2048
}

fn default_epsilon() -> f64 {
    1e-6
}

fn default_activation() -> String {
    "silu".to_owned()
}

/// How positions turn queries and keys, beyond the base of the frequencies.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rope {
    #[serde(alias = "type", default, skip_serializing_if = "Option::is_none")]
    rope_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rope_theta: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low_freq_factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high_freq_factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_max_position_embeddings: Option<f64>,
}

/// One token's number, or those of several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Ids {
    One(u32),
    Several(Vec<u32>),
}

/// The part of `generation_config.json` that is of use here.
#[derive(Debug, Deserialize)]
struct Generation {
    eos_token_id: Option<Ids>,
}

impl Config {
    /// Reads that of a model's folder.
    ///
    /// # Errors
    ///
    /// When there is none, or it is of a model of another kind.
    pub(crate) fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(NAME);
        let text = ml_kit::read(&path).context("no model")?;
        let config: Self = serde_json::from_slice(&text)
            .with_context(|| format!("{} describes no model that this program knows", path.display()))?;
        config.check().with_context(|| path.display().to_string())?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        ensure!(
            self.model_type == "llama",
            "a model of the type {:?}, and this program knows \"llama\" only",
            self.model_type
        );
        ensure!(
            self.hidden_act == "silu",
            "the activation {:?}, and this program knows \"silu\" only",
            self.hidden_act
        );
        let (heads, shared) = (self.num_attention_heads, self.key_value_heads());
        let sizes = [
            self.vocab_size,
            self.hidden_size,
            self.intermediate_size,
            self.num_hidden_layers,
            heads,
            shared,
        ];
        ensure!(!sizes.contains(&0), "a model without any size: one of its numbers is 0");
        ensure!(heads.is_multiple_of(shared), "{heads} heads can't share {shared} heads of keys evenly");
        ensure!(
            self.head_dim() > 0 && self.head_dim().is_multiple_of(2),
            "heads of {} numbers, which are no pairs",
            self.head_dim()
        );
        ensure!(self.rms_norm_eps > 0.0, "rms_norm_eps is {}", self.rms_norm_eps);
        self.frequencies().map(|_| ())
    }

    pub(crate) fn key_value_heads(&self) -> usize {
        self.num_key_value_heads.unwrap_or(self.num_attention_heads)
    }

    /// Numbers in one head.
    pub(crate) fn head_dim(&self) -> usize {
        self.head_dim.unwrap_or(self.hidden_size / self.num_attention_heads.max(1))
    }

    /// How far each pair of a head turns from one position to the next, in radians.
    ///
    /// # Errors
    ///
    /// When the positions are scaled in a way that this program does not know.
    pub(crate) fn frequencies(&self) -> anyhow::Result<Vec<f64>> {
        let rope = self.rope_parameters.as_ref().or(self.rope_scaling.as_ref());
        let base = rope.and_then(|rope| rope.rope_theta).or(self.rope_theta).unwrap_or(1e4);
        ensure!(base > 0.0, "rope_theta is {base}");
        let width = self.head_dim();
        let plain = (0..width / 2).map(|pair| base.powf(-2.0 * pair as f64 / width as f64));
        match rope {
            None => Ok(plain.collect()),
            Some(rope) => plain.map(|frequency| rope.scale(frequency)).collect(),
        }
    }

    /// The tokens that end a text, by `generation_config.json`, or else by this file.
    ///
    /// # Errors
    ///
    /// When the other file is there, and is none.
    pub(crate) fn ends(&self, folder: &Path) -> anyhow::Result<Vec<u32>> {
        let path = folder.join("generation_config.json");
        let other = if path.is_file() {
            let generation: Generation = serde_json::from_slice(&ml_kit::read(&path)?)
                .with_context(|| format!("{} has another form", path.display()))?;
            generation.eos_token_id
        } else {
            None
        };
        Ok(match other.or_else(|| self.eos_token_id.clone()) {
            None => Vec::new(),
            Some(Ids::One(id)) => vec![id],
            Some(Ids::Several(ids)) => ids,
        })
    }
}

impl Rope {
    fn scale(&self, frequency: f64) -> anyhow::Result<f64> {
        let number = |name: &str, value: Option<f64>| {
            let value = value.filter(|value| *value > 0.0);
            value.with_context(|| format!("the scaling of positions has no {name} above 0"))
        };
        match self.rope_type.as_deref() {
            None | Some("default") => Ok(frequency),
            Some("linear") => Ok(frequency / number("factor", self.factor)?),
            Some("llama3") => {
                let factor = number("factor", self.factor)?;
                let low = number("low_freq_factor", self.low_freq_factor)?;
                let high = number("high_freq_factor", self.high_freq_factor)?;
                let context =
                    number("original_max_position_embeddings", self.original_max_position_embeddings)?;
                ensure!(high > low, "high_freq_factor is not above low_freq_factor");
                // Slow turns become slower, fast ones stay, and those between are mixed.
                let turns = context * frequency / std::f64::consts::TAU;
                let fast = ((turns - low) / (high - low)).clamp(0.0, 1.0);
                Ok(frequency * (fast + (1.0 - fast) / factor))
            }
            Some(other) => bail!(
                "positions scaled as {other:?}, and this program knows \"default\", \"linear\" and \"llama3\" only"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Rope};

    fn config(more: &str) -> anyhow::Result<Config> {
        let text = format!(
            "{{\"model_type\": \"llama\", \"vocab_size\": 7, \"hidden_size\": 8, \"intermediate_size\": 12, \
             \"num_hidden_layers\": 1, \"num_attention_heads\": 2{more}}}"
        );
        let config: Config = serde_json::from_str(&text)?;
        config.check()?;
        Ok(config)
    }

    #[test]
    fn what_a_file_does_not_say_has_its_usual_value() -> anyhow::Result<()> {
        let config = config(", \"torch_dtype\": \"bfloat16\"")?;
        assert_eq!((config.key_value_heads(), config.head_dim()), (2, 4));
        assert_eq!(config.frequencies()?, [1.0, 0.01]);
        assert!(!config.tie_word_embeddings);
        Ok(())
    }

    #[test]
    fn what_the_program_does_not_know_is_an_error() {
        for (more, told) in [
            (", \"hidden_act\": \"gelu\"", "gelu"),
            (", \"num_key_value_heads\": 3", "evenly"),
            (", \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 2.0}", "yarn"),
            (", \"rope_scaling\": {\"type\": \"linear\"}", "factor"),
            (", \"head_dim\": 3", "pairs"),
        ] {
            let error = config(more).map_or_else(|error| format!("{error:#}"), |_| String::new());
            assert!(error.contains(told), "{more}: {error}");
        }
    }

    #[test]
    fn newer_files_have_the_base_elsewhere() -> anyhow::Result<()> {
        let new = config(", \"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 100.0}")?;
        assert_eq!(new.frequencies()?, config(", \"rope_theta\": 100.0")?.frequencies()?);
        assert_eq!(new.frequencies()?, [1.0, 0.1]);
        Ok(())
    }

    #[test]
    fn slow_turns_become_slower_and_fast_ones_stay() -> anyhow::Result<()> {
        let rope = Rope {
            rope_type: Some("llama3".to_owned()),
            factor: Some(8.0),
            low_freq_factor: Some(1.0),
            high_freq_factor: Some(4.0),
            original_max_position_embeddings: Some(8192.0),
            ..Rope::default()
        };
        let turns = |turns: f64| turns * std::f64::consts::TAU / 8192.0;
        for (before, after) in [(100.0, 100.0), (0.5, 0.0625), (2.5, 2.5 * (0.5 + 0.5 / 8.0))] {
            let found = rope.scale(turns(before))?;
            assert!((found - turns(after)).abs() < 1e-12, "{before}: {found}");
        }
        Ok(())
    }
}
