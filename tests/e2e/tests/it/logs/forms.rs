//! The forms in which a secret might be written.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Shorter ones would be found by chance.
const SECRET_BYTES_MIN: usize = 10;

/// As it is, quoted, percent-encoded, in base64 wherever in a longer text it stands, as hex and as a list of numbers.
pub fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    assert!(bytes.len() >= SECRET_BYTES_MIN, "a short secret");
    let debug = format!("{secret:?}");
    let list: Vec<String> = bytes.iter().map(u8::to_string).collect();
    let mut forms = vec![
        secret.to_owned(),
        debug.trim_matches('"').to_owned(),
        percent_encoded(secret),
        percent_encoded(secret).to_lowercase(),
        hex(bytes),
        list.join(", "),
        list.join(","),
    ];
    for before in 0..3 {
        forms.extend([
            within_base64(bytes, before, &STANDARD_NO_PAD),
            within_base64(bytes, before, &URL_SAFE_NO_PAD),
        ]);
    }
    forms
}

/// The characters of base64 that follow from the secret alone when so many bytes, modulo 3, stand before it.
fn within_base64(secret: &[u8], before: usize, engine: &impl Engine) -> String {
    let text = engine.encode([&[0; 2][..before], secret].concat());
    let (first, last) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
    text[first..last].to_owned()
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("a string takes everything");
        }
        encoded
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("a string takes everything");
        hex
    })
}

#[test]
fn a_secret_is_found_in_every_form() {
    let secret = "pass/word+\"of\"nobody";
    let basic = STANDARD_NO_PAD.encode(format!("admin:{secret}\n"));
    let sasl = URL_SAFE_NO_PAD.encode(format!("\0usage\0{secret}"));
    let query = "?password=pass%2fword%2b%22of%22nobody";
    for written in [secret, &basic, &sasl, query, &format!("{secret:?}"), &format!("{:?}", secret.as_bytes())]
    {
        assert!(forms(secret).iter().any(|form| written.contains(form.as_str())), "{written}");
    }
    assert!(!forms(secret).iter().any(|form| "another text".contains(form.as_str())));
}
