//! All items of an operation whose answer comes in pages.

use crate::{
    Aws, CallOptions, Error, registry,
    service::{Operation, Service},
    shape::Type,
};
use dmsrun_base::{Map, Value};

/// More pages than this are a loop of the service's, not an answer.
const MOST_PAGES: usize = 10_000;

/// One page of an answer.
#[derive(Debug)]
pub struct Page {
    /// Its items.
    pub items: Vec<Value>,
    /// The input that asks for the next page; `None` after the last one.
    pub next: Option<Value>,
}

impl Aws {
    /// Calls an operation once: the items of one page, and how to go on. For what is too much to be
    /// held at once.
    pub async fn page(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        options: &CallOptions,
    ) -> Result<Page, Error> {
        let (service, operation) = registry::find(service, operation)?;
        let members = items_of(service, operation)?;
        let mut page = self.call(service.name, operation.name, input.clone(), options).await?;
        let mut items = Vec::new();
        let more = match input {
            Value::Map(mut map) => next(operation, &mut map, &page).then_some(Value::Map(map)),
            _ => None,
        };
        collect(&mut page, &members, &mut items);
        Ok(Page { items, next: more })
    }

    /// Calls an operation until its last page, and gives all items. An operation without pages is
    /// called once, and gives the items of the only list in its answer.
    pub async fn pages(
        &self,
        service: &str,
        operation: &str,
        input: Value,
        options: &CallOptions,
    ) -> Result<Vec<Value>, Error> {
        let (service, operation) = registry::find(service, operation)?;
        let members = items_of(service, operation)?;
        let mut input = match input {
            Value::Map(map) => map,
            Value::List(list) if list.is_empty() => Map::new(),
            Value::Null => Map::new(),
            // Not a table: the call says so.
            other => {
                return self
                    .call(service.name, operation.name, other, options)
                    .await
                    .map(|v| vec![v]);
            }
        };
        let mut items = Vec::new();
        for _ in 0..MOST_PAGES {
            let sent = Value::Map(input.clone());
            let mut page = self.call(service.name, operation.name, sent, options).await?;
            let more = next(operation, &mut input, &page);
            collect(&mut page, &members, &mut items);
            if !more {
                return Ok(items);
            }
        }
        Err(Error::Refused {
            service: service.name,
            operation: operation.name,
            reason: format!("more than {MOST_PAGES} pages: narrow the request"),
        })
    }
}

/// The members that hold the items.
pub(crate) fn items_of(
    service: &Service,
    operation: &Operation,
) -> Result<Vec<&'static str>, Error> {
    if let Some(pages) = operation.pages {
        return Ok(pages.items.to_vec());
    }
    let lists: Vec<&str> = operation
        .outputs
        .iter()
        .filter(|field| matches!(field.ty, Type::List(_)))
        .map(|field| field.name)
        .collect();
    if let [one] = lists.as_slice() {
        return Ok(vec![one]);
    }
    Err(Error::Input {
        service: service.name,
        operation: operation.name,
        path: String::new(),
        message: if lists.is_empty() {
            "its answer holds no list of items".into()
        } else {
            format!("its answer holds several lists: {}", lists.join(", "))
        },
        hint: Some("Call the operation itself instead of its pages.".into()),
    })
}

/// Moves the items of a page to the end of the list.
fn collect(page: &mut Value, members: &[&str], items: &mut Vec<Value>) {
    let Value::Map(page) = page else { return };
    for member in members {
        if let Some(Value::List(list)) = page.remove(*member) {
            items.extend(list);
        }
    }
}

/// Puts the tokens of the next page into the input; false where this was the last one.
pub(crate) fn next(operation: &Operation, input: &mut Map, page: &Value) -> bool {
    let Some(pages) = operation.pages else { return false };
    if page.get("is_truncated") == Some(&Value::Bool(false)) {
        return false;
    }
    let mut more = false;
    for (taken, given) in pages.tokens {
        let token = match page.get(given) {
            Some(token) if token.as_str() != Some("") => token.clone(),
            _ => Value::Null,
        };
        // Logs repeat the last token where there is nothing more.
        more |= !token.is_null() && input.get(*taken) != Some(&token);
        input.insert((*taken).to_owned(), token);
    }
    more
}
