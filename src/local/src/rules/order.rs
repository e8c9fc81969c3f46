//! Order for what winterbaume lists at random: members of a list are sorted by what they say.

use crate::{
    request::Request,
    wire::{Answer, Protocol},
};
use quick_xml::{Reader, events::Event};
use serde_json::Value as Json;

/// Elements that come in lists.
const LISTED: &[&str] = &["member", "entry", "Tag"];

/// Sorts the lists of an answer.
pub(super) fn sort(request: &Request, answer: &mut Answer) {
    let Ok(text) = std::str::from_utf8(&answer.body) else { return };
    match request.protocol {
        Protocol::Query => {
            if let Some(sorted) = sort_xml(text) {
                answer.body = sorted.into();
            }
        }
        Protocol::RestXml if text.contains("<TagSet>") => {
            if let Some(sorted) = sort_xml(text) {
                answer.body = sorted.into();
            }
        }
        Protocol::Json => {
            let Ok(mut body) = serde_json::from_str::<Json>(text) else { return };
            if sort_json(&mut body) {
                answer.body = body.to_string().into();
            }
        }
        _ => {}
    }
}

fn sort_json(value: &mut Json) -> bool {
    match value {
        Json::Array(items) => {
            let mut changed = items.iter_mut().fold(false, |any, item| sort_json(item) | any);
            let sorted = items.is_sorted_by_key(|item| item.to_string());
            if !sorted {
                items.sort_by_cached_key(|item| item.to_string());
                changed = true;
            }
            changed
        }
        Json::Object(map) => map.values_mut().fold(false, |any, item| sort_json(item) | any),
        _ => false,
    }
}

/// An element as it is written: its opening, what is in it, its closing.
#[derive(Default)]
struct Element {
    name: String,
    open: String,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn write(&self, out: &mut String) {
        out.push_str(&self.open);
        out.push_str(&self.text);
        self.children.iter().for_each(|child| child.write(out));
        if !self.name.is_empty() {
            out.push_str(&format!("</{}>", self.name));
        }
    }

    fn sort(&mut self) {
        self.children.iter_mut().for_each(Element::sort);
        let listed = |child: &Element| LISTED.contains(&child.name.as_str());
        if self.children.len() > 1 && self.children.iter().all(listed) {
            self.children.sort_by_cached_key(|child| {
                let mut text = String::new();
                child.write(&mut text);
                text
            });
        }
    }
}

fn sort_xml(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut stack = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Start(start) => {
                let name = String::from_utf8(start.name().as_ref().to_vec()).ok()?;
                let open = format!("<{}>", std::str::from_utf8(&start).ok()?);
                stack.push(Element { name, open, ..Element::default() });
            }
            Event::Empty(start) => {
                let open = format!("<{}/>", std::str::from_utf8(&start).ok()?);
                let parent = stack.last_mut()?;
                parent.children.push(Element { open, ..Element::default() });
            }
            Event::End(_) => {
                let mut element = stack.pop()?;
                if !element.children.is_empty() {
                    // Only white space stands between elements.
                    element.text.clear();
                }
                stack.last_mut()?.children.push(element);
            }
            Event::Text(text) => stack.last_mut()?.text.push_str(std::str::from_utf8(&text).ok()?),
            Event::GeneralRef(name) => {
                let name = std::str::from_utf8(&name).ok()?.to_owned();
                stack.last_mut()?.text.push_str(&format!("&{name};"));
            }
            Event::CData(text) => {
                let text = std::str::from_utf8(&text).ok()?.to_owned();
                stack.last_mut()?.text.push_str(&crate::wire::escape(&text));
            }
            _ => {}
        }
    }
    let mut root = stack.pop().filter(|_| stack.is_empty())?;
    root.text.clear();
    root.sort();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    root.write(&mut out);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_the_rest_is_left() {
        let text = "<A x=\"1\">\n <L>\n <member><k>b</k></member> <member><k>a &amp; &#38;</k></member></L><t> s </t><e/></A>";
        let sorted = sort_xml(text).unwrap_or_default();
        assert!(sorted.ends_with(
            "<A x=\"1\"><L><member><k>a &amp; &#38;</k></member><member><k>b</k></member></L><t> s </t><e/></A>"
        ), "{sorted}");
    }
}
