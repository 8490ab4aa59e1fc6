//! Functions of other languages that WGSL does not have, written in it.

use naga::{Scalar, VectorSize};

use super::Unwritable;
use super::types::count;
use naga::common::wgsl::TryToWgsl;

/// One of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Helper {
    /// `outerProduct`: each column is the first vector times a component of the second.
    Outer { size: u8, width: u8 },
    /// `inverse`: the transposed cofactors over the determinant.
    Inverse { size: u8, width: u8 },
}

impl Helper {
    pub(super) fn outer(size: VectorSize, scalar: Scalar) -> Self {
        Self::Outer { size: count(size), width: scalar.width }
    }

    pub(super) fn inverse(size: VectorSize, scalar: Scalar) -> Self {
        Self::Inverse { size: count(size), width: scalar.width }
    }

    /// The name that it would like to have.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Outer { .. } => "outer_product",
            Self::Inverse { .. } => "inverse",
        }
    }

    /// Its declaration.
    pub(super) fn source(self, name: &str) -> Result<String, Unwritable> {
        match self {
            Self::Outer { size, width } => {
                let scalar = float(width)?;
                let columns: Vec<_> = (0..size).map(|column| format!("a * b[{column}]")).collect();
                let (vector, matrix) =
                    (format!("vec{size}<{scalar}>"), format!("mat{size}x{size}<{scalar}>"));
                let columns = columns.join(", ");
                Ok(format!(
                    "fn {name}(a: {vector}, b: {vector}) -> {matrix} {{\nreturn {matrix}({columns});\n}}\n"
                ))
            }
            Self::Inverse { size, width } => {
                let scalar = float(width)?;
                let places = (0..size).flat_map(|column| (0..size).map(move |row| (column, row)));
                let cofactors: Vec<_> =
                    places.map(|(column, row)| cofactor(size, scalar, row, column)).collect();
                let (matrix, cofactors) = (format!("mat{size}x{size}<{scalar}>"), cofactors.join(", "));
                Ok(format!(
                    "fn {name}(m: {matrix}) -> {matrix} {{\n\
                     return {matrix}({cofactors}) * ({scalar}(1) / determinant(m));\n}}\n"
                ))
            }
        }
    }
}

fn float(width: u8) -> Result<&'static str, Unwritable> {
    let scalar = Scalar::float(width);
    scalar.try_to_wgsl().ok_or_else(|| Unwritable(format!("a number of the type {scalar:?}")))
}

/// The determinant of what is left of the matrix `m` without a column and a row, with its sign.
fn cofactor(size: u8, scalar: &str, column: u8, row: u8) -> String {
    let sign = if (column + row).is_multiple_of(2) { "" } else { "-" };
    let columns = (0..size).filter(|other| *other != column);
    let rows = || (0..size).filter(|other| *other != row);
    let left: Vec<_> =
        columns.flat_map(|column| rows().map(move |row| format!("m[{column}][{row}]"))).collect();
    let left = left.join(", ");
    match size - 1 {
        1 => format!("{sign}{left}"),
        size => format!("{sign}determinant(mat{size}x{size}<{scalar}>({left}))"),
    }
}
