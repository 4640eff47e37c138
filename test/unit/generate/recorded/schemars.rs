//! Prints the JSON Schemas of types, as schemars writes them.
#![allow(dead_code)]
use chrono::{DateTime, Utc};
use schemars::{schema_for, JsonSchema};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// How a job ended.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Done,
    /// It was tried too often.
    Dead,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Action {
    Log,
    Webhook { url: String },
    Function { path: String, retries: Option<u8> },
}

#[derive(Serialize, Deserialize, JsonSchema)]
enum External {
    Unit,
    Newtype(String),
    Pair(i32, String),
    Fields { a: bool },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", content = "c")]
enum Adjacent {
    A(i64),
    B { x: f32 },
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Untagged {
    Text(String),
    Number(f64),
    List(Vec<Untagged>),
}

/// A job of a queue.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Job {
    /// Unique.
    id: Uuid,
    payload: serde_json::Value,
    attempts: u32,
    outcome: Option<Outcome>,
    created: DateTime<Utc>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default = "five")]
    priority: u8,
}
fn five() -> u8 { 5 }

#[derive(Serialize, Deserialize, JsonSchema)]
struct Tree {
    name: String,
    left: Option<Box<Tree>>,
    children: Vec<Tree>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Flat {
    #[serde(flatten)]
    job: Job2,
    #[serde(flatten)]
    rest: HashMap<String, serde_json::Value>,
}
#[derive(Serialize, Deserialize, JsonSchema)]
struct Job2 { id: u64, kind: Outcome }

#[derive(Serialize, Deserialize, JsonSchema)]
struct Wrapper(String);
#[derive(Serialize, Deserialize, JsonSchema)]
struct Unit;
#[derive(Serialize, Deserialize, JsonSchema)]
struct Generic<T> { items: Vec<T>, set: HashSet<String>, pair: (u8, bool), bytes: [u8; 3] }

fn main() {
    let all: BTreeMap<&str, serde_json::Value> = [
        ("outcome", serde_json::to_value(schema_for!(Outcome)).unwrap()),
        ("action", serde_json::to_value(schema_for!(Action)).unwrap()),
        ("external", serde_json::to_value(schema_for!(External)).unwrap()),
        ("adjacent", serde_json::to_value(schema_for!(Adjacent)).unwrap()),
        ("untagged", serde_json::to_value(schema_for!(Untagged)).unwrap()),
        ("job", serde_json::to_value(schema_for!(Job)).unwrap()),
        ("maybe job", serde_json::to_value(schema_for!(Option<Job>)).unwrap()),
        ("tree", serde_json::to_value(schema_for!(Tree)).unwrap()),
        ("flat", serde_json::to_value(schema_for!(Flat)).unwrap()),
        ("wrapper", serde_json::to_value(schema_for!(Wrapper)).unwrap()),
        ("unit", serde_json::to_value(schema_for!(Unit)).unwrap()),
        ("generic", serde_json::to_value(schema_for!(Generic<Job2>)).unwrap()),
        ("any", serde_json::to_value(schema_for!(serde_json::Value)).unwrap()),
        ("map", serde_json::to_value(schema_for!(HashMap<String, Vec<Action>>)).unwrap()),
    ].into_iter().collect();
    println!("{}", serde_json::to_string_pretty(&all).unwrap());
}
