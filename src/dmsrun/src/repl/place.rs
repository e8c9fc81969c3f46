//! Which account and region a session works on: what the prompt says, known without asking anybody.

use crate::cli::Options;
use std::{collections::BTreeMap, path::PathBuf};

/// The regions that completion offers; any other may be typed.
pub const REGIONS: [&str; 32] = [
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Where the local AWS is, unless told otherwise.
const LOCAL_REGION: &str = "us-east-1";

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The profile that is asked for, if any.
pub fn profile(options: &Options) -> Option<String> {
    options.profile.clone().or_else(|| variable("AWS_PROFILE"))
}

/// The region, as far as options, environment and configuration say it.
pub fn region(options: &Options) -> Option<String> {
    let given = options.region.clone();
    let given = given.or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    if options.local.is_some() {
        return given.or_else(|| Some(LOCAL_REGION.to_owned()));
    }
    given.or_else(|| {
        let name = profile(options).unwrap_or_else(|| "default".to_owned());
        configured().remove(&name)?.remove("region")
    })
}

/// The name before the account is known: `LOCAL`, the profile, or `AWS`.
pub fn label(options: &Options) -> String {
    if options.local.is_some() {
        return "LOCAL".to_owned();
    }
    if options.endpoint_url.is_some() {
        return "ENDPOINT".to_owned();
    }
    profile(options).unwrap_or_else(|| "AWS".to_owned())
}

/// The names of the profiles in the AWS configuration.
pub fn profiles() -> Vec<String> {
    configured().into_keys().collect()
}

fn configured() -> BTreeMap<String, BTreeMap<String, String>> {
    let home = || std::env::var_os("HOME").map(PathBuf::from);
    let path = std::env::var_os("AWS_CONFIG_FILE").map(PathBuf::from);
    let path = path.or_else(|| Some(home()?.join(".aws/config")));
    let text = path.and_then(|path| std::fs::read_to_string(path).ok());
    sections(&text.unwrap_or_default())
}

/// The profiles of a configuration file with their plain keys.
fn sections(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        // Indented lines belong to a nested setting.
        if line.starts_with([' ', '\t', '#', ';']) {
            continue;
        }
        if let Some(name) = line.trim().strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            let name = name.trim();
            current = match name.strip_prefix("profile ") {
                Some(profile) => Some(profile.trim().to_owned()),
                None if name == "default" => Some(name.to_owned()),
                None => None,
            };
            if let Some(name) = &current {
                found.entry(name.clone()).or_default();
            }
        } else if let (Some(name), Some((key, value))) = (&current, line.split_once('=')) {
            let keys = found.entry(name.clone()).or_default();
            keys.insert(key.trim().to_owned(), value.trim().to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_and_their_regions_are_read() {
        let text = "[default]\nregion = eu-west-1\n[profile acme-prod]\ns3 =\n  region = no\n\
                    region=us-east-2\n[sso-session x]\nregion = no\n";
        let found = sections(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["acme-prod", "default"]);
        assert_eq!(found["acme-prod"]["region"], "us-east-2");
    }
}
