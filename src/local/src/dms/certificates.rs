//! Certificates for endpoints that verify whom they talk to.

use super::{
    Answer,
    account::quotas,
    faults::Fault,
    input::{Input, identifier},
    paging,
    region::Shard,
    time::{Millis, epoch},
    world::World,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A certificate: a PEM chain or an Oracle wallet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Certificate {
    serial: u64,
    identifier: String,
    pub(crate) arn: String,
    pem: Option<String>,
    wallet: Option<String>,
    kms_key: String,
    created: Millis,
}

impl Certificate {
    fn answer(&self, account: &str) -> Json {
        let mut answer = json!({
            "CertificateIdentifier": self.identifier,
            "CertificateCreationDate": epoch(self.created),
            "CertificateArn": self.arn,
            "CertificateOwner": account,
            "KmsKeyId": self.kms_key,
        });
        if let Some(pem) = &self.pem {
            answer["CertificatePem"] = json!(pem);
        }
        if let Some(wallet) = &self.wallet {
            answer["CertificateWallet"] = json!(wallet);
        }
        answer
    }
}

impl Shard<'_> {
    pub(crate) async fn import_certificate(&mut self, world: &dyn World, input: &Input) -> Answer {
        let name = input.required("CertificateIdentifier")?;
        let name = identifier("CertificateIdentifier", name, 255)?;
        let (pem, wallet) = (input.owned("CertificatePem")?, input.owned("CertificateWallet")?);
        let good = match (&pem, &wallet) {
            (Some(pem), None) => {
                pem.contains("-----BEGIN CERTIFICATE-----")
                    && pem.contains("-----END CERTIFICATE-----")
            }
            (None, Some(wallet)) => !wallet.is_empty(),
            _ => {
                return Err(Fault::combination("Give either CertificatePem or CertificateWallet."));
            }
        };
        if !good {
            return Err(Fault::new("InvalidCertificateFault", "The certificate was not valid."));
        }
        let tags = input.tags()?;
        let kms_key = self.key(world, input.text("KmsKeyId")?).await?;
        if let Some(twin) = self.region.certificates.iter().find(|c| c.identifier == name) {
            return Err(Fault::exists(format!("Certificate {name} already exists."), &twin.arn));
        }
        if self.region.certificates.len() >= quotas::CERTIFICATES {
            return Err(Fault::quota("certificates", quotas::CERTIFICATES));
        }
        let resource = self.ids.resource();
        let certificate = Certificate {
            serial: self.ids.serial(),
            identifier: name,
            arn: self.arn("cert", &resource),
            pem,
            wallet,
            kms_key,
            created: self.now,
        };
        let answer = json!({"Certificate": certificate.answer(self.account)});
        self.region.tags.insert(certificate.arn.clone(), tags);
        self.region.certificates.push(certificate);
        Ok(answer)
    }

    pub(crate) fn delete_certificate(&mut self, input: &Input) -> Answer {
        let arn = input.required("CertificateArn")?;
        let found = self.region.certificates.iter().position(|c| c.arn == arn);
        let at = found.ok_or_else(|| Fault::not_found(format!("Certificate {arn} not found.")))?;
        let used = |e: &&super::endpoints::Endpoint| e.text("CertificateArn") == Some(arn);
        if let Some(endpoint) = self.region.endpoints.iter().find(used) {
            return Err(Fault::state(format!(
                "Certificate {arn} is in use by Endpoint {}.",
                endpoint.arn
            )));
        }
        let gone = self.region.certificates.remove(at);
        self.region.tags.remove(&gone.arn);
        Ok(json!({"Certificate": gone.answer(self.account)}))
    }

    pub(crate) fn describe_certificates(&self, input: &Input) -> Answer {
        let filters = paging::filters(input, &["certificate-arn", "certificate-id"])?;
        let found =
            paging::select(&self.region.certificates, &filters, "Certificates", |c, name| {
                vec![if name.ends_with("-arn") { c.arn.clone() } else { c.identifier.clone() }]
            })?;
        let items = found.into_iter().map(|c| (c.serial, c.answer(self.account)));
        paging::page(input, &paging::CERTIFICATES, "Certificates", items)
    }
}
