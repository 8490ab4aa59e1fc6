//! Colours, and what they are sorted by.

/// A colour, red in the lowest byte.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Color(pub(crate) u32);

impl Color {
    pub(crate) const BLACK: Self = Self(0xff00_0000);
    pub(crate) const PAPER: Self = Self(0xff2a_2018);
    pub(crate) const RED: Self = Self(0xff40_60ff);

    pub(crate) fn grey(light: u32) -> Self {
        Self(0xff00_0000 | (light * 0x0001_0101))
    }

    pub(crate) fn bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    fn parts(self) -> [u32; 3] {
        let [red, green, blue, _] = self.bytes();
        [red, green, blue].map(u32::from)
    }

    /// How bright it looks, below 256.
    pub(crate) fn light(self) -> u32 {
        let [red, green, blue] = self.parts();
        (54 * red + 183 * green + 19 * blue) >> 8
    }

    /// How far its strongest part is above its weakest.
    pub(crate) fn spread(self) -> u32 {
        let parts = self.parts();
        parts.iter().max().unwrap_or(&0) - parts.iter().min().unwrap_or(&0)
    }

    /// Where it is on the circle of hues, of 6 times 1024 places; grey is nowhere.
    pub(crate) fn hue(self) -> Option<u32> {
        let [red, green, blue] = self.parts();
        let spread = self.spread();
        let most = red.max(green).max(blue);
        // How far to the next corner of the circle, in 1024ths, where `from` is ahead of `to`.
        let way = |to: u32, from: u32| (1024 * (to + spread - from)).checked_div(spread);
        match most {
            most if most == red => Some((way(green, blue)? + 5 * 1024) % (6 * 1024)),
            most if most == green => Some(way(blue, red)? + 1024),
            _ => Some(way(red, green)? + 3 * 1024),
        }
    }
}

/// Any colours: xorshift.
pub(crate) fn any(count: usize) -> Vec<Color> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state >> 8
    };
    (0..count).map(|_| Color(0xff00_0000 | next())).collect()
}
