//! winterbaume's services, each with a copy of its state as JSON: the copy is what rules read and
//! change, what is kept on disk, and what the service is given back before it works on.

use crate::{
    ids::Ids,
    normalise::{Moment, Normaliser},
    objects::Objects,
    request::Request,
    store::Store,
    tagged::Sweep,
    wire::{Answer, Refusal},
};
use dmsrun_base::Timestamp;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, OnceLock},
};
use winterbaume_core::MockRequest;

/// The region in which services without regions keep their state.
pub(crate) const GLOBAL: &str = "us-east-1";

trait Backend: Send + Sync {
    fn handle(&self, request: MockRequest) -> BoxFuture<'_, Answer>;
    fn snapshot<'a>(&'a self, account: &'a str, region: &'a str) -> BoxFuture<'a, Json>;
    fn restore<'a>(
        &'a self,
        account: &'a str,
        region: &'a str,
        state: Json,
    ) -> BoxFuture<'a, Result<(), String>>;
}

// A macro and not a blanket implementation: only of a concrete service does the compiler know that the
// futures of its snapshots can go to another thread.
macro_rules! backends {
    ($($service:ty),*) => {$(
        impl Backend for $service {
            fn handle(&self, request: MockRequest) -> BoxFuture<'_, Answer> {
                winterbaume_core::MockService::handle(self, request)
            }
            fn snapshot<'a>(&'a self, account: &'a str, region: &'a str) -> BoxFuture<'a, Json> {
                Box::pin(async move {
                    let view = winterbaume_core::StatefulService::snapshot(self, account, region).await;
                    serde_json::to_value(view).unwrap_or_default()
                })
            }
            fn restore<'a>(
                &'a self,
                account: &'a str,
                region: &'a str,
                state: Json,
            ) -> BoxFuture<'a, Result<(), String>> {
                Box::pin(async move {
                    let view = serde_json::from_value(state).map_err(|error| error.to_string())?;
                    let done = winterbaume_core::StatefulService::restore(self, account, region, view);
                    done.await.map_err(|error| error.to_string())
                })
            }
        }
    )*};
}

backends!(
    winterbaume_iam::IamService,
    winterbaume_kms::KmsService,
    winterbaume_s3::S3Service,
    winterbaume_secretsmanager::SecretsManagerService,
    winterbaume_servicequotas::ServiceQuotasService,
    winterbaume_sns::SnsService,
    winterbaume_sts::StsService
);

/// The services: our name, the name in addresses, whether it has regions.
const SERVICES: &[(&str, &str, bool)] = &[
    ("iam", "iam", false),
    ("kms", "kms", true),
    ("s3", "s3", false),
    ("secretsmanager", "secretsmanager", true),
    ("service_quotas", "servicequotas", true),
    ("sns", "sns", true),
    ("sts", "sts", true),
];

/// One service of winterbaume's.
pub(crate) struct Service {
    pub name: &'static str,
    host: &'static str,
    regional: bool,
    backend: OnceLock<Box<dyn Backend>>,
    data: Mutex<Data>,
    objects: Arc<Objects>,
}

#[derive(Default)]
struct Data {
    regions: BTreeMap<String, Region>,
    /// What we keep beside it.
    ours: Map<String, Json>,
    normaliser: Normaliser,
    /// Uploads under way: they are in no snapshot, so nothing may be given back meanwhile.
    uploads: usize,
}

#[derive(Default)]
struct Region {
    state: Json,
    known: BTreeSet<String>,
    /// Our copy is newer than what the service holds.
    newer: bool,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The services with what the store holds of them.
pub(crate) fn open(store: &Store) -> BTreeMap<&'static str, Service> {
    let objects = Arc::new(Objects::new(store.objects()));
    let open = |(name, host, regional): &(&'static str, &'static str, bool)| {
        let mut data = Data::default();
        if let Some(Json::Object(mut body)) = store.take(name) {
            if let Some(Json::Object(ours)) = body.remove("ours") {
                data.ours = ours;
            }
            let regions = body.remove("regions").and_then(|r| match r {
                Json::Object(regions) => Some(regions),
                _ => None,
            });
            for (region, state) in regions.unwrap_or_default() {
                let known = crate::normalise::known(&state);
                data.regions.insert(region, Region { state, known, newer: true });
            }
        }
        if *name == "s3" {
            objects.load(data.ours.get("objects"));
        }
        let service = Service {
            name,
            host,
            regional: *regional,
            backend: OnceLock::new(),
            data: Mutex::new(data),
            objects: objects.clone(),
        };
        (*name, service)
    };
    SERVICES.iter().map(open).collect()
}

impl Service {
    fn data(&self) -> MutexGuard<'_, Data> {
        self.data.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn backend(&self) -> &dyn Backend {
        let make = || -> Box<dyn Backend> {
            match self.name {
                "iam" => Box::new(winterbaume_iam::IamService::new()),
                "kms" => Box::new(winterbaume_kms::KmsService::new()),
                "s3" => Box::new(winterbaume_s3::S3Service::with_vfs(self.objects.clone())),
                "secretsmanager" => {
                    Box::new(winterbaume_secretsmanager::SecretsManagerService::new())
                }
                "service_quotas" => {
                    Box::new(winterbaume_servicequotas::ServiceQuotasService::new())
                }
                "sns" => Box::new(winterbaume_sns::SnsService::new()),
                _ => Box::new(winterbaume_sts::StsService::new()),
            }
        };
        self.backend.get_or_init(make).as_ref()
    }

    /// The region whose state a request is about.
    pub fn scope<'a>(&self, region: &'a str) -> &'a str {
        if self.regional { region } else { GLOBAL }
    }

    /// Reads the state of a region; null where there is none yet.
    pub fn read<T>(&self, region: &str, read: impl FnOnce(&Json) -> T) -> T {
        let data = self.data();
        read(data.regions.get(self.scope(region)).map_or(&Json::Null, |r| &r.state))
    }

    /// Changes the state of a region.
    pub fn edit<T>(&self, region: &str, edit: impl FnOnce(&mut Json) -> T) -> T {
        let mut data = self.data();
        let region = data.regions.entry(self.scope(region).to_owned()).or_default();
        region.newer = true;
        let out = edit(&mut region.state);
        region.known = crate::normalise::known(&region.state);
        out
    }

    /// What we keep beside the service's own state.
    pub fn ours<T>(&self, edit: impl FnOnce(&mut Map<String, Json>) -> T) -> T {
        edit(&mut self.data().ours)
    }

    /// Shows a sweep the states of all regions.
    pub fn sweep(&self, sweep: &mut Sweep<'_>) {
        for (name, region) in &self.data().regions {
            sweep.state(name, &region.state);
        }
    }

    /// What goes on disk.
    pub fn body(&self) -> Json {
        let mut data = self.data();
        if self.name == "s3" {
            let index = self.objects.index();
            data.ours.insert("objects".into(), index);
        }
        let regions: Map<String, Json> =
            data.regions.iter().map(|(name, r)| (name.clone(), r.state.clone())).collect();
        json!({ "regions": regions, "ours": data.ours })
    }

    /// Gives the service what we know better.
    async fn give_back(&self, account: &str, region: &str) -> Result<(), Refusal> {
        let state = {
            let mut data = self.data();
            if data.uploads > 0 {
                return Ok(());
            }
            match data.regions.get_mut(region) {
                Some(region) if region.newer => {
                    region.newer = false;
                    region.state.clone()
                }
                _ => return Ok(()),
            }
        };
        self.backend().restore(account, region, state).await.map_err(|error| {
            Refusal::internal(format!(
                "the local AWS can't read its own {}.json: {error}; dmsrun local reset starts anew",
                self.name
            ))
        })
    }

    /// The state of a region that was never used: some services start with something in it.
    pub async fn begin(&self, ids: &Ids, account: &str, now: Timestamp, region: &str) {
        let region = self.scope(region);
        if self.data().regions.contains_key(region) {
            return;
        }
        let moment = Moment::new(ids, now, Timestamp::now());
        let mut state = self.backend().snapshot(account, region).await;
        state.sort_all_objects();
        let mut data = self.data();
        let newer = data.normaliser.state(&moment, &BTreeSet::new(), "", &mut state);
        let known = crate::normalise::known(&state);
        data.regions.insert(region.to_owned(), Region { state, known, newer });
    }

    /// Lets the service answer, and takes over what it changed.
    pub async fn call(
        &self,
        ids: &Ids,
        account: &str,
        now: Timestamp,
        request: &Request,
    ) -> Result<Answer, Refusal> {
        let region = self.scope(&request.region).to_owned();
        self.give_back(account, &region).await?;
        // The wall clock only finds the times that the service read from it.
        let moment = Moment::new(ids, now, Timestamp::now());
        let mut answer = self.backend().handle(self.request(request)).await;
        if !request.mutates() {
            return Ok(answer);
        }
        let mut state = self.backend().snapshot(account, &region).await;
        state.sort_all_objects();
        let mut data = self.data();
        data.count_uploads(&request.operation, answer.status);
        let Data { regions, normaliser, .. } = &mut *data;
        let entry = regions.entry(region).or_default();
        let sent = format!("{}{}", request.path, String::from_utf8_lossy(&request.body));
        if request.operation != "CreateMultipartUpload" {
            // The id of an upload is in no state that could be given back.
            normaliser.answer(&moment, &entry.known, &sent, &mut answer);
        }
        entry.newer = normaliser.state(&moment, &entry.known, &sent, &mut state);
        entry.known = crate::normalise::known(&state);
        entry.state = state;
        Ok(answer)
    }

    fn request(&self, request: &Request) -> MockRequest {
        let mut headers = request.headers.clone();
        let uri = if self.name == "s3" {
            // The service would take the region from here, and has one state for each.
            headers.remove(http::header::AUTHORIZATION);
            let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
            let bucket = match request.host.split_once(".s3.").or(request.host.split_once(".s3-")) {
                Some((bucket, _)) => format!("/{bucket}"),
                None => String::new(),
            };
            format!("https://s3.{GLOBAL}.amazonaws.com{bucket}{path}?{query}")
        } else {
            let region = self.scope(&request.region);
            format!("https://{}.{region}.amazonaws.com{}", self.host, request.path)
        };
        MockRequest { method: request.method.clone(), uri, headers, body: request.body.clone() }
    }
}

impl Data {
    fn count_uploads(&mut self, operation: &str, status: u16) {
        match operation {
            "CreateMultipartUpload" if status < 300 => self.uploads += 1,
            "CompleteMultipartUpload" | "AbortMultipartUpload" if status < 300 => {
                self.uploads = self.uploads.saturating_sub(1);
            }
            _ => {}
        }
    }
}
