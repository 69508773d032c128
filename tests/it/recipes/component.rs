//! A component asked without the host's own reading of it, so that both sides are held against the contract.

use std::path::Path;

use serde_json::{Map, Value, json};
use wasmtime::component::{Component as Code, Linker, Val};
use wasmtime::{Engine, Store};

const GUEST: &str = "host:recipe/guest@0.1.0";

/// A compiled recipe.
pub(super) struct Component {
    engine: Engine,
    code: Code,
}

impl Component {
    pub(super) fn load(path: &Path) -> Self {
        let engine = Engine::default();
        let code = Code::from_file(&engine, path)
            .unwrap_or_else(|error| panic!("`{}`: {error:#}", path.display()));
        Self { engine, code }
    }

    /// The manifest, in the contract's own spelling.
    pub(super) fn describe(&self) -> Value {
        self.call("describe", &[])
    }

    /// The result for arguments in the contract's own spelling, without a target and without dependencies.
    pub(super) fn render(&self, arguments: &Value) -> Value {
        let list = arguments
            .as_array()
            .expect("arguments are a list")
            .iter()
            .map(argument)
            .collect();
        let text = |name: &str| (name.to_owned(), Val::String(String::new()));
        let target = vec![
            text("region"),
            text("cluster"),
            ("extra".to_owned(), Val::Option(None)),
        ];
        self.call(
            "render",
            &[Val::List(list), Val::Record(target), Val::List(Vec::new())],
        )
    }

    /// Calls a function in a new instance.
    fn call(&self, function: &str, parameters: &[Val]) -> Value {
        let mut store = Store::new(&self.engine, ());
        // Whatever it would import is missing, so this fails unless it imports nothing.
        let instance = Linker::new(&self.engine)
            .instantiate(&mut store, &self.code)
            .expect("it imports nothing");
        let guest = self
            .code
            .get_export_index(None, GUEST)
            .expect("it exports the contract's interface");
        let index = self
            .code
            .get_export_index(Some(&guest), function)
            .expect("it exports the contract's functions");
        let callee = instance
            .get_func(&mut store, index)
            .expect("it is a function");
        let mut results = [Val::Bool(false)];
        callee
            .call(&mut store, parameters, &mut results)
            .unwrap_or_else(|error| panic!("`{function}`: {error:#}"));
        json(&results[0])
    }
}

/// `{"name": "memory", "value": {"integer": 256}}` as a value.
fn argument(spelt: &Value) -> Val {
    let (case, payload) = spelt["value"]
        .as_object()
        .and_then(|it| it.iter().next())
        .expect("a value has a case");
    let word = |it: &Value| Val::String(it.as_str().expect("it is a text").to_owned());
    let payload = match case.as_str() {
        "integer" => Val::S32(
            payload
                .as_i64()
                .and_then(|it| it.try_into().ok())
                .expect("it is a number of 32 bits"),
        ),
        "boolean" => Val::Bool(payload.as_bool().expect("it is true or false")),
        "text-list" => Val::List(
            payload
                .as_array()
                .expect("it is a list")
                .iter()
                .map(word)
                .collect(),
        ),
        _ => word(payload),
    };
    let value = Val::Variant(case.clone(), Some(Box::new(payload)));
    Val::Record(vec![
        ("name".to_owned(), word(&spelt["name"])),
        ("value".to_owned(), value),
    ])
}

/// A value in the contract's own spelling: absent is `null`, a case with a payload is `{"case": payload}`.
fn json(value: &Val) -> Value {
    let case = |name: &str, payload: &Option<Box<Val>>| match payload {
        Some(payload) => json!({ name: json(payload) }),
        None => name.into(),
    };
    match value {
        Val::Bool(it) => (*it).into(),
        Val::S32(it) => (*it).into(),
        Val::U32(it) => (*it).into(),
        Val::String(it) | Val::Enum(it) => it.as_str().into(),
        Val::List(items) | Val::Tuple(items) => items.iter().map(json).collect(),
        Val::Record(fields) => fields
            .iter()
            .map(|(name, it)| (name.clone(), json(it)))
            .collect::<Map<_, _>>()
            .into(),
        Val::Option(it) => it.as_deref().map_or(Value::Null, json),
        Val::Variant(name, payload) => case(name, payload),
        Val::Result(Ok(payload)) => case("ok", payload),
        Val::Result(Err(payload)) => case("err", payload),
        other => panic!("the contract has no such type: {other:?}"),
    }
}
