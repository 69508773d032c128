//! Keys as cosign has them: ECDSA over P-256, in PEM.

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use crypto_secretbox::aead::{Aead as _, KeyInit as _};
use crypto_secretbox::{Key as BoxKey, Nonce, XSalsa20Poly1305};
use p256::SecretKey;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, Document, EncodePublicKey as _};
use serde::Deserialize;

use crate::codes::Problem;
use crate::codes::registry::KEY;
use crate::digest::sha256_hex;
use crate::escape::escape;

/// The most memory that opening a key may take, in bytes: cosign's own parameters take 64 MiB.
const MEMORY: u64 = 256 << 20;

/// How a key of `openssl ecparam -genkey` begins.
const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----";

/// What stands in keys that OpenSSL encrypted: in PKCS#8, and in the older forms.
const SEALED_OTHERWISE: [&str; 2] = [
    "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    "Proc-Type: 4,ENCRYPTED",
];

/// What is told of a text that is no key.
const HOW: &str = "`cosign generate-key-pair` makes `cosign.key` and `cosign.pub`; so does OpenSSL: `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out host.key`, then `openssl pkey -in host.key -pubout -out host.pub`";

/// A key that verifies.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads PEM: `-----BEGIN PUBLIC KEY-----`.
    ///
    /// # Errors
    /// It is another kind of key, or none. `name` is what the text was read from.
    pub fn read(name: &str, text: &str) -> Result<Self, Problem> {
        if text.contains("PRIVATE KEY-----") {
            let public = if encrypted(text).is_some() {
                format!("cosign public-key --key {name} > {name}.pub")
            } else {
                format!("openssl pkey -in {name} -pubout -out {name}.pub")
            };
            return Err(instead(
                name,
                "holds a private key, which verifies nothing and belongs to nobody else",
                &format!("`{}` makes the public one of it", escape(&public)),
            ));
        }
        VerifyingKey::from_public_key_pem(text.trim())
            .map(Self)
            .map_err(|_| wrong(name, "holds no public key of ECDSA over P-256 in PEM"))
    }

    /// Whether the key's owner signed these bytes. The signature is DER in base64, as cosign writes it.
    #[must_use]
    pub fn has_signed(&self, payload: &[u8], signature: &str) -> bool {
        let bytes = BASE64_STANDARD.decode(signature.trim()).ok();
        let signature = bytes.and_then(|it| Signature::from_der(&it).ok());
        signature.is_some_and(|it| self.0.verify(payload, &it).is_ok())
    }

    /// The SHA-256 of the key as DER, by which it is called: `sha256:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        // A key that was read can be written.
        let der = self.0.to_public_key_der();
        let bytes = der.as_ref().map(Document::as_bytes).unwrap_or_default();
        format!("sha256:{}", sha256_hex(bytes))
    }
}

/// A key that signs. It is shown nowhere.
pub struct PrivateKey(SigningKey);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey(…)")
    }
}

impl PrivateKey {
    /// Whether a key is opened with a password.
    #[must_use]
    pub fn is_encrypted(text: &str) -> bool {
        encrypted(text).is_some()
    }

    /// Reads PEM: cosign's own encrypted form, or PKCS#8 or SEC1 as OpenSSL writes them.
    ///
    /// # Errors
    /// It is another kind of key, or none, or the password is another one. `name` is what the text was read from.
    pub fn read(name: &str, text: &str, password: &str) -> Result<Self, Problem> {
        let key = if let Some(body) = encrypted(text) {
            let der = open(name, body, password)?;
            SigningKey::from_pkcs8_der(&der).ok()
        } else if SEALED_OTHERWISE.iter().any(|it| text.contains(it)) {
            let plain = format!("openssl pkey -in {name} -out {name}.plain");
            return Err(instead(
                name,
                "is encrypted by OpenSSL, and only cosign's form of encryption is read",
                &format!(
                    "`{}` asks for its password and writes it without one",
                    escape(&plain)
                ),
            ));
        } else {
            // `openssl ecparam -genkey` writes the parameters of the curve before the key.
            let key = text.find(SEC1).map_or(text, |at| &text[at..]);
            SecretKey::from_pem(key.trim()).ok().map(SigningKey::from)
        };
        key.map(Self)
            .ok_or_else(|| wrong(name, "holds no private key of ECDSA over P-256 in PEM"))
    }

    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    /// Signs, always the same for the same bytes (RFC 6979). The signature is DER in base64.
    #[must_use]
    pub fn sign(&self, payload: &[u8]) -> String {
        let signature: Signature = self.0.sign(payload);
        BASE64_STANDARD.encode(signature.to_der().as_bytes())
    }
}

fn wrong(name: &str, why: &str) -> Problem {
    instead(name, why, HOW)
}

fn instead(name: &str, why: &str, hint: &str) -> Problem {
    Problem::new(KEY, format!("`{}` {why}\nhint: {hint}", escape(name)))
}

/// What stands between the lines of cosign's form, old and new.
fn encrypted(text: &str) -> Option<&str> {
    ["SIGSTORE", "COSIGN"].iter().find_map(|word| {
        let (_, rest) =
            text.split_once(&format!("-----BEGIN ENCRYPTED {word} PRIVATE KEY-----"))?;
        let (body, _) = rest.split_once("-----END")?;
        Some(body)
    })
}

/// What cosign keeps in its form.
#[derive(Deserialize)]
struct Sealed {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Kdf {
    name: String,
    params: Params,
    salt: String,
}

#[derive(Deserialize)]
struct Params {
    #[serde(rename = "N")]
    n: u64,
    r: u32,
    p: u32,
}

#[derive(Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

fn open(name: &str, body: &str, password: &str) -> Result<Vec<u8>, Problem> {
    let broken = || wrong(name, "is in cosign's form, and broken");
    let decode = |text: &str| {
        let text: String = text.split_whitespace().collect();
        BASE64_STANDARD.decode(text).map_err(|_| broken())
    };
    let sealed: Sealed = serde_json::from_slice(&decode(body)?).map_err(|_| broken())?;
    if (sealed.kdf.name.as_str(), sealed.cipher.name.as_str()) != ("scrypt", "nacl/secretbox") {
        return Err(wrong(name, "is encrypted otherwise than cosign does it"));
    }
    let Params { n, r, p } = sealed.kdf.params;
    let is_power = n.is_power_of_two() && n > 1;
    if !is_power || n.saturating_mul(u64::from(r)).saturating_mul(128) > MEMORY || p > 16 {
        return Err(wrong(
            name,
            "takes more memory or time to open than a key may",
        ));
    }
    let log_n = u8::try_from(n.ilog2()).map_err(|_| broken())?;
    let params = scrypt::Params::new(log_n, r, p).map_err(|_| broken())?;
    let mut secret = [0; 32];
    scrypt::scrypt(
        password.as_bytes(),
        &decode(&sealed.kdf.salt)?,
        &params,
        &mut secret,
    )
    .map_err(|_| broken())?;
    let nonce: [u8; 24] = decode(&sealed.cipher.nonce)?
        .try_into()
        .map_err(|_| broken())?;
    XSalsa20Poly1305::new(BoxKey::from_slice(&secret))
        .decrypt(Nonce::from_slice(&nonce), decode(&sealed.ciphertext)?.as_slice())
        .map_err(|_| {
            Problem::new(
                KEY,
                format!(
                    "the password does not open `{}`\nhint: it is read from `COSIGN_PASSWORD`, or asked for on a terminal",
                    escape(name)
                ),
            )
        })
}

#[cfg(test)]
mod tests;
