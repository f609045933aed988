//! Colours, and whether they can be told apart (WCAG 2.2). No I/O.

use std::{fmt, str::FromStr};

/// sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

impl Colour {
    pub const WHITE: Self = Self([0xff; 3]);
    pub const BLACK: Self = Self([0; 3]);
    /// Of buttons, where a tenant sets none.
    pub const DEFAULT: Self = Self([0x1f, 0x4f, 0xd1]);

    /// Relative luminance, from 0 for black to 1 for white.
    fn luminance(self) -> f64 {
        let linear = self.0.map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    /// Contrast ratio, from 1 for the same colour to 21 for black and white.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The colour of text on this one: white or black, whichever stands out more. One of them always has the 4.5 that
    /// text needs (success criterion 1.4.3).
    #[must_use]
    pub fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The nearest shade of this colour that text can have on `background`, with the contrast of 4.5 that it needs
    /// (success criterion 1.4.3).
    #[must_use]
    pub fn readable_on(self, background: Self) -> Self {
        let end = background.text();
        let mut shades = (0..=SHADES).map(|step| self.mixed(end, step));
        shades.find(|shade| shade.contrast(background) >= LEAST_OF_TEXT).unwrap_or(end)
    }

    /// `step` of [`SHADES`] on the way to `other`.
    fn mixed(self, other: Self, step: u16) -> Self {
        let mix = |from: u8, to: u8| {
            let sum = u16::from(from) * (SHADES - step) + u16::from(to) * step;
            u8::try_from(sum / SHADES).unwrap_or(u8::MAX)
        };
        Self(std::array::from_fn(|channel| mix(self.0[channel], other.0[channel])))
    }
}

const SHADES: u16 = 50;
const LEAST_OF_TEXT: f64 = 4.5;

/// `#1f4fd1`
impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", hex::encode(self.0))
    }
}

/// What is no colour.
#[derive(Debug)]
pub struct NotAColour;

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let mut channels = [0; 3];
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        hex::decode_to_slice(digits, &mut channels).map_err(|_| NotAColour)?;
        Ok(Self(channels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_wcag_says() {
        for (a, b, ratio) in [
            ("#000000", "#ffffff", 21.0),
            ("#767676", "#ffffff", 4.54),
            ("#777777", "#ffffff", 4.48),
            ("#1f4fd1", "#ffffff", 6.78),
            ("#ffcc00", "#ffffff", 1.51),
        ] {
            let contrast = a.parse::<Colour>().unwrap().contrast(b.parse().unwrap());
            assert!((contrast - ratio).abs() < 0.01, "{a} on {b}: {contrast}");
        }
    }

    #[test]
    fn text_on_any_colour_can_be_read() {
        for red in (0..=255_u8).step_by(5) {
            for (green, blue) in (0..=255_u8).step_by(5).flat_map(|g| (0..=255_u8).step_by(15).map(move |b| (g, b))) {
                let colour = Colour([red, green, blue]);
                assert!(colour.contrast(colour.text()) >= 4.5, "{colour}");
            }
        }
    }

    #[test]
    fn every_colour_has_a_shade_that_can_be_read() {
        for background in ["#ffffff", "#f2f4f7", "#1d232c", "#000000"] {
            let background: Colour = background.parse().unwrap();
            for red in (0..=255_u8).step_by(51) {
                for (green, blue) in
                    (0..=255_u8).step_by(51).flat_map(|g| (0..=255_u8).step_by(51).map(move |b| (g, b)))
                {
                    let colour = Colour([red, green, blue]);
                    let shade = colour.readable_on(background);
                    assert!(shade.contrast(background) >= 4.5, "{colour} on {background}: {shade}");
                    assert!(colour.contrast(background) < 4.5 || shade == colour, "{colour} is readable as it is");
                }
            }
        }
    }

    #[test]
    fn a_colour_is_six_digits() {
        for text in ["", "#", "#fff", "1f4fd1", "#1f4fd", "#1f4fd1a", "#1f4fdg", "red", "#1f4fd1;}"] {
            assert!(text.parse::<Colour>().is_err(), "{text}");
        }
        assert_eq!("#1F4fd1".parse::<Colour>().unwrap().to_string(), "#1f4fd1");
    }
}
