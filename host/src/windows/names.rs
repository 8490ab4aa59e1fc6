//! Names of keys and pointers, as winit has them: the tables of `wit/tables`.

use crate::window_bindings::{
    keys::{KeyCode, NamedKey},
    windows::CursorShape,
};

macro_rules! names {
    (winit::$module:ident::$native:ident = $wit:ident { $($name:ident = $value:ident,)* }) => {
        impl $wit {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$value),*];

            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$value => stringify!($name),)*
                }
            }

            /// The one with this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($name) => Some(Self::$value),)*
                    _ => None,
                }
            }
        }
    };
}

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/cursor_shape.rs"));
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/key_code.rs"));
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/wit/tables/named_key.rs"));
cursor_shape!(names);
key_code!(names);
named_key!(names);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        macro_rules! each {
            ($($type:ident)*) => {
                $(for value in $type::ALL {
                    assert_eq!($type::named(value.name()), Some(*value));
                }
                assert_eq!($type::named("Nothing"), None);)*
            };
        }
        each!(CursorShape KeyCode NamedKey);
        assert_eq!((KeyCode::ALL.len(), NamedKey::ALL.len()), (194, 306));
    }
}
