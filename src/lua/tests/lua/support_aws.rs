//! A door behind which nobody answers.

use dmsrun_aws::{Aws, Config, Policy, Silent};
use dmsrun_base::{Clock, Random, Redactor};
use std::sync::Arc;

pub fn aws(clock: Arc<dyn Clock>, random: &Random, redactor: &Redactor) -> Aws {
    Aws::new(Config {
        profile: None,
        region: Some("eu-west-1".to_owned()),
        endpoint_url: Some("http://127.0.0.1:9".to_owned()),
        http_client: None,
        credentials: Some(("AKIDEXAMPLE".to_owned(), "secret-key".to_owned())),
        clock,
        random: random.clone(),
        redactor: redactor.clone(),
        policy: Policy::default(),
        observer: Arc::new(Silent),
        local: false,
    })
}
