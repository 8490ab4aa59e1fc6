//! The parameters of a URL.

use anyhow::{Context as _, ensure};

/// The path of a request, and the parameters behind it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    path: String,
    parameters: Vec<(String, String)>,
}

impl Query {
    /// Of `/path?name=value&…`.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let (path, parameters) = url.split_once('?').unwrap_or((url, ""));
        let parameter = |text: &str| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (name.to_owned(), value.to_owned())
        };
        let parameters = parameters.split('&').filter(|text| !text.is_empty()).map(parameter).collect();
        Self { path: path.to_owned(), parameters }
    }

    /// The last part of the path: a server may have the component at any.
    #[must_use]
    pub fn last(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// A number, or what it is by default.
    ///
    /// # Errors
    ///
    /// When it is none, or none between these.
    pub fn number(
        &self,
        name: &str,
        default: f32,
        range: std::ops::RangeInclusive<f32>,
    ) -> anyhow::Result<f32> {
        let found = self.parameters.iter().find(|(found, _)| found == name);
        let Some((_, value)) = found else { return Ok(default) };
        let value: f32 = value.parse().with_context(|| format!("{name}={value} is no number"))?;
        ensure!(range.contains(&value), "{name} has to be between {} and {}", range.start(), range.end());
        Ok(value)
    }

    /// Refuses parameters that nobody knows.
    ///
    /// # Errors
    ///
    /// When there is one whose name is not in `known`.
    pub fn only(&self, known: &[&str]) -> anyhow::Result<()> {
        let unknown = self.parameters.iter().find(|(name, _)| !known.contains(&name.as_str()));
        match unknown {
            Some((name, _)) => anyhow::bail!("there is no parameter {name}; there are: {}", known.join(", ")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        let query = Query::new("/a/b?x=1.5&y=two&z");
        assert_eq!(query.last(), "b");
        assert_eq!(query.number("x", 0.0, 0.0..=2.0).ok(), Some(1.5));
        assert_eq!(query.number("none", 7.0, 0.0..=2.0).ok(), Some(7.0));
        for name in ["y", "z"] {
            assert!(query.number(name, 0.0, 0.0..=2.0).is_err());
        }
        assert!(query.number("x", 0.0, 0.0..=1.0).is_err());
        assert!(Query::new("/?x=NaN").number("x", 0.0, 0.0..=1.0).is_err());
        assert!(query.only(&["x", "y", "z"]).is_ok());
        assert!(query.only(&["x", "y"]).is_err());
        assert_eq!(Query::new("/").last(), "");
    }
}
