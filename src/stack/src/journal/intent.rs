//! An intent: what is about to be done, and what makes doing it again the same request for AWS.

use crate::fingerprint::fingerprint;
use dmsrun_base::{Map, ResourceId, Timestamp, Value};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

/// Something that is about to be done.
#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    /// Its own id in the journal, which none before it has.
    pub id: String,
    /// The resource.
    pub resource: ResourceId,
    /// `create`, `update` or `delete`.
    pub action: String,
    /// The generation that is made or changed.
    pub generation: u32,
    /// The physical id or name, where it is known before.
    pub physical: Option<String>,
    /// What makes a repeated request the same request for AWS.
    pub token: String,
    /// A fingerprint of the properties: a token is used again only with what it was made for.
    pub fingerprint: String,
    /// When.
    pub time: String,
}

/// What an intent is made of.
#[derive(Clone, Debug)]
pub struct Begin<'a> {
    /// The resource.
    pub resource: ResourceId,
    /// `create`, `update` or `delete`.
    pub action: &'a str,
    /// The generation that is made or changed.
    pub generation: u32,
    /// The physical id or name, where it is known before.
    pub physical: Option<String>,
    /// What is sent.
    pub properties: &'a Map,
}

impl Intent {
    /// An intent with its token worked out; `hides` says that the properties hold what nobody may read.
    pub(super) fn new(
        stack: &str,
        id: String,
        begin: &Begin<'_>,
        hides: bool,
        time: Timestamp,
    ) -> Self {
        // The time too: where the journal was thrown away ids begin anew, and a token must not come again.
        let token = digest(&[
            stack,
            &begin.resource.to_string(),
            &begin.generation.to_string(),
            &id,
            &time.to_string(),
        ]);
        // The token is of this intent alone, so it salts as well as chance does.
        let salt = hides.then_some(token.as_str());
        Self {
            fingerprint: fingerprint_of(stack, salt, begin.properties),
            token,
            id,
            resource: begin.resource.clone(),
            action: begin.action.to_owned(),
            generation: begin.generation,
            physical: begin.physical.clone(),
            time: time.to_string(),
        }
    }

    /// Takes the token of an earlier intent that never had an outcome and asked for the very same.
    pub(super) fn continuing(mut self, stack: &str, earlier: &Self, properties: &Map) -> Self {
        let alike = (&self.resource, &self.action, self.generation)
            == (&earlier.resource, &earlier.action, earlier.generation);
        let salt = |of: &Self| of.fingerprint.split_once('.').map(|(salt, _)| salt.to_owned());
        let (own, theirs) = (salt(&self), salt(earlier));
        let same = match &theirs {
            _ if !alike || own.is_some() != theirs.is_some() => false,
            Some(salt) => fingerprint_of(stack, Some(salt), properties) == earlier.fingerprint,
            None => self.fingerprint == earlier.fingerprint,
        };
        if same {
            self.token.clone_from(&earlier.token);
        }
        self
    }

    pub(super) fn to_json(&self, stack: &str, properties: Json) -> Json {
        json!({
            "type": "intent",
            "id": self.id,
            "time": self.time,
            "stack": stack,
            "resource": self.resource.to_string(),
            "action": self.action,
            "generation": self.generation,
            "physical": self.physical,
            "token": self.token,
            "fingerprint": self.fingerprint,
            "properties": properties,
        })
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        Some(Self {
            id: text("id")?,
            resource: ResourceId::parse(json["resource"].as_str()?)?,
            action: text("action")?,
            generation: u32::try_from(json["generation"].as_u64()?).ok()?,
            physical: text("physical"),
            token: text("token")?,
            fingerprint: text("fingerprint").unwrap_or_default(),
            time: text("time").unwrap_or_default(),
        })
    }

    /// The number that the journal gave its id; 0 where it has none.
    pub(super) fn number(&self) -> usize {
        self.id.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(0)
    }
}

/// Of what stands in the same line in clear, a plain digest; with a salt, one that is slow to guess from:
/// a plain digest of properties with a password in them would tell whoever guesses when he is right.
fn fingerprint_of(stack: &str, salt: Option<&str>, properties: &Map) -> String {
    let value = Value::Map(properties.clone());
    match salt {
        Some(salt) => format!("{salt}.{}", fingerprint(salt, &value)),
        None => digest(&[stack, &value.to_json().to_string()]),
    }
}

/// 32 hexadecimal digits: short enough for every client token of AWS.
fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
