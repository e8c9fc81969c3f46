//! The graph of what is declared: an edge for each reference and each `depends_on`.

use crate::model::{Declared, Schemas};
use dmsrun_base::{ResourceId, Value};
use dmsrun_diag::{Diagnostic, did_you_mean};
use petgraph::graph::{DiGraph, NodeIndex};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What is declared, with the order that its references ask for.
#[derive(Debug)]
pub struct Graph {
    order: Vec<usize>,
}

impl Graph {
    /// The graph, or everything that is wrong with it.
    pub fn build(declared: &[Declared], schemas: &Schemas) -> Result<Self, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let index = index(declared, &mut wrong);
        let mut edges = Vec::new();
        for (at, resource) in declared.iter().enumerate() {
            references(resource, &index, schemas, &mut wrong);
            for target in resource.targets() {
                if let Some(to) = index.get(target) {
                    edges.push((at, *to));
                }
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        match sort(declared.len(), &edges) {
            Some(order) => Ok(Self { order }),
            None => Err(vec![cycle(declared, &edges)]),
        }
    }

    /// The declared resources, each after all that it waits for; else in the order of the script.
    pub fn order(&self) -> &[usize] {
        &self.order
    }
}

/// Where each identity is declared; one that is declared twice is wrong.
fn index<'a>(
    declared: &'a [Declared],
    wrong: &mut Vec<Diagnostic>,
) -> BTreeMap<&'a ResourceId, usize> {
    let mut index = BTreeMap::new();
    for (at, resource) in declared.iter().enumerate() {
        if let Some(first) = index.insert(&resource.id, at) {
            let place = declared[first].span.as_ref();
            let place = place.map_or(String::new(), |s| format!(" at {}:{}", s.file, s.line));
            wrong.push(
                Diagnostic::error("Resource is declared twice")
                    .at(resource.span.clone())
                    .what(format!(
                        "{} \"{}\" is declared{place} already",
                        resource.id.kind, resource.id.id
                    ))
                    .hint("Give one of them another id, or remove it"),
            );
        }
    }
    index
}

/// Checks that what a resource refers to is declared, and has the output that is asked for.
fn references(
    resource: &Declared,
    index: &BTreeMap<&ResourceId, usize>,
    schemas: &Schemas,
    wrong: &mut Vec<Diagnostic>,
) {
    let unknown = |target: &ResourceId, how: &str| {
        let ids: Vec<String> = index.keys().map(ToString::to_string).collect();
        let near = did_you_mean(&target.to_string(), ids.iter().map(String::as_str));
        let mut diagnostic = Diagnostic::error("Reference to nothing that is declared")
            .at(resource.span.clone())
            .what(format!("{} {how} {target}, which this stack does not declare", resource.id));
        if let Some(near) = near {
            diagnostic = diagnostic.hint(near);
        }
        diagnostic
    };
    for (property, value) in &resource.properties {
        for reference in value.references() {
            if !index.contains_key(&reference.target) {
                wrong.push(unknown(&reference.target, &format!("refers in `{property}` to")));
                continue;
            }
            let output = reference.path.first().map_or("", String::as_str);
            let Some(schema) = schemas.get(&reference.target.kind) else { continue };
            if !schema.has_output(output) {
                let mut diagnostic = Diagnostic::error("Unknown output")
                    .at(resource.span.clone())
                    .what(format!("{} has no output `{output}`", reference.target.kind));
                if let Some(near) = did_you_mean(output, schema.output_names()) {
                    diagnostic = diagnostic.hint(near);
                }
                wrong.push(diagnostic);
            }
        }
    }
    for target in &resource.depends_on {
        if !index.contains_key(target) {
            wrong.push(unknown(target, "depends on"));
        }
    }
}

/// Kahn's order: of those that wait for nothing more, the first in the script comes first.
fn sort(count: usize, edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    let mut waits = vec![0_usize; count];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        waits[*from] += 1;
        children[*to].push(*from);
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        (0..count).filter(|i| waits[*i] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(next)) = ready.pop() {
        order.push(next);
        for child in &children[next] {
            waits[*child] -= 1;
            if waits[*child] == 0 {
                ready.push(Reverse(*child));
            }
        }
    }
    (order.len() == count).then_some(order)
}

/// Names the chain of a cycle, with the property that makes each link.
fn cycle(declared: &[Declared], edges: &[(usize, usize)]) -> Diagnostic {
    let mut graph = DiGraph::<usize, ()>::new();
    let nodes: Vec<NodeIndex> = (0..declared.len()).map(|i| graph.add_node(i)).collect();
    for (from, to) in edges {
        graph.add_edge(nodes[*from], nodes[*to], ());
    }
    let inside: BTreeSet<usize> = petgraph::algo::tarjan_scc(&graph)
        .into_iter()
        .map(|part| part.into_iter().map(|n| graph[n]).collect::<BTreeSet<_>>())
        .filter(|part| part.len() > 1 || part.iter().any(|i| edges.contains(&(*i, *i))))
        .min_by_key(|part| part.first().copied())
        .unwrap_or_default();
    let mut chain: Vec<usize> = inside.first().copied().into_iter().collect();
    while let Some(last) = chain.last() {
        let next = edges.iter().find(|(from, to)| from == last && inside.contains(to));
        let Some((_, next)) = next else { break };
        if let Some(at) = chain.iter().position(|i| i == next) {
            chain.drain(..at);
            chain.push(*next);
            break;
        }
        chain.push(*next);
    }
    let names: Vec<String> = chain.iter().map(|i| declared[*i].id.to_string()).collect();
    let mut diagnostic = Diagnostic::error("Resources wait for each other")
        .at(chain.first().and_then(|i| declared[*i].span.clone()))
        .what(names.join(" → "));
    for pair in chain.windows(2) {
        diagnostic = diagnostic.cause(link(&declared[pair[0]], &declared[pair[1]].id));
    }
    diagnostic.hint("Take one of these references out, or make it a resource of its own")
}

fn link(from: &Declared, to: &ResourceId) -> String {
    let refers = |v: &Value| v.references().iter().any(|r| r.target == *to);
    match from.properties.iter().find(|(_, v)| refers(v)) {
        Some((property, _)) => format!("{} refers in `{property}` to {to}", from.id),
        None => format!("{} depends on {to}", from.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dmsrun_base::{Map, Reference};

    fn declared(id: &str, refers: &[&str]) -> Declared {
        let references = refers.iter().map(|to| {
            let target = ResourceId::new("t.x", *to);
            Value::Reference(Reference { target, path: vec!["id".into()] })
        });
        let properties = Map::from([("on".to_owned(), Value::List(references.collect()))]);
        Declared::new(ResourceId::new("t.x", id), properties)
    }

    #[test]
    fn each_comes_after_what_it_refers_to() {
        let all = [declared("c", &["b"]), declared("b", &["a"]), declared("a", &[])];
        let graph = Graph::build(&all, &Schemas::new()).expect("a graph");
        assert_eq!(graph.order(), [2, 1, 0]);
    }

    #[test]
    fn a_cycle_is_named() {
        let all = [declared("z", &["a"]), declared("a", &["b"]), declared("b", &["a"])];
        let wrong = Graph::build(&all, &Schemas::new()).expect_err("a cycle");
        assert_eq!(wrong[0].details[0].1, "t.x/a → t.x/b → t.x/a");
        assert_eq!(wrong[0].causes[0], "t.x/a refers in `on` to t.x/b");
    }

    #[test]
    fn an_unknown_target_gives_the_nearest() {
        let all = [declared("mainn", &[]), declared("b", &["main"])];
        let wrong = Graph::build(&all, &Schemas::new()).expect_err("unknown");
        assert_eq!(wrong[0].hints[0].text, "Did you mean \"t.x/mainn\"?");
    }
}
