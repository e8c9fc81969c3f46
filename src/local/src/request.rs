//! A request of the SDK as the account sees it: which service, region and operation it is for.

use crate::{form::Form, wire::Protocol};
use bytes::Bytes;
use http::HeaderMap;

/// A request that has arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The service's name in Lua and in faults: `cloudwatch`, not `monitoring`.
    pub service: &'static str,
    pub protocol: Protocol,
    pub region: String,
    pub operation: String,
    pub method: String,
    /// The address without scheme and host.
    pub path: String,
    /// The host that was meant, which tells a bucket.
    pub host: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The services by the name they are signed for: name, our name, protocol.
const SERVICES: &[(&str, &str, Protocol)] = &[
    ("dms", "dms", Protocol::Json),
    ("ec2", "ec2", Protocol::Ec2),
    ("s3", "s3", Protocol::RestXml),
    ("sns", "sns", Protocol::Query),
    ("monitoring", "cloudwatch", Protocol::Cbor),
    ("logs", "logs", Protocol::Json),
    ("iam", "iam", Protocol::Query),
    ("kms", "kms", Protocol::Json),
    ("secretsmanager", "secretsmanager", Protocol::Json),
    ("sts", "sts", Protocol::Query),
    ("servicequotas", "service_quotas", Protocol::Json),
    ("rds", "rds", Protocol::Query),
    ("tagging", "tagging", Protocol::Json),
];

/// A request before it is understood.
#[derive(Debug)]
pub(crate) struct Raw {
    pub method: String,
    pub uri: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Request {
    /// Understands a request, or says why not.
    pub fn read(raw: Raw) -> Result<Self, String> {
        let (scope_region, scope_service) = scope(&raw)
            .ok_or("the local AWS needs a signed request: it finds the service by its signature")?;
        let Some((_, service, protocol)) = SERVICES.iter().find(|s| s.0 == scope_service) else {
            return Err(format!("{scope_service} is not in the local AWS"));
        };
        let (host, path) = split(&raw.uri);
        let mut request = Self {
            service,
            protocol: *protocol,
            region: scope_region,
            operation: String::new(),
            method: raw.method,
            path,
            host,
            headers: raw.headers,
            body: raw.body,
        };
        if *service == "s3" {
            request.body = unchunk(&mut request.headers, request.body);
        }
        request.operation = request.find_operation();
        Ok(request)
    }

    fn find_operation(&self) -> String {
        if let Some(target) = self.headers.get("x-amz-target").and_then(|v| v.to_str().ok()) {
            return target.rsplit('.').next().unwrap_or_default().to_owned();
        }
        if self.service == "s3" {
            let (_, key) = self.bucket_and_key();
            let has_bucket = self.bucket_and_key().0.is_some();
            return s3_operation(&self.method, has_bucket, key.is_some(), self).to_owned();
        }
        if let Some(at) = self.path.find("/operation/") {
            return self.path[at + "/operation/".len()..].to_owned();
        }
        Form::parse(&self.body).get("Action").unwrap_or_default().to_owned()
    }

    /// Whether the call may change something.
    pub fn mutates(&self) -> bool {
        const READS: &[&str] = &[
            "Describe",
            "List",
            "Get",
            "Head",
            "Filter",
            "Simulate",
            "Search",
            "Select",
            "BatchGet",
            "TestMetric",
        ];
        self.service != "sts" && !READS.iter().any(|read| self.operation.starts_with(read))
    }

    /// The access key that signed it.
    pub fn access_key(&self) -> Option<String> {
        let header = self.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
        let (_, rest) = header.split_once("Credential=")?;
        rest.split('/').next().map(str::to_owned)
    }

    /// The bucket and the key that an S3 request is about, decoded.
    pub fn bucket_and_key(&self) -> (Option<String>, Option<String>) {
        let path = self.path.split('?').next().unwrap_or_default().trim_start_matches('/');
        let text = |t: &str| (!t.is_empty()).then(|| percent(t));
        match self.host.split_once(".s3.").or_else(|| self.host.split_once(".s3-")) {
            Some((bucket, _)) => (text(bucket), text(path)),
            None => match path.split_once('/') {
                Some((bucket, key)) => (text(bucket), text(key)),
                None => (text(path), None),
            },
        }
    }
}

/// Decodes a path, in which a `+` is a plus.
fn percent(text: &str) -> String {
    crate::form::decode(&text.replace('+', "%2B"))
}

/// Region and service of the credential scope, from the header or from a presigned address.
fn scope(raw: &Raw) -> Option<(String, String)> {
    let header = raw.headers.get(http::header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let credential = match header.and_then(|h| h.split_once("Credential=")) {
        Some((_, rest)) => rest.split([',', ' ']).next()?.to_owned(),
        None => {
            let query = Form::parse(raw.uri.split_once('?')?.1.as_bytes());
            query.get("X-Amz-Credential")?.to_owned()
        }
    };
    let parts: Vec<&str> = credential.split('/').collect();
    match parts.as_slice() {
        [.., region, service, "aws4_request"] => Some(((*region).into(), (*service).into())),
        _ => None,
    }
}

/// Host and the rest of an address.
fn split(uri: &str) -> (String, String) {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    match rest.find(['/', '?']) {
        Some(at) if rest[at..].starts_with('?') => (rest[..at].into(), format!("/{}", &rest[at..])),
        Some(at) => (rest[..at].into(), rest[at..].into()),
        None => (rest.into(), "/".into()),
    }
}

/// Takes the body out of `aws-chunked` framing, which the SDK uses for a stream and its checksum.
fn unchunk(headers: &mut HeaderMap, body: Bytes) -> Bytes {
    let encoding = headers.get(http::header::CONTENT_ENCODING).and_then(|v| v.to_str().ok());
    let streaming = headers
        .get("x-amz-content-sha256")
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("STREAMING-"));
    let Some(encoding) = encoding.map(str::to_owned) else {
        return if streaming { chunks(&body).unwrap_or(body) } else { body };
    };
    let parts: Vec<&str> = encoding.split(',').map(str::trim).collect();
    if !parts.contains(&"aws-chunked") && !streaming {
        return body;
    }
    let rest: Vec<&str> = parts.into_iter().filter(|p| *p != "aws-chunked").collect();
    headers.remove(http::header::CONTENT_ENCODING);
    if let (false, Ok(value)) = (rest.is_empty(), rest.join(",").parse()) {
        headers.insert(http::header::CONTENT_ENCODING, value);
    }
    let data = chunks(&body).unwrap_or(body);
    headers.insert(http::header::CONTENT_LENGTH, data.len().into());
    data
}

fn chunks(body: &[u8]) -> Option<Bytes> {
    let (mut out, mut at) = (Vec::with_capacity(body.len()), 0);
    loop {
        let end = at + body.get(at..)?.windows(2).position(|w| w == b"\r\n")?;
        let line = std::str::from_utf8(&body[at..end]).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(out.into());
        }
        let from = end + 2;
        out.extend(body.get(from..from.checked_add(size)?)?);
        at = from + size + 2;
    }
}

/// Sub-resources of a bucket or an object: the query's key, what it is called in operations.
const SUB_RESOURCES: &[(&str, &str)] = &[
    ("accelerate", "BucketAccelerateConfiguration"),
    ("acl", "BucketAcl"),
    ("analytics", "BucketAnalyticsConfiguration"),
    ("cors", "BucketCors"),
    ("encryption", "BucketEncryption"),
    ("intelligent-tiering", "BucketIntelligentTieringConfiguration"),
    ("inventory", "BucketInventoryConfiguration"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("location", "BucketLocation"),
    ("logging", "BucketLogging"),
    ("metrics", "BucketMetricsConfiguration"),
    ("notification", "BucketNotificationConfiguration"),
    ("object-lock", "ObjectLockConfiguration"),
    ("ownershipControls", "BucketOwnershipControls"),
    ("policy", "BucketPolicy"),
    ("policyStatus", "BucketPolicyStatus"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("replication", "BucketReplication"),
    ("requestPayment", "BucketRequestPayment"),
    ("tagging", "BucketTagging"),
    ("versioning", "BucketVersioning"),
    ("website", "BucketWebsite"),
];

fn s3_operation(method: &str, bucket: bool, key: bool, request: &Request) -> String {
    let query = request.path.split_once('?').map_or("", |(_, q)| q);
    let has =
        |name: &str| query.split('&').any(|p| p.split('=').next().is_some_and(|key| key == name));
    let verb = match method {
        "GET" => "Get",
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        _ => "Post",
    };
    if !bucket {
        return "ListBuckets".into();
    }
    if key {
        let upload = has("uploadId");
        return match verb {
            "Post" if has("uploads") => "CreateMultipartUpload",
            "Post" if upload => "CompleteMultipartUpload",
            "Put" if upload => "UploadPart",
            "Get" if upload => "ListParts",
            "Delete" if upload => "AbortMultipartUpload",
            "Put" if request.headers.contains_key("x-amz-copy-source") => "CopyObject",
            _ if has("tagging") => return format!("{verb}ObjectTagging"),
            _ if has("acl") => return format!("{verb}ObjectAcl"),
            _ => return format!("{verb}Object"),
        }
        .into();
    }
    match verb {
        "Post" if has("delete") => "DeleteObjects".into(),
        "Get" if has("versions") => "ListObjectVersions".into(),
        "Get" if has("uploads") => "ListMultipartUploads".into(),
        "Get" if has("list-type") => "ListObjectsV2".into(),
        "Head" => "HeadBucket".into(),
        _ => match SUB_RESOURCES.iter().find(|(sub, _)| has(sub)) {
            Some((_, name)) => format!("{verb}{name}"),
            None if verb == "Put" => "CreateBucket".into(),
            None if verb == "Delete" => "DeleteBucket".into(),
            None => "ListObjects".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn raw(method: &str, uri: &str, service: &str, body: &'static [u8]) -> Raw {
        let mut headers = HeaderMap::new();
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=K/20261122/eu-west-1/{service}/aws4_request, Signature=0"
        );
        headers.insert(http::header::AUTHORIZATION, scope.parse().unwrap());
        Raw { method: method.into(), uri: uri.into(), headers, body: Bytes::from_static(body) }
    }

    #[test]
    fn the_signature_tells_service_and_region() {
        let request =
            Request::read(raw("POST", "https://ec2/", "ec2", b"Action=CreateVpc&A=1")).unwrap();
        assert_eq!((request.service, request.region.as_str()), ("ec2", "eu-west-1"));
        assert_eq!(request.operation, "CreateVpc");
        assert!(request.mutates());
        let error = Request::read(raw("POST", "https://x/", "sqs", b"")).unwrap_err();
        assert_eq!(error, "sqs is not in the local AWS");
    }

    #[test]
    fn s3_operations_are_named_by_method_and_query() {
        let cases = [
            ("PUT", "https://b.s3.eu-west-1.amazonaws.com/", "CreateBucket"),
            ("PUT", "https://b.s3.eu-west-1.amazonaws.com/?versioning", "PutBucketVersioning"),
            ("GET", "https://b.s3.eu-west-1.amazonaws.com/?tagging", "GetBucketTagging"),
            ("GET", "https://s3.eu-west-1.amazonaws.com/b?list-type=2", "ListObjectsV2"),
            ("PUT", "https://b.s3.eu-west-1.amazonaws.com/a/b?x-id=PutObject", "PutObject"),
            ("POST", "https://b.s3.eu-west-1.amazonaws.com/?delete", "DeleteObjects"),
            ("GET", "https://s3.eu-west-1.amazonaws.com/?x-id=ListBuckets", "ListBuckets"),
        ];
        for (method, uri, operation) in cases {
            assert_eq!(Request::read(raw(method, uri, "s3", b"")).unwrap().operation, operation);
        }
    }

    #[test]
    fn chunked_bodies_lose_their_frames() {
        let body =
            b"5;chunk-signature=00\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n";
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_ENCODING, "aws-chunked".parse().unwrap());
        let body = unchunk(&mut headers, Bytes::from_static(body));
        assert_eq!(&body[..], b"hello!");
        assert!(!headers.contains_key(http::header::CONTENT_ENCODING));
    }
}
