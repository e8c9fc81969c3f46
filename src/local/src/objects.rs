//! The bodies of S3 objects: small ones beside the state of the buckets, large ones in files.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Mutex, MutexGuard},
};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use winterbaume_core::{Vfs, VfsEntry, VfsError, VfsStat};

/// Bodies up to this size are kept in the index.
const SMALL: usize = 4096;

/// What winterbaume writes to recover without a snapshot: we keep snapshots.
const TRANSIENT: &[&str] =
    &["/meta/version-meta/", "/meta/delete-markers/", "/meta/bucket-config/"];

#[derive(Clone, Debug)]
enum Body {
    Here(Bytes),
    /// The name of a file and its size.
    File(String, u64),
}

impl Body {
    fn size(&self) -> u64 {
        match self {
            Self::Here(bytes) => bytes.len() as u64,
            Self::File(_, size) => *size,
        }
    }
}

/// The bodies by winterbaume's paths.
#[derive(Debug)]
pub(crate) struct Objects {
    dir: Option<PathBuf>,
    bodies: Mutex<BTreeMap<String, Body>>,
}

impl Objects {
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self { dir, bodies: Mutex::default() }
    }

    fn bodies(&self) -> MutexGuard<'_, BTreeMap<String, Body>> {
        self.bodies.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes over an index from disk.
    pub fn load(&self, index: Option<&Json>) {
        let Some(Json::Object(index)) = index else { return };
        let mut bodies = self.bodies();
        for (path, entry) in index {
            let file = entry.get("file").and_then(Json::as_str);
            let size = entry.get("size").and_then(Json::as_u64);
            let here = entry.as_str().and_then(|text| STANDARD.decode(text).ok());
            let body = match (file, size, here) {
                (Some(file), Some(size), _) => Body::File(file.to_owned(), size),
                (_, _, Some(bytes)) => Body::Here(bytes.into()),
                _ => continue,
            };
            bodies.insert(path.clone(), body);
        }
    }

    /// The index for the disk.
    pub fn index(&self) -> Json {
        let mut index = Map::new();
        for (path, body) in self.bodies().iter() {
            if TRANSIENT.iter().any(|part| path.contains(part)) {
                continue;
            }
            let entry = match body {
                Body::Here(bytes) => json!(STANDARD.encode(bytes)),
                Body::File(file, size) => json!({ "file": file, "size": size }),
            };
            index.insert(path.clone(), entry);
        }
        Json::Object(index)
    }

    fn store(&self, path: &str, bytes: Vec<u8>) -> io::Result<u64> {
        let size = bytes.len() as u64;
        let body = match &self.dir {
            Some(dir) if bytes.len() > SMALL => {
                use sha2::Digest as _;
                let digest = sha2::Sha256::digest(path.as_bytes());
                let name: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                crate::store::make_dir(dir)?;
                crate::store::replace(&dir.join(format!("{name}.bin")), &bytes, true)?;
                Body::File(format!("{name}.bin"), size)
            }
            _ => Body::Here(bytes.into()),
        };
        self.bodies().insert(path.to_owned(), body);
        Ok(size)
    }

    fn fetch(&self, path: &str) -> Result<Bytes, VfsError> {
        let body = self.bodies().get(path).cloned();
        match (body, &self.dir) {
            (Some(Body::Here(bytes)), _) => Ok(bytes),
            (Some(Body::File(name, _)), Some(dir)) => Ok(std::fs::read(dir.join(name))?.into()),
            _ => Err(VfsError::NotFound(path.to_owned())),
        }
    }

    fn remove(&self, path: &str) -> Result<(), VfsError> {
        let body = self.bodies().remove(path);
        match (body, &self.dir) {
            (None, _) => return Err(VfsError::NotFound(path.to_owned())),
            (Some(Body::File(name, _)), Some(dir)) => {
                // An orphan does no harm; the next reset takes it away.
                let _ = std::fs::remove_file(dir.join(name));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Vfs for Objects {
    fn put<'a>(
        &'a self,
        path: &'a str,
        data: &'a mut (dyn AsyncRead + Unpin + Send),
    ) -> BoxFuture<'a, Result<u64, VfsError>> {
        Box::pin(async move {
            let mut bytes = Vec::new();
            data.read_to_end(&mut bytes).await?;
            Ok(self.store(path, bytes)?)
        })
    }

    fn get<'a>(
        &'a self,
        path: &'a str,
    ) -> BoxFuture<'a, Result<Box<dyn AsyncRead + Send + Unpin>, VfsError>> {
        Box::pin(async move {
            let reader: Box<dyn AsyncRead + Send + Unpin> =
                Box::new(io::Cursor::new(self.fetch(path)?));
            Ok(reader)
        })
    }

    fn delete<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<(), VfsError>> {
        Box::pin(async move { self.remove(path) })
    }

    fn list<'a>(&'a self, prefix: &'a str) -> BoxFuture<'a, Result<Vec<VfsEntry>, VfsError>> {
        Box::pin(async move {
            let bodies = self.bodies();
            let from = bodies.range(prefix.to_owned()..);
            Ok(from
                .take_while(|(key, _)| key.starts_with(prefix))
                .map(|(key, body)| VfsEntry { key: key.clone(), size: body.size() })
                .collect())
        })
    }

    fn stat<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Option<VfsStat>, VfsError>> {
        Box::pin(
            async move { Ok(self.bodies().get(path).map(|body| VfsStat { size: body.size() })) },
        )
    }
}
