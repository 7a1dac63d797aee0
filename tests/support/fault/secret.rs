//! Secrets as a test describes them: a name, and versions with ids, staging labels and values.
//!
//! The same description fills the fault server, moto and a file source. Version ids follow from the name, so that a
//! manifest can be written before any server is up.

use super::refusal::Refusal;

/// The label of the version that a request without one means.
pub const CURRENT: &str = "AWSCURRENT";
/// The label of the version before it.
pub const PREVIOUS: &str = "AWSPREVIOUS";

/// What a version holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A `SecretString`.
    Text(String),
    /// A `SecretString` that is a JSON object or array, spelled as given; a file source holds it as JSON.
    Json(String),
    /// A `SecretBinary`.
    Binary(Vec<u8>),
}

/// One version of a secret.
#[derive(Clone, Debug)]
pub struct Version {
    pub id: String,
    pub stages: Vec<String>,
    pub value: Value,
}

/// One secret in one region.
#[derive(Clone, Debug)]
pub struct Secret {
    pub name: String,
    pub region: String,
    pub deleted: bool,
    pub versions: Vec<Version>,
    /// When it was rotated last and will be next, if it is rotated by itself.
    pub rotation: Option<(u64, u64)>,
    /// When anything was changed last.
    pub changed: u64,
}

impl Secret {
    /// A secret without any version yet.
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            region: "us-east-1".to_owned(),
            deleted: false,
            versions: Vec::new(),
            rotation: None,
            changed: 1_700_000_000,
        }
    }

    /// A secret with one current version.
    pub fn text(name: &str, text: &str) -> Self {
        Self::empty(name).version(&[CURRENT], Value::Text(text.to_owned()))
    }

    /// A JSON secret with one current version.
    pub fn json(name: &str, json: &str) -> Self {
        Self::empty(name).version(&[CURRENT], Value::Json(json.to_owned()))
    }

    /// A binary secret with one current version.
    pub fn binary(name: &str, bytes: &[u8]) -> Self {
        Self::empty(name).version(&[CURRENT], Value::Binary(bytes.to_vec()))
    }

    /// One more version, with these staging labels.
    #[must_use]
    pub fn version(mut self, stages: &[&str], value: Value) -> Self {
        let id = self.version_id(self.versions.len());
        self.versions.push(Version { id, stages: stages.iter().map(|&stage| stage.to_owned()).collect(), value });
        self
    }

    /// The same in another region.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.region);
        self
    }

    /// Rotated by itself, last and next at these seconds after the epoch.
    #[must_use]
    pub fn rotated(mut self, last: u64, next: u64) -> Self {
        self.rotation = Some((last, next));
        self
    }

    /// Changed last at that many seconds after the epoch.
    #[must_use]
    pub fn changed(mut self, at: u64) -> Self {
        self.changed = at;
        self
    }

    /// Scheduled for deletion.
    #[must_use]
    pub fn deleted(mut self) -> Self {
        self.deleted = true;
        self
    }

    /// The id of the version that was described as number `index`, from 0.
    pub fn version_id(&self, index: usize) -> String {
        let hash = self
            .name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let (high, low) = (hash >> 32, hash & 0xffff_ffff);
        format!("{high:08x}-0000-4000-8000-{low:08x}{index:04x}")
    }

    /// `arn:aws:secretsmanager:REGION:123456789012:secret:NAME-AbCdEf`, as the fault server gives it.
    pub fn arn(&self) -> String {
        self.partial_arn() + "-AbCdEf"
    }

    /// The same without the six characters that AWS adds.
    pub fn partial_arn(&self) -> String {
        let partition = match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!("arn:{partition}:secretsmanager:{}:123456789012:secret:{}", self.region, self.name)
    }

    /// Whether AWS takes `id` for this secret: its name, its ARN, or its ARN without the suffix where that is not itself
    /// read as a suffix.
    pub fn is(&self, id: &str) -> bool {
        id == self.name || id == self.arn() || (id == self.partial_arn() && !has_suffix(id))
    }

    /// The version that a request means.
    pub fn select(&self, id: Option<&str>, stage: Option<&str>) -> Result<&Version, Refusal> {
        if self.deleted {
            return Err(Refusal::marked_for_deletion());
        }
        let Some(id) = id else {
            let stage = stage.unwrap_or(CURRENT);
            let found = self.versions.iter().find(|version| version.stages.iter().any(|s| s == stage));
            return found.ok_or_else(|| Refusal::no_version("staging label", stage));
        };
        let version = self.versions.iter().find(|version| version.id == id);
        let version = version.ok_or_else(|| Refusal::no_version("VersionId", id))?;
        match stage {
            Some(stage) if !version.stages.iter().any(|s| s == stage) => Err(Refusal::version_mismatch()),
            _ => Ok(version),
        }
    }
}

fn has_suffix(arn: &str) -> bool {
    arn.rsplit_once('-').is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Many secrets that hold the text `VALUE-0`, `VALUE-1`, … under `PREFIX/0`, `PREFIX/1`, ….
pub fn numbered(prefix: &str, value: &str, count: usize) -> Vec<Secret> {
    (0..count).map(|n| Secret::text(&format!("{prefix}/{n}"), &format!("{value}-{n}"))).collect()
}
