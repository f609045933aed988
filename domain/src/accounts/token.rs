//! The secret that a browser keeps in its cookie.

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::{error::Result, keys::random};

/// 256 random bits. Before somebody signs in they tie forms to a browser and nothing more; a session has its own. No
/// `Debug`: whoever has it is the person.
#[derive(Clone)]
pub struct BrowserToken(Zeroizing<[u8; 32]>);

impl BrowserToken {
    pub fn generate() -> Result<Self> {
        Ok(Self(Zeroizing::new(random()?)))
    }

    /// None for what is no token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Longer than any token: not worth decoding.
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= 64)?).ok()?;
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// As the cookie holds it.
    #[must_use]
    pub fn reveal(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(*self.0)
    }

    /// What is stored of a session's. 256 random bits need no slow hash.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(*self.0).to_vec()
    }

    /// What this browser's forms carry: follows from the token, and tells nothing about it.
    #[must_use]
    pub fn form_token(&self) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.0);
        BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&key, b"form"))
    }

    /// Whether a form came from this browser. Takes the same time whatever was given.
    #[must_use]
    pub fn made_form(&self, given: &str) -> bool {
        self.form_token().as_bytes().ct_eq(given.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text_and_nothing_else_parses() {
        let token = BrowserToken::generate().unwrap();
        let text = token.reveal();
        assert_eq!(BrowserToken::parse(&text).unwrap().hash(), token.hash());
        for wrong in ["", "x", &text[1..], &format!("{text}A"), &format!("{text}="), &"A".repeat(10_000)] {
            assert!(BrowserToken::parse(wrong).is_none(), "{wrong:.50}");
        }
    }

    #[test]
    fn a_form_belongs_to_the_browser_it_was_made_for() {
        let (one, other) = (BrowserToken::generate().unwrap(), BrowserToken::generate().unwrap());
        assert!(one.made_form(&one.form_token()));
        for wrong in ["", &one.reveal(), &other.form_token(), &one.form_token()[1..]] {
            assert!(!one.made_form(wrong));
        }
    }
}
