//! Endpoints: what DMS knows of a source or target. Passwords are taken and never kept.

use super::{
    Answer,
    account::quotas,
    catalogue::Address,
    endpoint_settings, engines,
    faults::Fault,
    input::{Input, identifier, resource_identifier},
    paging,
    region::Shard,
    time::Millis,
    world::World,
};
use dmsrun_dms::{Engine, engine};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// Members that stand at the top of an endpoint, as they were given.
const MEMBERS: &[&str] = &[
    "Username",
    "ServerName",
    "Port",
    "DatabaseName",
    "ExtraConnectionAttributes",
    "CertificateArn",
    "SslMode",
    "ServiceAccessRoleArn",
    "ExternalTableDefinition",
];

/// Members that may stand at the top or among the settings; answers show them in both places.
const LOGIN: &[&str] = &["Username", "ServerName", "Port", "DatabaseName"];

const SECRET_ROLE: &str = "SecretsManagerAccessRoleArn";
const SECRET_ID: &str = "SecretsManagerSecretId";

/// An endpoint: `active`, then `deleting` → gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    serial: u64,
    pub(crate) identifier: String,
    pub(crate) arn: String,
    /// `SOURCE` or `TARGET`.
    pub(crate) side: String,
    pub(crate) engine: String,
    pub(crate) members: Map<String, Json>,
    settings: Map<String, Json>,
    has_password: bool,
    kms_key: String,
    pub(crate) status: String,
    pub(crate) due: Option<Millis>,
}

impl Endpoint {
    /// A value of the settings or of the endpoint itself.
    pub(crate) fn value(&self, name: &str) -> Option<&Json> {
        let found = self.settings.get(name).or_else(|| self.members.get(name));
        found.filter(|v| !v.is_null() && v.as_str() != Some(""))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.value(name).and_then(Json::as_str)
    }

    pub(crate) fn secret_id(&self) -> Option<&str> {
        self.text(SECRET_ID)
    }

    pub(crate) fn engine(&self) -> Option<&'static Engine> {
        engine(&self.engine)
    }

    /// Whether it can log in: a password, a secret, or a way that needs none.
    pub(crate) fn has_login(&self) -> bool {
        let method = self.text("AuthenticationMethod").or_else(|| self.text("AuthType"));
        self.has_password
            || self.secret_id().is_some()
            || matches!(method, Some("iam" | "kerberos" | "no" | "none"))
            || self.engine().is_some_and(|e| !e.required(&self.side).contains(&"password"))
    }

    /// The address in clear text, where there is one.
    pub(crate) fn address(&self) -> Option<Address> {
        let port = self.value("Port").and_then(Json::as_u64);
        Some(Address {
            engine: self.engine.clone(),
            host: self.text("ServerName")?.to_owned(),
            port: port.and_then(|p| u16::try_from(p).ok())?,
        })
    }

    fn answer(&self) -> Json {
        let mut answer = json!({
            "EndpointIdentifier": self.identifier,
            "EndpointType": self.side,
            "EngineName": self.engine,
            "EngineDisplayName": self.engine().map_or(self.engine.as_str(), |e| e.label),
            "Status": self.status,
            "KmsKeyId": self.kms_key,
            "EndpointArn": self.arn,
            "SslMode": "none",
        });
        for (name, value) in &self.members {
            answer[name.as_str()] = value.clone();
        }
        let Some(engine) = self.engine() else { return answer };
        let mut settings = self.settings.clone();
        let logs_in = engine.secrets || settings.contains_key("ServerName");
        for name in LOGIN.iter().filter(|_| logs_in) {
            if let Some(value) = self.value(name).cloned() {
                answer[*name] = value.clone();
                settings.insert((*name).to_owned(), value);
            }
        }
        if !settings.is_empty() {
            answer[engines::settings_member(engine)] = Json::Object(settings);
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn create_endpoint(&mut self, world: &dyn World, input: &Input) -> Answer {
        let name = input.required("EndpointIdentifier")?;
        let name = identifier("EndpointIdentifier", name, 255)?;
        let side = side(input.required("EndpointType")?)?;
        let facts = engine_of(input.required("EngineName")?)?;
        let resource = resource_identifier(input)?;
        let tags = input.tags()?;
        let kms_key = self.key(world, input.text("KmsKeyId")?).await?;
        let resource = resource.unwrap_or_else(|| self.ids.resource());
        let arn = self.arn("endpoint", &resource);
        if let Some(twin) =
            self.region.endpoints.iter().find(|e| e.identifier == name || e.arn == arn)
        {
            return Err(Fault::exists(format!("Endpoint {name} already exists."), &twin.arn));
        }
        if self.region.endpoints.len() >= quotas::ENDPOINTS {
            return Err(Fault::quota("endpoints", quotas::ENDPOINTS));
        }
        let mut endpoint = Endpoint {
            serial: self.ids.serial(),
            identifier: name,
            arn: arn.clone(),
            side,
            engine: facts.name.to_owned(),
            members: Map::new(),
            settings: Map::new(),
            has_password: false,
            kms_key,
            status: "active".to_owned(),
            due: None,
        };
        take(&mut endpoint, input, facts)?;
        self.check_endpoint(world, &endpoint, facts).await?;
        let answer = json!({"Endpoint": endpoint.answer()});
        self.region.endpoints.push(endpoint);
        self.region.tags.insert(arn, tags);
        Ok(answer)
    }

    pub(crate) async fn modify_endpoint(&mut self, world: &dyn World, input: &Input) -> Answer {
        let arn = input.required("EndpointArn")?.to_owned();
        let old = self.region.endpoint(&arn)?.clone();
        if old.status != "active" {
            return Err(Fault::state(format!("Endpoint {arn} is {}.", old.status)));
        }
        let busy = self.region.jobs().find(|(_, t)| t.uses(&arn) && t.is_active());
        if let Some((title, job)) = busy {
            return Err(Fault::state(format!(
                "Endpoint {arn} can't be modified while {title} {} is {}.",
                job.arn, job.status
            )));
        }
        let mut new = old.clone();
        if let Some(name) = input.text("EndpointIdentifier")? {
            new.identifier = identifier("EndpointIdentifier", name, 255)?;
            let twin = self
                .region
                .endpoints
                .iter()
                .find(|e| e.identifier == new.identifier && e.arn != arn);
            if let Some(twin) = twin {
                let text = format!("Endpoint {} already exists.", new.identifier);
                return Err(Fault::exists(text, &twin.arn));
            }
        }
        if let Some(text) = input.text("EndpointType")? {
            new.side = side(text)?;
        }
        let facts = engine_of(input.text("EngineName")?.unwrap_or(&old.engine))?;
        if facts.name != old.engine {
            new.engine = facts.name.to_owned();
            if Some(facts.settings) != old.engine().map(|e| e.settings) {
                new.settings.clear();
            }
        }
        if input.flag("ExactSettings")?.unwrap_or(false) {
            new.settings.clear();
        }
        take(&mut new, input, facts)?;
        self.check_endpoint(world, &new, facts).await?;
        let answer = json!({"Endpoint": new.answer()});
        *self.region.endpoint_mut(&arn)? = new;
        self.test_again(world, &arn).await?;
        Ok(answer)
    }

    pub(crate) fn delete_endpoint(&mut self, input: &Input) -> Answer {
        let arn = input.required("EndpointArn")?;
        let endpoint = self.region.endpoint(arn)?;
        if endpoint.status == "deleting" {
            return Err(Fault::state(format!("Endpoint {arn} is being deleted.")));
        }
        if self.region.tasks.iter().any(|t| t.uses(arn)) {
            return Err(Fault::state(format!(
                "Endpoint {arn} is part of one or more ReplicationTasks."
            )));
        }
        if self.region.replications.iter().any(|r| r.job.uses(arn)) {
            return Err(Fault::state(format!(
                "Endpoint {arn} is part of one or more ReplicationConfigs."
            )));
        }
        let due = self.now + self.timing.endpoint_delete;
        let endpoint = self.region.endpoint_mut(arn)?;
        endpoint.status = "deleting".to_owned();
        endpoint.due = Some(due);
        Ok(json!({"Endpoint": endpoint.answer()}))
    }

    pub(crate) fn describe_endpoints(&self, input: &Input) -> Answer {
        let known = ["endpoint-arn", "endpoint-type", "endpoint-id", "engine-name"];
        let filters = paging::filters(input, &known)?;
        let found = paging::select(&self.region.endpoints, &filters, "Endpoints", |e, name| {
            vec![match name {
                "endpoint-arn" => e.arn.clone(),
                "endpoint-type" => e.side.clone(),
                "endpoint-id" => e.identifier.clone(),
                _ => e.engine.clone(),
            }]
        })?;
        let items = found.into_iter().map(|e| (e.serial, e.answer()));
        paging::page(input, &paging::USUAL, "Endpoints", items)
    }

    pub(crate) fn step_endpoints(&mut self) {
        let now = self.now;
        let due = |e: &Endpoint| e.due.is_some_and(|due| due <= now);
        let gone: Vec<String> =
            self.region.endpoints.iter().filter(|e| due(e)).map(|e| e.arn.clone()).collect();
        for arn in gone {
            self.region.endpoints.retain(|e| e.arn != arn);
            self.region.connections.retain(|c| c.endpoint_arn != arn);
            self.region.refreshes.retain(|r| r.endpoint_arn != arn);
            self.region.tags.remove(&arn);
        }
    }

    /// Checks the endpoint as a whole: sides, logins, required members, TLS, roles.
    async fn check_endpoint(
        &self,
        world: &dyn World,
        endpoint: &Endpoint,
        facts: &Engine,
    ) -> Result<(), Fault> {
        if !facts.allows(&endpoint.side) {
            return Err(Fault::value(format!(
                "The engine {} is not supported as a {}.",
                facts.name,
                endpoint.side.to_ascii_lowercase()
            )));
        }
        endpoint_settings::check(facts, &endpoint.settings)?;
        let secret = check_secret(endpoint, facts)?;
        check_required(endpoint, facts, secret.is_some())?;
        self.check_tls(endpoint, facts)?;
        if let Some((role, id)) = secret {
            let service = format!("dms.{}.amazonaws.com", self.name);
            self.need_role(world, role, &service, None).await?;
            if world.secret(self.name, id).await.is_none() {
                return Err(Fault::not_found(format!(
                    "Secrets Manager can't find the specified secret {id}."
                )));
            }
        }
        if let Some(role) = endpoint.text("ServiceAccessRoleArn") {
            self.need_role(world, role, "dms.amazonaws.com", None).await?;
        }
        Ok(())
    }

    fn check_tls(&self, endpoint: &Endpoint, facts: &Engine) -> Result<(), Fault> {
        let mode = endpoint.text("SslMode").unwrap_or("none");
        if !["none", "require", "verify-ca", "verify-full"].contains(&mode) {
            return Err(Fault::value(format!("Invalid SSL mode: {mode}")));
        }
        if !facts.ssl_modes.contains(&mode) {
            return Err(Fault::combination(format!(
                "The SSL mode {mode} is not supported for the engine {}. Supported modes: {}.",
                facts.name,
                facts.ssl_modes.join(", ")
            )));
        }
        let certificate = endpoint.text("CertificateArn");
        if mode.starts_with("verify") && certificate.is_none() {
            return Err(Fault::combination(format!("The SSL mode {mode} needs a CertificateArn.")));
        }
        match certificate {
            Some(arn) if !self.region.certificates.iter().any(|c| c.arn == arn) => {
                Err(Fault::not_found(format!("Certificate {arn} not found.")))
            }
            _ => Ok(()),
        }
    }
}

/// Takes what the request says over into the endpoint. A change from clear text to a secret drops the
/// clear text, and the other way round.
fn take(endpoint: &mut Endpoint, input: &Input, facts: &Engine) -> Result<(), Fault> {
    let own = engines::settings_member(facts);
    for (_, member) in engines::SETTINGS {
        if *member != own && input.has(member) {
            return Err(Fault::combination(format!(
                "{member} can't be used with the engine {}; its settings are {own}.",
                facts.name
            )));
        }
    }
    let settings = input.object(own)?;
    let sent = |name: &str| input.has(name) || settings.is_some_and(|s| s.contains_key(name));
    let clear = ["Password", "Username", "ServerName", "Port"].iter().any(|n| sent(n));
    match (clear, sent(SECRET_ID)) {
        (true, false) => {
            endpoint.settings.retain(|k, _| k != SECRET_ID && k != SECRET_ROLE);
        }
        (false, true) => {
            let login = |k: &String| matches!(k.as_str(), "Username" | "ServerName" | "Port");
            endpoint.settings.retain(|k, _| !login(k));
            endpoint.members.retain(|k, _| !login(k));
            endpoint.has_password = false;
        }
        _ => {}
    }
    if input.text("Password")?.is_some_and(|p| !p.is_empty()) {
        endpoint.has_password = true;
    }
    input.int("Port")?;
    for name in MEMBERS {
        if *name != "Port" {
            input.text(name)?;
        }
        if let Some(value) = input.get(name) {
            endpoint.members.insert((*name).to_owned(), value.clone());
            // What is said at the top replaces what the settings said before.
            endpoint.settings.remove(*name);
        }
    }
    for (name, value) in settings.into_iter().flatten() {
        if endpoint_settings::is_secret(name) {
            endpoint.has_password |=
                name == "Password" && value.as_str().is_some_and(|p| !p.is_empty());
        } else if !value.is_null() {
            endpoint.settings.insert(name.clone(), value.clone());
        }
    }
    Ok(())
}

/// The role and the id of the secret, where there is one; refuses halves and mixtures.
fn check_secret<'a>(
    endpoint: &'a Endpoint,
    facts: &Engine,
) -> Result<Option<(&'a str, &'a str)>, Fault> {
    match (endpoint.text(SECRET_ROLE), endpoint.text(SECRET_ID)) {
        (None, None) => Ok(None),
        (Some(role), Some(id)) => {
            if !facts.secrets {
                return Err(Fault::combination(format!(
                    "The engine {} does not take its login from Secrets Manager.",
                    facts.name
                )));
            }
            let clear = ["Username", "ServerName", "Port"];
            if endpoint.has_password || clear.iter().any(|n| endpoint.value(n).is_some()) {
                return Err(Fault::combination(
                    "You can specify either a secret of Secrets Manager or clear-text values for \
                     UserName, Password, ServerName, and Port. You can't specify both.",
                ));
            }
            Ok(Some((role, id)))
        }
        _ => Err(Fault::combination(
            "SecretsManagerAccessRoleArn and SecretsManagerSecretId must be given together.",
        )),
    }
}

/// Refuses an endpoint that lacks what its engine needs.
fn check_required(endpoint: &Endpoint, facts: &Engine, secret: bool) -> Result<(), Fault> {
    let iam = matches!(endpoint.text("AuthenticationMethod"), Some("iam" | "kerberos"));
    for path in facts.required(&endpoint.side) {
        let name = engines::wire(path.rsplit('.').next().unwrap_or(path));
        let given = match name.as_str() {
            "Password" => endpoint.has_password || secret || iam,
            "Username" | "ServerName" | "Port" => secret || endpoint.value(&name).is_some(),
            _ => endpoint.value(&name).is_some(),
        };
        if !given {
            return Err(Fault::combination(format!(
                "The parameter {name} must be provided and must not be blank for the engine {}.",
                facts.name
            )));
        }
    }
    Ok(())
}

fn side(text: &str) -> Result<String, Fault> {
    match text.to_ascii_lowercase().as_str() {
        "source" => Ok("SOURCE".to_owned()),
        "target" => Ok("TARGET".to_owned()),
        _ => Err(Fault::value(format!("Invalid endpoint type: {text}"))),
    }
}

fn engine_of(name: &str) -> Result<&'static Engine, Fault> {
    engine(&name.to_ascii_lowercase())
        .ok_or_else(|| Fault::value(format!("engine name \"{name}\" is not valid")))
}

pub(crate) fn describe_endpoint_types(input: &Input) -> Answer {
    let filters = paging::filters(input, &["engine-name", "endpoint-type"])?;
    let rows: Vec<(&Engine, &str)> = dmsrun_dms::engines()
        .iter()
        .flat_map(|e| [(e, "SOURCE"), (e, "TARGET")])
        .filter(|(e, side)| e.allows(side))
        .collect();
    let found = paging::select(&rows, &filters, "endpoint types", |(e, side), name| {
        vec![if name == "engine-name" { e.name } else { side }.to_owned()]
    })?;
    let items = found.into_iter().map(|(e, side)| {
        json!({
            "EngineName": e.name,
            "SupportsCDC": *side == "TARGET" || e.captures_changes,
            "EndpointType": side.to_ascii_lowercase(),
            "ReplicationInstanceEngineMinimumVersion": "3.5.0",
            "EngineDisplayName": e.label,
        })
    });
    paging::page_fixed(input, &paging::USUAL, "SupportedEndpointTypes", items)
}
