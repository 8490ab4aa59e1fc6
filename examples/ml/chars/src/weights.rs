//! Trained weights as files: what burn writes, and beside it what the model is.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use burn::module::Module as _;
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Device};
use serde::{Deserialize, Serialize};

use crate::{
    model::{Model, Size},
    random::Random,
    text::Vocabulary,
};

/// The name of the file in the folder that results go to.
const NAME: &str = "chars.bpk";

/// What has to be known of a model to load its weights and to use them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) size: Size,
    pub(crate) vocabulary: Vocabulary,
}

/// Writes the weights and the description into a folder; the weights' path.
///
/// # Errors
///
/// When a file can't be written.
pub(crate) fn save(folder: &Path, model: Model, description: &Description) -> anyhow::Result<PathBuf> {
    let path = folder.join(NAME);
    let bytes = model.into_record().into_bytes().context("the weights can't be read from the GPU")?;
    ml_kit::write(&path, &bytes[..])?;
    ml_kit::write(&beside(&path), serde_json::to_string_pretty(description)? + "\n")?;
    Ok(path)
}

/// Loads the weights of a file, and the description beside it.
///
/// # Errors
///
/// When one of them can't be read, or they don't belong together.
pub(crate) fn load(path: &Path, device: &Device) -> anyhow::Result<(Model, Description)> {
    let description = describe(&beside(path))?;
    let bytes = Bytes::from_bytes_vec(ml_kit::read(path)?);
    let file = || format!("{} has no weights of such a model", path.display());
    let record = ModuleRecord::from_bytes(bytes).with_context(file)?;
    // What the weights are before they are loaded is of no importance.
    let model = Model::new(&description.size, &mut Random::new(0), device);
    Ok((model.try_load_record(record).with_context(file)?, description))
}

fn describe(path: &Path) -> anyhow::Result<Description> {
    let file = || format!("{} describes no model", path.display());
    let description: Description = serde_json::from_slice(&ml_kit::read(path)?).with_context(file)?;
    description.size.check().with_context(file)?;
    ensure!(
        description.vocabulary.len() == description.size.vocabulary,
        "{}: not as many characters as the model knows",
        path.display()
    );
    Ok(description)
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("json")
}
