//! Event subscriptions: which events go to which topic.

use super::{
    Answer,
    account::quotas,
    events::{INSTANCE, TASK, check_categories, source_type},
    faults::Fault,
    input::{Input, identifier},
    paging,
    region::Shard,
    time::{Millis, timestamp},
    world::World,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A subscription: `creating` → `active` ⇄ `modifying`, `deleting` → gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    serial: u64,
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) topic_arn: String,
    source_type: Option<String>,
    source_ids: Vec<String>,
    categories: Vec<String>,
    enabled: bool,
    status: String,
    created: Millis,
    pub(crate) due: Option<Millis>,
}

impl Subscription {
    /// Whether its topic is told of an event.
    pub(crate) fn wants(&self, source_type: &str, source_id: &str, category: &str) -> bool {
        self.enabled
            && self.status != "deleting"
            && self.source_type.as_deref().is_none_or(|s| s == source_type)
            && (self.source_ids.is_empty() || self.source_ids.iter().any(|s| s == source_id))
            && (self.categories.is_empty() || self.categories.iter().any(|c| c == category))
    }

    fn answer(&self, account: &str) -> Json {
        let mut answer = json!({
            "CustomerAwsId": account,
            "CustSubscriptionId": self.name,
            "SnsTopicArn": self.topic_arn,
            "Status": self.status,
            "SubscriptionCreationTime": timestamp(self.created).to_string(),
            "SourceIdsList": self.source_ids,
            "EventCategoriesList": self.categories,
            "Enabled": self.enabled,
        });
        if let Some(source_type) = &self.source_type {
            answer["SourceType"] = json!(source_type);
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn create_subscription(&mut self, world: &dyn World, input: &Input) -> Answer {
        let name = identifier("SubscriptionName", input.required("SubscriptionName")?, 255)?;
        let topic_arn = input.required("SnsTopicArn")?.to_owned();
        let arn = self.arn("es", &name);
        if self.region.subscriptions.iter().any(|s| s.name == name) {
            return Err(Fault::exists(format!("Event subscription {name} already exists."), &arn));
        }
        if self.region.subscriptions.len() >= quotas::SUBSCRIPTIONS {
            return Err(Fault::quota("event subscriptions", quotas::SUBSCRIPTIONS));
        }
        let source_type = source_type(input)?.map(str::to_owned);
        let source_ids = input.texts("SourceIds")?.unwrap_or_default();
        self.check_sources(source_type.as_deref(), &source_ids)?;
        let categories = input.texts("EventCategories")?.unwrap_or_default();
        check_categories(source_type.as_deref(), &categories)?;
        let tags = input.tags()?;
        need_topic(self.name, world, &topic_arn).await?;
        let subscription = Subscription {
            serial: self.ids.serial(),
            name,
            arn: arn.clone(),
            topic_arn,
            source_type,
            source_ids,
            categories,
            enabled: input.flag("Enabled")?.unwrap_or(true),
            status: "creating".to_owned(),
            created: self.now,
            due: Some(self.now + self.timing.subscription_settle),
        };
        let answer = json!({"EventSubscription": subscription.answer(self.account)});
        self.region.subscriptions.push(subscription);
        self.region.tags.insert(arn, tags);
        Ok(answer)
    }

    pub(crate) async fn modify_subscription(&mut self, world: &dyn World, input: &Input) -> Answer {
        let name = input.required("SubscriptionName")?.to_ascii_lowercase();
        let at = self.find_subscription(&name)?;
        if let Some(topic) = input.text("SnsTopicArn")? {
            need_topic(self.name, world, topic).await?;
        }
        let asked = source_type(input)?.map(str::to_owned);
        let old = &self.region.subscriptions[at];
        if old.status != "active" {
            return Err(Fault::state(format!("Event subscription {name} is {}.", old.status)));
        }
        let source = asked.or_else(|| old.source_type.clone());
        if source != old.source_type && !old.source_ids.is_empty() {
            return Err(Fault::combination(
                "The source type can't be changed while the subscription names source ids.",
            ));
        }
        let categories = input.texts("EventCategories")?;
        check_categories(source.as_deref(), categories.as_ref().unwrap_or(&old.categories))?;
        let enabled = input.flag("Enabled")?;
        let due = self.now + self.timing.subscription_settle;
        let subscription = &mut self.region.subscriptions[at];
        subscription.source_type = source;
        if let Some(topic) = input.text("SnsTopicArn")? {
            subscription.topic_arn = topic.to_owned();
        }
        if let Some(categories) = categories {
            subscription.categories = categories;
        }
        subscription.enabled = enabled.unwrap_or(subscription.enabled);
        subscription.status = "modifying".to_owned();
        subscription.due = Some(due);
        Ok(json!({"EventSubscription": subscription.answer(self.account)}))
    }

    pub(crate) fn delete_subscription(&mut self, input: &Input) -> Answer {
        let name = input.required("SubscriptionName")?.to_ascii_lowercase();
        let at = self.find_subscription(&name)?;
        let due = self.now + self.timing.subscription_settle;
        let subscription = &mut self.region.subscriptions[at];
        if subscription.status == "deleting" {
            return Err(Fault::state(format!("Event subscription {name} is being deleted.")));
        }
        subscription.status = "deleting".to_owned();
        subscription.due = Some(due);
        Ok(json!({"EventSubscription": subscription.answer(self.account)}))
    }

    pub(crate) fn describe_subscriptions(&self, input: &Input) -> Answer {
        let name = input.text("SubscriptionName")?;
        if let Some(name) = name {
            self.find_subscription(&name.to_ascii_lowercase())?;
        }
        let filters = paging::filters(input, &["event-subscription-arn", "event-subscription-id"])?;
        let found =
            paging::select(&self.region.subscriptions, &filters, "event subscriptions", |s, f| {
                vec![if f.ends_with("-arn") { s.arn.clone() } else { s.name.clone() }]
            })?;
        let items = found
            .into_iter()
            .filter(|s| name.is_none_or(|n| s.name.eq_ignore_ascii_case(n)))
            .map(|s| (s.serial, s.answer(self.account)));
        paging::page(input, &paging::USUAL, "EventSubscriptionsList", items)
    }

    pub(crate) fn step_subscriptions(&mut self) {
        let now = self.now;
        let mut gone = Vec::new();
        self.region.subscriptions.retain_mut(|s| {
            if s.due.is_none_or(|due| due > now) {
                return true;
            }
            s.due = None;
            if s.status == "deleting" {
                gone.push(s.arn.clone());
                return false;
            }
            s.status = "active".to_owned();
            true
        });
        for arn in gone {
            self.region.tags.remove(&arn);
        }
    }

    fn find_subscription(&self, name: &str) -> Result<usize, Fault> {
        let found = self.region.subscriptions.iter().position(|s| s.name == name);
        found.ok_or_else(|| Fault::not_found(format!("Event subscription {name} not found.")))
    }

    fn check_sources(&self, source_type: Option<&str>, ids: &[String]) -> Result<(), Fault> {
        if !ids.is_empty() && source_type.is_none() {
            return Err(Fault::combination("SourceType must be given with SourceIds."));
        }
        let exists = |id: &str| match source_type {
            Some(INSTANCE) => self.region.instances.iter().any(|i| i.identifier == id),
            Some(TASK) => self.region.tasks.iter().any(|t| t.identifier == id),
            _ => false,
        };
        match ids.iter().find(|id| !exists(id)) {
            None => Ok(()),
            Some(id) => Err(Fault::not_found(format!("Source {id} of the events not found."))),
        }
    }
}

async fn need_topic(region: &str, world: &dyn World, arn: &str) -> Result<(), Fault> {
    let parts: Vec<&str> = arn.split(':').collect();
    let formed = parts.len() == 6 && parts[0] == "arn" && parts[2] == "sns" && parts[3] == region;
    if formed && world.topic(region, arn).await {
        return Ok(());
    }
    Err(Fault::new("SNSInvalidTopicFault", format!("The SNS topic {arn} is invalid.")))
}
