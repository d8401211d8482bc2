//! The shapes of SARIF 2.1.0 that we write (OASIS, "Static Analysis Results Interchange Format", section 3; each shape has the
//! name of its section there). Knows spelling only.

use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run<'a> {
    pub tool: Tool<'a>,
    pub invocations: [Invocation; 1],
    pub column_kind: &'static str,
    pub newline_sequences: [&'static str; 3],
    pub results: Vec<Reported<'a>>,
}

#[derive(Serialize)]
pub(super) struct Tool<'a> {
    pub driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    pub name: &'static str,
    pub semantic_version: &'static str,
    pub rules: Vec<Descriptor<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<NotificationKind>,
}

/// What a rule is (`reportingDescriptor`, 3.49).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'a> {
    pub id: &'a str,
    pub short_description: Text,
    pub full_description: Text,
    pub help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<&'a str>,
    pub default_configuration: Configuration,
    pub properties: Properties<'a>,
}

/// What a notification is about (also 3.49).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NotificationKind {
    pub id: &'static str,
    pub short_description: Text,
}

#[derive(PartialEq, Serialize)]
pub(super) struct Text {
    pub text: String,
}

#[derive(Serialize)]
pub(super) struct Help {
    pub text: String,
    pub markdown: String,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub enabled: bool,
    pub level: &'static str,
}

/// What GitHub reads of a rule beyond SARIF.
#[derive(Serialize)]
pub(super) struct Properties<'a> {
    pub precision: &'static str,
    #[serde(rename = "problem.severity")]
    pub severity: &'static str,
    pub tags: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_configuration_notifications: Vec<Notification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
pub(super) struct Notification {
    pub descriptor: DescriptorReference,
    pub level: &'static str,
    pub message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

#[derive(Serialize)]
pub(super) struct DescriptorReference {
    pub id: &'static str,
    pub index: usize,
}

/// A finding (`result`, 3.27).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reported<'a> {
    pub rule_id: &'a str,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Text,
    pub locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location>,
    pub partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<Vec<Suppressed>>,
}

#[derive(Serialize)]
pub(super) struct Fingerprints {
    #[serde(rename = "policyKey/v1")]
    pub key: String,
}

#[derive(Serialize)]
pub(super) struct Suppressed {
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    pub physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Text>,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

#[derive(PartialEq, Serialize)]
pub(super) struct ArtifactLocation {
    pub uri: String,
}

#[derive(PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}
