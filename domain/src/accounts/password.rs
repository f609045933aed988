//! Passwords: which are good enough, and how they are kept (NIST SP 800-63B, section 3.1.1; OWASP's cheat sheets).

use std::{
    collections::HashSet,
    num::NonZeroUsize,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::available_parallelism,
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    keys::random,
};

/// Characters.
const SHORTEST: usize = 8;
const LONGEST: usize = 128;
/// NFKC makes at most 18 characters of one: what is longer than this is too long in any form.
const LARGEST_INPUT: usize = LONGEST * 4;

/// Memory in KiB and passes: OWASP's first choice for Argon2id.
const COST: (u32, u32) = (19_456, 2);

/// Hashes and checks passwords, as many at once as there are processors: each takes 19 MiB for a moment.
pub struct Passwords {
    argon2: Argon2<'static>,
    /// Fits no password; checked where there is none, so that both take the same time.
    nobodys: String,
    at_once: Arc<Semaphore>,
    checks: AtomicU64,
}

/// A PHC string. No `Debug`, and wiped when it is dropped.
pub(super) type PasswordHash = Zeroizing<String>;

impl Passwords {
    /// # Errors
    /// Internal, when the system gives no randomness.
    pub fn new() -> Result<Self> {
        Self::with_cost(COST.0, COST.1)
    }

    /// With that much memory in KiB, and that many passes. For tests: a cheaper hash is found sooner.
    ///
    /// # Errors
    /// Internal, for a cost that Argon2 does not know.
    pub fn with_cost(memory: u32, passes: u32) -> Result<Self> {
        let params = Params::new(memory, passes, 1, None).map_err(fault)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let nobodys = Self::hash_with(&argon2, &hex::encode(random::<32>()?))?;
        let at_once = available_parallelism().map_or(1, NonZeroUsize::get);
        let (nobodys, at_once) = (nobodys.to_string(), Arc::new(Semaphore::new(at_once)));
        Ok(Self { argon2, nobodys, at_once, checks: AtomicU64::new(0) })
    }

    /// How many passwords were checked so far, those of nobody too.
    #[must_use]
    pub fn checks(&self) -> u64 {
        self.checks.load(Ordering::Relaxed)
    }

    /// Hashes a password that was chosen. `known` is what an attacker would try first: the person's name and address,
    /// the tenant's name.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` on `password` with `TOO_SHORT`, `TOO_LONG` or `TOO_COMMON`.
    pub(super) async fn choose(&self, password: &str, known: Vec<String>) -> Result<PasswordHash> {
        let (password, argon2) = (normal(password)?, self.argon2.clone());
        self.beside(move || {
            check(&password, &known)?;
            Self::hash_with(&argon2, &password)
        })
        .await
    }

    /// Whether the password is the one that was hashed. Takes as long without a hash.
    pub(super) async fn check(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        self.checks.fetch_add(1, Ordering::Relaxed);
        let is_somebodys = hash.is_some();
        let hash = Zeroizing::new(hash.unwrap_or(&self.nobodys).to_owned());
        let (password, argon2) = (normal(password).unwrap_or_default(), self.argon2.clone());
        let fits = self.beside(move || Ok(argon2.verify_password(password.as_bytes(), hash.as_str()).is_ok())).await?;
        Ok(fits && is_somebodys)
    }

    /// On a thread of its own, once there is room.
    async fn beside<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let room = Arc::clone(&self.at_once).acquire_owned().await.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _room = room;
            work()
        });
        done.await.map_err(Error::internal)?
    }

    fn hash_with(argon2: &Argon2<'_>, password: &str) -> Result<PasswordHash> {
        let salt: [u8; 16] = random()?;
        let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(fault)?;
        Ok(Zeroizing::new(hash.to_string()))
    }
}

/// Argon2 says nothing of the password.
fn fault(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("Argon2: {error}"))
}

/// The one form in which a password is compared: NFKC, as keyboards differ in how they compose a letter.
fn normal(password: &str) -> Result<Zeroizing<String>> {
    let refuse = |reason, message: String| Err(Error::invalid("password", reason, message));
    if password.chars().count() > LARGEST_INPUT {
        return refuse("TOO_LONG", format!("at most {LONGEST} characters"));
    }
    let normal: Zeroizing<String> = Zeroizing::new(password.nfkc().collect());
    match normal.chars().count() {
        ..SHORTEST => refuse("TOO_SHORT", format!("at least {SHORTEST} characters")),
        SHORTEST..=LONGEST => Ok(normal),
        _ => refuse("TOO_LONG", format!("at most {LONGEST} characters")),
    }
}

/// Refuses what is tried first.
fn check(password: &str, known: &[String]) -> Result<()> {
    if is_common(password) || is_pattern(password) || is_made_of(password, known) {
        let message = "this password is among the first that are tried";
        return Err(Error::invalid("password", "TOO_COMMON", message));
    }
    Ok(())
}

/// A password that many have; or one with other letters in capitals, with look-alikes for letters, or with a few characters
/// before or after it.
fn is_common(password: &str) -> bool {
    let password = password.to_lowercase();
    let stem = password.trim_matches(|letter: char| !letter.is_alphabetic());
    let is_most_of_it = stem.chars().count() + MOST_ADDED >= password.chars().count();
    let is_listed = |text: &str| COMMON.contains(text) || COMMON.contains(&*look_alikes(text));
    is_listed(&password) || (is_most_of_it && is_listed(stem))
}

/// Characters beside the one thing that a password is made of: a year, a number, a sign.
const MOST_ADDED: usize = 4;

static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../assets/common-passwords.txt").lines().collect());

/// The letters that signs and digits stand for.
fn look_alikes(text: &str) -> String {
    let letter = |sign| match sign {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// A few characters or one piece over and over, or a run through the alphabet or the digits.
fn is_pattern(password: &str) -> bool {
    let codes: Vec<i64> = password.chars().map(|letter| i64::from(u32::from(letter))).collect();
    let mut steps = codes.windows(2).map(|pair| pair[1] - pair[0]);
    let first = steps.next();
    let is_run = first.is_some_and(|first| first.abs() <= 1) && steps.all(|step| Some(step) == first);
    let is_repeated = (1..=codes.len() / 2).any(|unit| codes[unit..] == codes[..codes.len() - unit]);
    is_run || is_repeated || codes.iter().collect::<HashSet<_>>().len() < 4
}

/// Little else than the person's name or address or the tenant's name.
fn is_made_of(password: &str, known: &[String]) -> bool {
    let mut rest = password.to_lowercase();
    let known = known.iter().map(|text| text.to_lowercase()).collect::<Vec<_>>();
    for piece in known.iter().flat_map(|text| text.split(|letter: char| !letter.is_alphanumeric())) {
        if piece.chars().count() >= 3 {
            rest = rest.replace(piece, "");
        }
    }
    rest.len() < password.len() && rest.chars().filter(|letter| letter.is_alphanumeric()).count() <= MOST_ADDED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(password: &str, known: &[&str]) -> Option<&'static str> {
        let known: Vec<String> = known.iter().map(|text| (*text).to_owned()).collect();
        let checked = normal(password).and_then(|password| check(&password, &known));
        checked.err().map(|error| error.reason())
    }

    #[test]
    fn a_password_is_long_enough_and_not_among_the_first_that_are_tried() {
        let greek = |seed: &mut u32, _| {
            *seed = *seed * 16_807 % 65_521;
            char::from_u32(0x3b1 + *seed % 24)
        };
        let (longest, wide) = ((0..128).scan(7, greek).collect::<String>(), "ｐ".repeat(129));
        for (password, refused) in [
            ("", Some("TOO_SHORT")),
            ("Tr0ub4d", Some("TOO_SHORT")),
            ("password", Some("TOO_COMMON")),
            ("P@ssw0rd1", Some("TOO_COMMON")),
            ("12345678", Some("TOO_COMMON")),
            ("qwertyuiop", Some("TOO_COMMON")),
            ("Dragon2024", Some("TOO_COMMON")),
            ("hgfedcba", Some("TOO_COMMON")),
            ("kettle7kettle7", Some("TOO_COMMON")),
            ("Ada.Lovelace.1815", Some("TOO_COMMON")),
            ("aaaaaaaaaaaaaaaaaaaa", Some("TOO_COMMON")),
            ("ada@example.com", Some("TOO_COMMON")),
            ("example.com1", Some("TOO_COMMON")),
            ("Lovelace", Some("TOO_COMMON")),
            ("Acme Ltd", Some("TOO_COMMON")),
            (&wide, Some("TOO_LONG")),
            (&"x".repeat(100_000), Some("TOO_LONG")),
            (&longest, None),
            ("walnut harbour kettle", None),
            ("пароль для моего архива", None),
        ] {
            let known = ["ada@example.com", "Ada Lovelace", "Acme Ltd"];
            assert_eq!(reason(password, &known), refused, "{password:.40}");
        }
    }

    #[tokio::test]
    async fn a_password_is_the_same_however_its_letters_were_composed() {
        let passwords = Passwords::with_cost(8, 1).unwrap();
        let hash = passwords.choose("caf\u{e9} am Hafen, zweimal", Vec::new()).await.unwrap();
        assert!(passwords.check("cafe\u{301} am Hafen, zweimal", Some(&hash)).await.unwrap());
        assert!(!passwords.check("cafe am Hafen, zweimal", Some(&hash)).await.unwrap());
        assert!(!passwords.check("caf\u{e9} am Hafen, zweimal", None).await.unwrap());
        assert_eq!(passwords.checks(), 3);
    }

    #[test]
    fn what_is_stored_says_argon2id_at_the_cost_that_owasp_asks_for() {
        let passwords = Passwords::new().unwrap();
        assert!(passwords.nobodys.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", passwords.nobodys);
    }
}
