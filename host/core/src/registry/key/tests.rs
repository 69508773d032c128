//! The fixtures are of other programs: keys of OpenSSL, one of them sealed by Python's scrypt and libsodium's secretbox, as
//! cosign does it.

use super::*;

const OPENSSL: &str = include_str!("fixtures/openssl.key");
const SEALED: &str = include_str!("fixtures/cosign.key");
const PUBLIC: &str = include_str!("fixtures/openssl.pub");
/// The same key, by `openssl ec -in openssl.key`.
const SEC1_KEY: &str = include_str!("fixtures/sec1.key");
const OTHER_CURVE: &str = include_str!("fixtures/p384.pub");
/// Of `payload`, by `openssl dgst -sha256 -sign`.
const SIGNATURE: &str = "MEUCIE/1iEQqX+yuGih6TEkdrM7hH5TlX6yWRuAcn69yM4XvAiEAj8KV7YZ/MIv0bBT7aHc9iXxbrmTdUJshShJuP1ssjbQ=";
const PASSWORD: &str = "open sesame";

fn public() -> PublicKey {
    PublicKey::read("host.pub", PUBLIC).unwrap()
}

#[test]
fn what_openssl_signed_is_verified() {
    let key = public();
    assert!(key.has_signed(b"payload", SIGNATURE));
    assert!(!key.has_signed(b"payloae", SIGNATURE));
    let other = SIGNATURE.replacen('E', "F", 1);
    for broken in ["", "!", "AAAA", &other, &SIGNATURE[4..]] {
        assert!(!key.has_signed(b"payload", broken), "{broken}");
    }
    // `openssl pkey -pubin -outform DER | sha256sum`
    assert_eq!(
        key.fingerprint(),
        "sha256:35ddd313c96a41ae05ac8a61d76caf56b4ed54e6b5eeacc13728989eb88297f6"
    );
}

#[test]
fn a_key_is_read_as_openssl_and_as_cosign_keep_it() {
    assert!(!PrivateKey::is_encrypted(OPENSSL) && PrivateKey::is_encrypted(SEALED));
    let plain = PrivateKey::read("host.key", OPENSSL, "").unwrap();
    let sealed = PrivateKey::read("cosign.key", SEALED, PASSWORD).unwrap();
    assert_eq!(plain.public(), public());
    assert_eq!(sealed.public(), public());
    let parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    for old in [SEC1_KEY, &format!("{parameters}{SEC1_KEY}")] {
        let old = PrivateKey::read("host.key", old, "").unwrap();
        assert_eq!(old.public(), public());
    }
    let signature = plain.sign(b"payload");
    assert_eq!(
        signature,
        sealed.sign(b"payload"),
        "the same bytes, the same signature"
    );
    assert!(public().has_signed(b"payload", &signature));
    assert_eq!(format!("{plain:?}"), "PrivateKey(…)");
}

#[test]
fn what_is_no_key_is_told_with_how_to_make_one() {
    let old_name = SEALED.replace("SIGSTORE", "COSIGN");
    assert!(PrivateKey::read("cosign.key", &old_name, PASSWORD).is_ok());
    let body = SEALED.lines().nth(1).unwrap();
    let greedy = BASE64_STANDARD.encode(
        r#"{"kdf":{"name":"scrypt","params":{"N":1073741824,"r":8,"p":1},"salt":""},"cipher":{"name":"nacl/secretbox","nonce":""},"ciphertext":""}"#,
    );
    let greedy = format!(
        "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n{greedy}\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----"
    );
    for (text, password, told) in [
        (
            SEALED,
            "close sesame",
            "the password does not open `the.key`",
        ),
        (
            &SEALED.replacen(body, "", 1),
            PASSWORD,
            "is in cosign's form, and broken",
        ),
        (&greedy, PASSWORD, "takes more memory or time"),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n-----END ENCRYPTED PRIVATE KEY-----",
            "",
            "`openssl pkey -in the.key -out the.key.plain`",
        ),
        (
            "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAA==\n-----END EC PRIVATE KEY-----",
            "",
            "is encrypted by OpenSSL",
        ),
        (PUBLIC, "", "holds no private key"),
        ("", "", "holds no private key"),
    ] {
        let problem = PrivateKey::read("the.key", text, password).unwrap_err();
        assert!(problem.text.contains(told), "{problem}");
        assert!(problem.text.contains("\nhint: "), "{problem}");
    }
    for (text, told) in [
        (
            OPENSSL,
            "`openssl pkey -in the.pub -pubout -out the.pub.pub` makes",
        ),
        (
            SEALED,
            "`cosign public-key --key the.pub > the.pub.pub` makes",
        ),
        (OTHER_CURVE, "holds no public key of ECDSA over P-256"),
        ("", "holds no public key"),
    ] {
        let problem = PublicKey::read("the.pub", text).unwrap_err();
        assert!(problem.text.contains(told), "{problem}");
        assert!(!problem.text.contains("MIG"), "{problem}");
    }
}
