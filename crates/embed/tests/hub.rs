//! Fetching from a hub that this test serves itself on loopback.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use visavis_embed::{HubSettings, LoadOptions, Model, ModelError, resolve};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden/tiny-labse")
}

/// Serves `tiny/labse` (whole), `tiny/cut` (weights end early), `tiny/wrong` (weights of another hash), `tiny/closed`
/// (401), and nothing else (404). As on the hub, weights are named by their SHA-256.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || while answer(&stream).is_some() {});
        }
    });
    address
}

fn answer(mut stream: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    while !lines.next()?.ok()?.is_empty() {}
    let mut words = request.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    let path = path.split('?').next()?.trim_start_matches('/');
    let mut reply = |status: &str, headers: &str, body: &[u8], sent: usize| {
        let head = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).ok()?;
        if method != "HEAD" {
            stream.write_all(&body[..sent]).ok()?;
        }
        stream.shutdown(std::net::Shutdown::Both).ok()?;
        None
    };
    if path.starts_with("tiny/closed/") {
        return reply("401 Unauthorized", "x-error-code: GatedRepo\r\n", b"{}", 2);
    }
    if let Some(repository) = path.strip_prefix("api/models/") {
        return match repository {
            "tiny/labse" | "tiny/cut" | "tiny/wrong" => reply("200 OK", "", b"{}", 2),
            _ => reply("404 Not Found", "x-error-code: RepoNotFound\r\n", b"{}", 2),
        };
    }
    let (repository, file) = path.split_once("/resolve/").unwrap_or((path, ""));
    let (revision, file) = file.split_once('/').unwrap_or(("", ""));
    if !["tiny/labse", "tiny/cut", "tiny/wrong"].contains(&repository) {
        return reply("404 Not Found", "x-error-code: RepoNotFound\r\n", b"{}", 2);
    }
    if revision != "main" && revision != COMMIT {
        return reply(
            "404 Not Found",
            "x-error-code: RevisionNotFound\r\n",
            b"{}",
            2,
        );
    }
    let Ok(body) = fs::read(fixture().join(file)) else {
        return reply(
            "404 Not Found",
            &format!("x-error-code: EntryNotFound\r\nx-repo-commit: {COMMIT}\r\n"),
            b"{}",
            2,
        );
    };
    let cut = repository == "tiny/cut" && file == "model.safetensors";
    let sent = if cut { body.len() / 2 } else { body.len() };
    let etag = match file {
        "model.safetensors" if repository == "tiny/wrong" => "0".repeat(64),
        "model.safetensors" => hash(&body),
        _ => file.replace('/', "-"),
    };
    let headers =
        format!("x-repo-commit: {COMMIT}\r\netag: \"{etag}\"\r\naccept-ranges: bytes\r\n");
    reply("200 OK", &headers, &body, sent)
}

fn hash(body: &[u8]) -> String {
    use std::fmt::Write;
    let mut hash = String::new();
    for byte in Sha256::digest(body) {
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

fn settings(endpoint: &str, name: &str) -> HubSettings {
    let cache_dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("hub-{name}"));
    let _ = fs::remove_dir_all(&cache_dir);
    HubSettings {
        cache_dir,
        token: None,
        endpoint: endpoint.to_owned(),
        offline: false,
    }
}

#[test]
fn a_model_is_fetched_once_and_then_found_offline() {
    let online = settings(&serve(), "fetch");
    let folder = resolve("tiny/labse", None, &online).unwrap();
    assert_eq!(
        (folder.id.as_str(), folder.revision.as_deref()),
        ("tiny/labse", Some(COMMIT))
    );
    let fetched = Model::load(&folder, &LoadOptions::default()).unwrap();
    assert_eq!(fetched.info().revision.as_deref(), Some(COMMIT));
    let offline = HubSettings {
        offline: true,
        endpoint: "http://127.0.0.1:9".into(),
        ..online
    };
    assert_eq!(resolve("tiny/labse", None, &offline).unwrap(), folder);
    assert_eq!(
        resolve("tiny/labse", Some(COMMIT), &offline).unwrap(),
        folder
    );
    assert!(matches!(
        resolve("tiny/labse", Some("v2"), &offline),
        Err(ModelError::Offline { .. })
    ));
    let _ = fs::remove_dir_all(offline.cache_dir);
}

#[test]
fn refusals_of_the_hub_are_told_apart() {
    let hub = settings(&serve(), "refusals");
    let error = resolve("tiny/nothing", None, &hub).unwrap_err();
    assert!(
        matches!(&error, ModelError::NotFound { what, .. } if what == "model"),
        "{error}"
    );
    let error = resolve("tiny/labse", Some("v9"), &hub).unwrap_err();
    assert!(
        matches!(&error, ModelError::NotFound { what, .. } if what.contains("v9")),
        "{error}"
    );
    let error = resolve("tiny/closed", None, &hub).unwrap_err();
    assert!(matches!(error, ModelError::Unauthorised { .. }), "{error}");
    let error = resolve("tiny/cut", None, &hub).unwrap_err();
    assert!(error.to_string().contains("model.safetensors"), "{error}");
    // Twice, since what came the first time must not be found in the cache.
    for _ in 0..2 {
        let error = resolve("tiny/wrong", None, &hub).unwrap_err().to_string();
        assert!(
            error.contains("SHA-256") && error.contains("model.safetensors"),
            "{error}"
        );
    }
    let _ = fs::remove_dir_all(hub.cache_dir);
}
