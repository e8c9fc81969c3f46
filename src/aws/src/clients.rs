//! The SDK's clients: made when first asked for, one per service, region and role.

use crate::{
    Config, Error,
    service::{AnyClient, Service, Setup},
};
use aws_config::{
    BehaviorVersion, Region, default_provider::credentials::DefaultCredentialsChain,
    environment::region::EnvironmentVariableRegionProvider, imds,
    meta::region::RegionProviderChain, profile::ProfileFileRegionProvider,
    provider_config::ProviderConfig, sts::AssumeRoleProvider,
};
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials as _, SharedCredentialsProvider},
};
use aws_smithy_async::{
    rt::sleep::TokioSleep,
    time::{SharedTimeSource, TimeSource},
};
use aws_smithy_http_client::{Builder as HttpBuilder, Connector, proxy::ProxyConfig, tls};
use aws_smithy_runtime_api::client::{
    http::SharedHttpClient, identity::SharedIdentityCache,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::SdkConfig;
use dmsrun_base::Clock;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::sync::OnceCell;

/// The region of the local AWS where none is given.
const LOCAL_REGION: &str = "us-east-1";
/// Nothing but an EC2 instance answers there, and that at once: no user shall wait for it.
const INSTANCE_TIMEOUT: Duration = Duration::from_millis(500);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

type Place = (Option<String>, Option<String>);

/// The caches.
pub(crate) struct Clients {
    base: OnceCell<SdkConfig>,
    places: Mutex<BTreeMap<Place, SdkConfig>>,
    clients: Mutex<BTreeMap<(&'static str, Place), AnyClient>>,
}

/// A client and where it calls.
pub(crate) struct Connection {
    pub client: AnyClient,
    pub region: String,
    pub endpoint: Option<String>,
}

impl Clients {
    pub fn new() -> Self {
        Self { base: OnceCell::new(), places: Mutex::default(), clients: Mutex::default() }
    }

    /// The default region.
    pub async fn region(&self, config: &Config) -> Result<String, Error> {
        region_of(self.base(config).await)
    }

    /// The client of a service for a region and a role.
    pub async fn connect(
        &self,
        config: &Config,
        service: &'static Service,
        region: Option<&str>,
        role: Option<&str>,
    ) -> Result<Connection, Error> {
        let place = (region.map(str::to_owned), role.map(str::to_owned));
        let sdk = self.place(config, &place).await?;
        let (region, endpoint) = (region_of(&sdk)?, sdk.endpoint_url().map(str::to_owned));
        let client = lock(&self.clients)
            .entry((service.name, place))
            .or_insert_with(|| {
                let custom_endpoint = endpoint.is_some() || config.http_client.is_some();
                (service.client)(&sdk, &Setup { custom_endpoint })
            })
            .clone();
        Ok(Connection { client, region, endpoint })
    }

    async fn place(&self, config: &Config, place: &Place) -> Result<SdkConfig, Error> {
        if let Some(sdk) = lock(&self.places).get(place) {
            return Ok(sdk.clone());
        }
        let mut sdk = self.base(config).await.clone();
        if let Some(region) = &place.0 {
            sdk = sdk.into_builder().region(Region::new(region.clone())).build();
        }
        if let Err(no_region) = region_of(&sdk) {
            return Err(no_credentials(config, &sdk).await.unwrap_or(no_region));
        }
        if let Some(role) = &place.1 {
            let provider = AssumeRoleProvider::builder(role.as_str())
                .configure(&sdk)
                .session_name("dmsrun")
                .build()
                .await;
            sdk = sdk
                .into_builder()
                .credentials_provider(SharedCredentialsProvider::new(provider))
                .identity_cache(identity_cache())
                .build();
        }
        lock(&self.places).insert(place.clone(), sdk.clone());
        Ok(sdk)
    }

    async fn base(&self, config: &Config) -> &SdkConfig {
        self.base
            .get_or_init(|| async {
                match &config.http_client {
                    Some(http) => local(config, crate::capture::wrap(http.clone())),
                    None => remote(config).await,
                }
            })
            .await
    }
}

fn region_of(sdk: &SdkConfig) -> Result<String, Error> {
    sdk.region().map(ToString::to_string).ok_or(Error::NoRegion)
}

/// Who has neither region nor credentials is told of the credentials: the greater lack.
async fn no_credentials(config: &Config, sdk: &SdkConfig) -> Option<Error> {
    let error = sdk.credentials_provider()?.provide_credentials().await.err()?;
    let cause = config.redactor.scrub(&crate::service::chain(&error));
    Some(Error::NoCredentials { profile: config.profile.clone(), role: None, cause })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn identity_cache() -> SharedIdentityCache {
    aws_config::identity::IdentityCache::lazy().build()
}

/// The clock as the SDK wants it, for signatures and the expiry of credentials.
struct Time(Arc<dyn Clock>);

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Time")
    }
}

/// The configuration for an HTTP client of ours: nothing is read from environment or files.
fn local(config: &Config, http: SharedHttpClient) -> SdkConfig {
    let (access, secret) =
        config.credentials.clone().unwrap_or_else(|| ("local".into(), "local".into()));
    let region = config.region.clone().unwrap_or_else(|| LOCAL_REGION.into());
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            access, secret, None, None, "dmsrun",
        )))
        .identity_cache(identity_cache())
        .http_client(http)
        .sleep_impl(TokioSleep::new())
        .time_source(Time(config.clock.clone()))
        .retry_config(RetryConfig::disabled())
        // Real timeouts would race with virtual time.
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .disable_clock_skew_correction(true);
    builder.set_endpoint_url(config.endpoint_url.clone());
    builder.build()
}

/// Whether the user names an endpoint: then it is not AWS that answers, or not for certain.
fn named_endpoint(config: &Config) -> bool {
    config.endpoint_url.is_some()
        || std::env::vars_os().any(|(name, value)| {
            name.to_string_lossy().starts_with("AWS_ENDPOINT_URL") && !value.is_empty()
        })
}

/// The configuration by the SDK's standard chain.
async fn remote(config: &Config) -> SdkConfig {
    let mut http = crate::capture::wrap(https());
    if named_endpoint(config) {
        http = crate::lenient::wrap(http);
    }
    let time = SharedTimeSource::new(Time(config.clock.clone()));
    let provider = ProviderConfig::empty()
        .with_http_client(http.clone())
        .with_sleep_impl(TokioSleep::new())
        .with_time_source(time.clone());
    let instance = imds::Client::builder()
        .configure(&provider)
        .connect_timeout(INSTANCE_TIMEOUT)
        .read_timeout(INSTANCE_TIMEOUT)
        .operation_attempt_timeout(INSTANCE_TIMEOUT * 2)
        .max_attempts(1)
        .build();
    let region = match &config.region {
        Some(region) => Some(Region::new(region.clone())),
        None => region_chain(config, &provider, instance.clone()).region().await,
    };
    let mut chain = DefaultCredentialsChain::builder()
        .configure(provider)
        .imds_client(instance)
        .region(region.clone());
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .sleep_impl(TokioSleep::new())
        .time_source(time)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .region(region)
        .app_name(aws_config::AppName::new("dmsrun").expect("letters only"));
    if let Some(profile) = &config.profile {
        chain = chain.profile_name(profile);
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &config.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader.credentials_provider(chain.build().await).load().await
}

fn region_chain(
    config: &Config,
    provider: &ProviderConfig,
    instance: imds::Client,
) -> RegionProviderChain {
    let mut profile = ProfileFileRegionProvider::builder().configure(provider);
    if let Some(name) = &config.profile {
        profile = profile.profile_name(name);
    }
    let instance =
        imds::region::ImdsRegionProvider::builder().configure(provider).imds_client(instance);
    RegionProviderChain::first_try(EnvironmentVariableRegionProvider::new())
        .or_else(profile.build())
        .or_else(instance.build())
}

/// The HTTPS client; proxies as the environment says.
fn https() -> SharedHttpClient {
    HttpBuilder::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder().proxy_config(ProxyConfig::from_env());
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        if let Some(sleep) = components.and_then(|c| c.sleep_impl()) {
            builder = builder.sleep_impl(sleep);
        }
        builder.tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc)).build()
    })
}
