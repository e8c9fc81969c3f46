//! Chains of names, fields and calls: what each part is known to be, and what a call is given.

use super::{Held, Known, PROTECT, Walk, lua51};
use crate::analysis::{
    Spot,
    annotations::{Signature, TypeText},
    calls, codes,
    literal::{self, Key, Literal},
    options::{self, Options},
};
use dmsrun_aws::registry::{self, Operation, Service};
use full_moon::{
    ast::{Call, Expression, FunctionArgs, FunctionCall, Index, Prefix, Suffix, TableConstructor},
    tokenizer::TokenReference,
};
use std::rc::Rc;

impl Walk<'_> {
    pub(super) fn call_chain(&mut self, call: &FunctionCall) -> Known {
        let suffixes: Vec<&Suffix> = call.suffixes().collect();
        self.chain(call.prefix(), &suffixes, true)
    }

    pub(super) fn chain(&mut self, prefix: &Prefix, suffixes: &[&Suffix], used: bool) -> Known {
        let guarded = self.guards(prefix, suffixes);
        let mut known = match prefix {
            Prefix::Name(name) => self.name(name, used || !suffixes.is_empty()),
            Prefix::Expression(expression) => self.expression(expression),
            _ => Known::Unknown,
        };
        for suffix in suffixes {
            known = match suffix {
                Suffix::Index(Index::Dot { name, .. }) => {
                    self.field(&known, name, literal::name(name))
                }
                Suffix::Index(Index::Brackets { expression, .. }) => {
                    self.expression(expression);
                    match (&**expression, literal::of(expression)) {
                        (Expression::String(token), Literal::Text(Some(name))) => {
                            self.field(&known, token, name)
                        }
                        _ => Known::Unknown,
                    }
                }
                Suffix::Call(Call::AnonymousCall(args)) => {
                    self.guard += u32::from(guarded);
                    let made = self.call(&known, args);
                    self.guard -= u32::from(guarded);
                    made
                }
                Suffix::Call(Call::MethodCall(call)) => {
                    self.method(&known, call.name(), call.args())
                }
                _ => Known::Unknown,
            };
        }
        known
    }

    /// Whether what is called keeps the errors of what it is given.
    fn guards(&self, prefix: &Prefix, suffixes: &[&Suffix]) -> bool {
        let Prefix::Name(name) = prefix else { return false };
        let name = literal::name(name);
        let last = suffixes.iter().rev().find_map(|s| match s {
            Suffix::Index(Index::Dot { name, .. }) => Some(literal::name(name)),
            _ => None,
        });
        let word = last.as_deref().unwrap_or(&name);
        let protects = PROTECT.contains(&word) || self.facts.guards.contains(&name);
        // In a script a slip inside pcall is a slip; in a spec it is what is looked at.
        protects && (self.script.spec || self.facts.guards.contains(&name))
    }

    fn field(&mut self, known: &Known, token: &TokenReference, name: String) -> Known {
        match known {
            Known::Module(module) if module == "aws" => self.aws_field(token, &name),
            Known::Module(module) => self.module_field(module, token, name),
            Known::Service(service) => match service.operation(&name) {
                Some(operation) => Known::Operation(service, operation),
                None => {
                    let names: Vec<&str> = service.operations().iter().map(|o| o.name).collect();
                    self.unknown(token, &format!("aws.{}", service.name), &name, names);
                    Known::Unknown
                }
            },
            Known::Global(library) => {
                if let Some(members) = self.vocabulary.library(library)
                    && library != "_G"
                    && library != "package"
                    && self.vocabulary.lacks(&members, &name)
                {
                    let names = members.names.iter().map(String::as_str).collect();
                    self.unknown(token, library, &name, names);
                }
                match (library.as_str(), name.as_str()) {
                    ("_G", _) => Known::Unknown,
                    _ => Known::Function(format!("lua:{library}"), name),
                }
            }
            Known::Resource(kind) => {
                if let Some(known) = self.vocabulary.kinds().get(kind)
                    && !known.outputs.contains(&name)
                {
                    if !self.quiet() {
                        let message = format!("{kind} has no output \"{name}\"");
                        let all: Vec<&str> = known.outputs.iter().map(String::as_str).collect();
                        let hint = calls::suggest(&name, all);
                        self.sink.report(&codes::L106, literal::spot(token), message).hint = hint;
                    }
                    return Known::Unknown;
                }
                Known::Reference(format!("{name} of {kind}"))
            }
            // What is assigned anywhere may be anything.
            Known::Table(held) if !self.facts.fields.contains(&name) => {
                held.fields.get(&name).cloned().unwrap_or(Known::Unknown)
            }
            _ => Known::Unknown,
        }
    }

    fn unknown(&mut self, token: &TokenReference, of: &str, name: &str, names: Vec<&str>) {
        if self.quiet() || self.facts.fields.contains(name) {
            return;
        }
        let hint = lua51(&format!("{of}.{name}"))
            .map(str::to_owned)
            .or_else(|| calls::suggest(name, names));
        let message = format!("{of} has no \"{name}\"");
        self.sink.report(&codes::L104, literal::spot(token), message).hint = hint;
    }

    fn aws_field(&mut self, token: &TokenReference, name: &str) -> Known {
        if let Some(service) = registry::service(name) {
            return Known::Service(service);
        }
        let members = self.vocabulary.members("aws");
        let own = members.as_ref().is_some_and(|m| m.names.contains(name)) || name == "is_local";
        if own {
            return Known::Function("aws".to_owned(), name.to_owned());
        }
        if let Some(members) = members {
            let mut names: Vec<&str> = registry::services().iter().map(|s| s.name).collect();
            names.extend(members.names.iter().map(String::as_str));
            self.unknown(token, "aws", name, names);
        }
        Known::Unknown
    }

    fn module_field(&mut self, module: &str, token: &TokenReference, name: String) -> Known {
        if let Some(members) = self.vocabulary.members(module)
            && self.vocabulary.lacks(&members, &name)
        {
            let names = members.names.iter().map(String::as_str).collect();
            self.unknown(token, module, &name, names);
            return Known::Unknown;
        }
        Known::Function(module.to_owned(), name)
    }

    /// The arguments as they are written, or as a variable holds them.
    fn arguments<'e>(&self, args: &'e FunctionArgs) -> Vec<Argument<'e>> {
        let of = |expression: &'e Expression| match expression {
            Expression::Var(full_moon::ast::Var::Name(name)) => {
                match self.local(&literal::name(name)) {
                    Some(Known::Table(held)) => Argument::Held(Rc::clone(held)),
                    _ => Argument::Expression(expression),
                }
            }
            _ => Argument::Expression(expression),
        };
        match args {
            FunctionArgs::Parentheses { arguments, .. } => arguments.iter().map(of).collect(),
            FunctionArgs::String(token) => vec![Argument::Text(token)],
            FunctionArgs::TableConstructor(table) => vec![Argument::Table(table)],
            _ => Vec::new(),
        }
    }

    /// Reads the arguments; what is known of each.
    fn read(&mut self, arguments: &[Argument<'_>], with: &[(&str, Vec<Known>)]) -> Vec<Known> {
        let mut known = Vec::new();
        for argument in arguments {
            known.push(match argument {
                Argument::Expression(Expression::TableConstructor(table)) => {
                    self.table(table, with);
                    Known::Unknown
                }
                Argument::Expression(expression) => self.expression(expression),
                Argument::Table(table) => {
                    self.table(table, with);
                    Known::Unknown
                }
                Argument::Text(_) | Argument::Held(_) => Known::Unknown,
            });
        }
        known
    }

    fn call(&mut self, known: &Known, args: &FunctionArgs) -> Known {
        let arguments = self.arguments(args);
        match known {
            Known::Global(name) if name == "require" => {
                self.read(&arguments, &[]);
                self.require(&arguments)
            }
            Known::Global(name) if name == "pcall" || name == "xpcall" => {
                let known = self.read(&arguments, &[]);
                // What is called, and for `xpcall` its handler.
                let before = if name == "pcall" { 1 } else { 2 };
                if let (Some(Known::Operation(service, operation)), Some(given)) =
                    (known.first(), arguments.get(before..))
                {
                    self.operation(service, operation, given);
                }
                Known::Unknown
            }
            Known::Operation(service, operation) => {
                self.read(&arguments, &[]);
                self.operation(service, operation, &arguments);
                Known::Unknown
            }
            Known::Function(module, name) => self.call_function(module, name, &arguments),
            Known::Module(module) if module == "settings" => self.settings(&arguments),
            Known::Object(class) if class == "settings.Document" => self.settings(&arguments),
            _ => {
                self.read(&arguments, &[]);
                Known::Unknown
            }
        }
    }

    /// What an operation is called with: its parameters, then how it is called.
    fn operation(&mut self, service: &Service, operation: &Operation, given: &[Argument<'_>]) {
        self.parameters(service, operation, given);
        let what = format!("aws.{}.{}", service.name, operation.name);
        if let Some(argument) = given.get(1) {
            self.options(&what, &TypeText::new("aws.CallOptions"), argument);
        }
    }

    fn parameters(&mut self, service: &Service, operation: &Operation, given: &[Argument<'_>]) {
        let Some(argument) = given.first().filter(|_| !self.quiet()) else { return };
        if let Some(table) = argument.table() {
            self.sink.partial = argument.is_held();
            calls::operation(&mut self.sink, service, operation, table);
            self.sink.partial = false;
        }
    }

    /// A table of options.
    fn options(&mut self, what: &str, wanted: &TypeText, argument: &Argument<'_>) {
        if let Some(table) = argument.table().filter(|_| !self.quiet()) {
            let (sink, vocabulary) = (&mut self.sink, self.vocabulary);
            Options { sink, vocabulary, what }.table(wanted, table);
        }
    }

    fn settings(&mut self, arguments: &[Argument<'_>]) -> Known {
        self.read(arguments, &[]);
        if let Some(table) = arguments.first().and_then(Argument::table)
            && !self.quiet()
        {
            self.task_settings(table);
        }
        Known::Object("settings.Document".to_owned())
    }

    fn task_settings(&mut self, table: &TableConstructor) {
        // A spec writes wrong settings on purpose, to see what is said of them.
        if !self.script.spec {
            calls::task_settings(&mut self.sink, table);
        }
    }

    fn require(&mut self, arguments: &[Argument<'_>]) -> Known {
        let Some((name, at)) = arguments.first().and_then(Argument::text) else {
            return Known::Unknown;
        };
        let beside = self.script.folder.join(name.replace('.', "/"));
        if beside.with_extension("lua").is_file() || beside.join("init.lua").is_file() {
            return Known::Unknown;
        }
        if self.vocabulary.has_module(&name) {
            return Known::Module(name);
        }
        let silent = self.quiet() || self.facts.open_modules;
        if !silent && !self.vocabulary.user_has(self.script.folder, &name) {
            let known = self.vocabulary.module_names();
            let message = format!("there is no module \"{name}\"");
            self.sink.report(&codes::L102, at, message).hint =
                dmsrun_diag::did_you_mean(&name, known.iter().map(String::as_str)).or_else(|| {
                    Some(format!(
                        "looked in dmsrun, in {}, and on LUA_PATH",
                        self.script.folder.display()
                    ))
                });
        }
        Known::Unknown
    }

    fn call_function(&mut self, module: &str, name: &str, arguments: &[Argument<'_>]) -> Known {
        let with: &[(&str, Vec<Known>)] = if (module, name) == ("migration", "new") {
            &[("extend", vec![Known::Object("stack.Stack".to_owned())])]
        } else {
            &[]
        };
        let known = self.read(arguments, with);
        // `aws.check` is given slips on purpose: it tells of them.
        if let ("aws", "pages" | "each", Some(Known::Operation(service, operation))) =
            (module, name, known.first())
        {
            self.parameters(service, operation, &arguments[1..]);
        }
        let vocabulary = self.vocabulary;
        let Some(signature) = vocabulary.signature(module, name) else {
            return Known::Unknown;
        };
        if !self.quiet() {
            self.check_arguments(&format!("{module}.{name}"), signature, arguments);
            if (module, name) == ("migration", "new") {
                self.migration(arguments);
            }
            if (module, name) == ("settings", "over")
                && let Some(table) = arguments.get(1).and_then(Argument::table)
            {
                self.task_settings(table);
            }
        }
        signature.returns.class().map_or(Known::Unknown, |c| Known::Object(c.to_owned()))
    }

    fn check_arguments(&mut self, what: &str, signature: &Signature, arguments: &[Argument<'_>]) {
        for (wanted, argument) in signature.parameters.iter().zip(arguments) {
            self.options(what, wanted, argument);
            if let (Some(words), Some((text, at))) =
                (self.vocabulary.words(wanted), argument.text())
            {
                let what = format!("what {what} is given");
                options::word(&mut self.sink, &what, &text, &words, at);
            }
        }
    }

    /// Plain tables of settings among the options of a migration and of its second task.
    fn migration(&mut self, arguments: &[Argument<'_>]) {
        let Some(table) = arguments.first().and_then(Argument::table) else { return };
        let named = |table: &TableConstructor, wanted: &str| -> Option<TableConstructor> {
            literal::entries(table).into_iter().find_map(|e| match literal::of(e.value) {
                Literal::Table(inner) if e.key == Key::Name(wanted.to_owned()) => {
                    Some(inner.clone())
                }
                _ => None,
            })
        };
        let cdc = named(table, "cdc");
        for tables in [Some(table), cdc.as_ref()].into_iter().flatten() {
            if let Some(settings) = named(tables, "settings") {
                self.task_settings(&settings);
            }
        }
    }

    fn method(&mut self, known: &Known, token: &TokenReference, args: &FunctionArgs) -> Known {
        let arguments = self.arguments(args);
        self.read(&arguments, &[]);
        let name = literal::name(token);
        if let Known::Service(service) = known
            && !self.quiet()
        {
            let message = format!("aws.{} has operations, and no methods", service.name);
            let finding = self.sink.report(&codes::L105, literal::spot(token), message);
            finding.hint = Some(format!("an operation is called with a dot: .{name} {{ … }}"));
        }
        let Known::Object(class) = known else { return Known::Unknown };
        if let Some(methods) = self.vocabulary.methods(class)
            && self.vocabulary.lacks(&methods, &name)
            && !self.facts.fields.contains(&name)
            && !self.quiet()
        {
            let message = format!("{class} has no method \"{name}\"");
            let hint = calls::suggest(&name, methods.names.iter().map(String::as_str));
            self.sink.report(&codes::L105, literal::spot(token), message).hint = hint;
            return Known::Unknown;
        }
        let vocabulary = self.vocabulary;
        let signature = vocabulary.method(class, &name);
        match (class.as_str(), name.as_str()) {
            ("stack.Stack", "add") => return self.add(&arguments),
            ("settings.Document", _) => return Known::Unknown,
            _ => {}
        }
        let Some(signature) = signature else { return Known::Unknown };
        if !self.quiet() {
            self.check_arguments(&format!("{class}:{name}"), signature, &arguments);
        }
        match class.as_str() {
            // A builder gives itself, so that one rule after another can be added.
            "mappings.Selection" | "mappings.Transform" | "mappings.Record" => known.clone(),
            _ => signature.returns.class().map_or(Known::Unknown, |c| Known::Object(c.to_owned())),
        }
    }

    /// Whether a module beside the script defines kinds; which ones is known when it runs.
    fn defines_kinds(&self, module: &str) -> bool {
        let path = self.script.folder.join(module.replace('.', "/")).with_extension("lua");
        std::fs::read_to_string(path).is_ok_and(|text| text.contains("kind.define"))
    }

    /// `stack:add(kind, id, properties, options)`.
    fn add(&mut self, arguments: &[Argument<'_>]) -> Known {
        let Some((kind, at)) = arguments.first().and_then(Argument::text) else {
            return Known::Unknown;
        };
        let Some(known) = self.vocabulary.kinds().get(&kind) else {
            let own = self.facts.kinds.contains(&kind)
                || self.facts.open_kinds
                || self.facts.requires.iter().any(|module| self.defines_kinds(module))
                || self.vocabulary.user_has(self.script.folder, &format!("kinds.{kind}"))
                || self.vocabulary.kinds().is_empty();
            if !own && !self.quiet() {
                let message = format!("there is no kind \"{kind}\"");
                let hint =
                    calls::suggest(&kind, self.vocabulary.kinds().keys().map(String::as_str));
                self.sink.report(&codes::L401, at, message).hint = hint;
            }
            return Known::Unknown;
        };
        // A kind beside the script stands in the place of ours.
        let own = self.script.folder.join("kinds").is_dir()
            && self.vocabulary.user_has(self.script.folder, &format!("kinds.{kind}"));
        if own || self.facts.kinds.contains(&kind) {
            return Known::Unknown;
        }
        if !self.quiet()
            && let Some(argument) = arguments.get(2)
            && let Some(table) = argument.table()
        {
            self.sink.partial = argument.is_held();
            calls::properties(&mut self.sink, &kind, &known.properties, table, "");
            self.sink.partial = false;
        }
        if let Some(argument) = arguments.get(3) {
            self.options(&kind, &TypeText::new("stack.ResourceOptions"), argument);
        }
        Known::Resource(kind)
    }
}

/// An argument as it is written.
enum Argument<'e> {
    Expression(&'e Expression),
    Text(&'e TokenReference),
    Table(&'e TableConstructor),
    /// A table that a variable holds.
    Held(Rc<Held>),
}

impl Argument<'_> {
    fn is_held(&self) -> bool {
        matches!(self, Self::Held(_))
    }

    fn table(&self) -> Option<&TableConstructor> {
        match self {
            Self::Table(table) => Some(table),
            Self::Held(held) => Some(&held.table),
            Self::Expression(expression) => match literal::of(expression) {
                Literal::Table(table) => Some(table),
                _ => None,
            },
            Self::Text(_) => None,
        }
    }

    fn text(&self) -> Option<(String, Spot)> {
        match self {
            Self::Text(token) => literal::text(token).map(|t| (t, literal::spot(token))),
            Self::Expression(expression) => match literal::of(expression) {
                Literal::Text(Some(text)) => Some((text, literal::spot_of(*expression))),
                _ => None,
            },
            Self::Table(_) | Self::Held(_) => None,
        }
    }
}
