//! Describe calls: filters and pages, the same for every noun.

use super::{Answer, faults::Fault, input::Input};
use serde_json::{Map, Value as Json, json};

/// How many records a page may have.
pub(crate) struct Limits {
    least: i64,
    most: i64,
    default: i64,
}

/// What most calls allow.
pub(crate) const USUAL: Limits = Limits { least: 20, most: 100, default: 100 };
/// What the table statistics of a task allow.
pub(crate) const STATISTICS: Limits = Limits { least: 20, most: 500, default: 100 };
/// Certificates come in small pages unless one asks for more.
pub(crate) const CERTIFICATES: Limits = Limits { least: 1, most: 100, default: 10 };

/// One filter of a request.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) name: String,
    pub(crate) values: Vec<String>,
}

impl Filter {
    /// A filter that names things: a missing one is a fault, not an empty list.
    fn identifies(&self) -> bool {
        self.name.ends_with("-arn") || self.name.ends_with("-id")
    }

    fn matches(&self, value: &str) -> bool {
        if self.name.ends_with("-arn") {
            return self.values.iter().any(|v| v == value);
        }
        self.values.iter().any(|v| v.eq_ignore_ascii_case(value))
    }
}

/// The filters of a request; a name that the call does not know is refused.
pub(crate) fn filters(input: &Input, known: &[&str]) -> Result<Vec<Filter>, Fault> {
    let mut out = Vec::new();
    for filter in input.list("Filters")?.into_iter().flatten() {
        let name = filter["Name"].as_str().ok_or_else(|| Fault::missing("filters.name"))?;
        if !known.contains(&name) {
            return Err(Fault::value(format!(
                "Unrecognized filter name: {name}. The filters are: {}.",
                known.join(", ")
            )));
        }
        let list = filter["Values"].as_array().ok_or_else(|| Fault::missing("filters.values"))?;
        let values: Vec<String> = list.iter().filter_map(Json::as_str).map(str::to_owned).collect();
        if values.is_empty() || values.len() != list.len() {
            return Err(Fault::value(format!("The filter {name} needs at least one value.")));
        }
        out.push(Filter { name: name.to_owned(), values });
    }
    Ok(out)
}

/// The items that pass every filter. `field` gives an item's values for a filter name. Nothing found by
/// a filter that names things is a fault.
pub(crate) fn select<'a, T>(
    items: impl IntoIterator<Item = &'a T>,
    filters: &[Filter],
    nouns: &str,
    field: impl Fn(&T, &str) -> Vec<String>,
) -> Result<Vec<&'a T>, Fault> {
    let passes = |item: &T| {
        filters.iter().all(|f| field(item, &f.name).iter().any(|value| f.matches(value)))
    };
    let found: Vec<&T> = items.into_iter().filter(|i| passes(i)).collect();
    if found.is_empty() && filters.iter().any(Filter::identifies) {
        return Err(Fault::not_found(format!("No {nouns} found matching these filters.")));
    }
    Ok(found)
}

/// One page of a list under `member`. Items come with their serial numbers; the marker is the last one
/// given, so that a deletion between two pages makes none be skipped.
pub(crate) fn page(
    input: &Input,
    limits: &Limits,
    member: &str,
    items: impl IntoIterator<Item = (u64, Json)>,
) -> Answer {
    let limit = input.int("MaxRecords")?.unwrap_or(limits.default);
    if !(limits.least..=limits.most).contains(&limit) {
        return Err(Fault::value(format!(
            "Invalid value {limit} for MaxRecords. Must be between {} and {}.",
            limits.least, limits.most
        )));
    }
    let after = match input.text("Marker")?.filter(|m| !m.is_empty()) {
        None => None,
        Some(text) => Some(decode(text).ok_or_else(|| Fault::value("Invalid marker."))?),
    };
    let mut rest = items.into_iter().filter(|(serial, _)| after.is_none_or(|a| *serial > a));
    let mut out = Vec::new();
    let mut last = 0;
    for (serial, item) in rest.by_ref().take(usize::try_from(limit).unwrap_or(0)) {
        last = serial;
        out.push(item);
    }
    let mut answer = Map::new();
    answer.insert(member.to_owned(), Json::from(out));
    if rest.next().is_some() {
        answer.insert("Marker".to_owned(), json!(encode(last)));
    }
    Ok(Json::Object(answer))
}

/// A page of a list that never changes: its positions are the serial numbers.
pub(crate) fn page_fixed(
    input: &Input,
    limits: &Limits,
    member: &str,
    items: impl IntoIterator<Item = Json>,
) -> Answer {
    page(input, limits, member, (1u64..).zip(items))
}

fn encode(serial: u64) -> String {
    format!("m{:016x}", serial.rotate_left(17))
}

fn decode(marker: &str) -> Option<u64> {
    u64::from_str_radix(marker.strip_prefix('m')?, 16).ok().map(|n| n.rotate_right(17))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn input(json: Json) -> Input {
        Input::new(json).unwrap()
    }

    #[test]
    fn pages_join_to_the_whole_list_even_when_an_item_goes_in_between() {
        let all: Vec<(u64, Json)> = (1..=45).map(|n| (n, json!(n))).collect();
        let first = page(&input(json!({"MaxRecords": 20})), &USUAL, "Items", all.clone()).unwrap();
        assert_eq!(first["Items"].as_array().unwrap().len(), 20);
        let rest: Vec<_> = all.into_iter().filter(|(n, _)| *n != 20).collect();
        let second = page(
            &input(json!({"MaxRecords": 20, "Marker": first["Marker"]})),
            &USUAL,
            "Items",
            rest.clone(),
        )
        .unwrap();
        assert_eq!(second["Items"][0], 21);
        let third = page(
            &input(json!({"MaxRecords": 20, "Marker": second["Marker"]})),
            &USUAL,
            "Items",
            rest,
        )
        .unwrap();
        assert_eq!(third["Items"].as_array().unwrap().len(), 5);
        assert!(third.get("Marker").is_none());
    }

    #[test]
    fn limits_and_markers_are_checked() {
        for bad in [json!({"MaxRecords": 19}), json!({"MaxRecords": 101}), json!({"Marker": "x"})] {
            let fault = page(&input(bad), &USUAL, "Items", Vec::new()).unwrap_err();
            assert_eq!(fault.code, "InvalidParameterValueException");
        }
        assert!(page(&input(json!({"MaxRecords": 500})), &STATISTICS, "Items", vec![]).is_ok());
    }

    #[test]
    fn a_missing_name_is_a_fault_and_a_missing_class_is_an_empty_list() {
        let request = |name: &str| input(json!({"Filters": [{"Name": name, "Values": ["x"]}]}));
        let known = ["item-id", "item-class"];
        let run = |name: &str| {
            let filters = filters(&request(name), &known)?;
            select(&["a".to_owned()], &filters, "items", |i, _| vec![i.clone()])
                .map(|found| found.len())
        };
        assert_eq!(run("item-id").unwrap_err().code, "ResourceNotFoundFault");
        assert_eq!(run("item-class").unwrap(), 0);
        assert_eq!(run("colour").unwrap_err().code, "InvalidParameterValueException");
    }
}
