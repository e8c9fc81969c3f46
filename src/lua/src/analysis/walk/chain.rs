//! Chains of names, fields and calls: what each part is known to be, and what a call is given.

use super::{Known, PROTECT, Walk, lua51};
use crate::analysis::{
    Spot,
    annotations::Signature,
    calls, codes,
    literal::{self, Key, Literal},
};
use dmsrun_aws::registry;
use full_moon::{
    ast::{Call, Expression, FunctionArgs, FunctionCall, Index, Prefix, Suffix, TableConstructor},
    tokenizer::TokenReference,
};

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

    /// What stands in the first argument's place, where it is written there.
    fn arguments<'e>(args: &'e FunctionArgs) -> Vec<Argument<'e>> {
        match args {
            FunctionArgs::Parentheses { arguments, .. } => {
                arguments.iter().map(Argument::Expression).collect()
            }
            FunctionArgs::String(token) => vec![Argument::Text(token)],
            FunctionArgs::TableConstructor(table) => vec![Argument::Table(table)],
            _ => Vec::new(),
        }
    }

    fn read(&mut self, arguments: &[Argument<'_>], with: &[(&str, Vec<Known>)]) {
        for argument in arguments {
            match argument {
                Argument::Expression(Expression::TableConstructor(table)) => {
                    self.table(table, with)
                }
                Argument::Expression(expression) => {
                    self.expression(expression);
                }
                Argument::Table(table) => self.table(table, with),
                Argument::Text(_) => {}
            }
        }
    }

    fn call(&mut self, known: &Known, args: &FunctionArgs) -> Known {
        let arguments = Self::arguments(args);
        match known {
            Known::Global(name) if name == "require" => {
                self.read(&arguments, &[]);
                self.require(&arguments)
            }
            Known::Operation(service, operation) => {
                self.read(&arguments, &[]);
                if let Some(table) = arguments.first().and_then(Argument::table)
                    && !self.quiet()
                {
                    calls::operation(&mut self.sink, service, operation, table);
                }
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
        self.read(arguments, with);
        let Some(signature) = self.vocabulary.signature(module, name) else {
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
            let class = wanted.class().filter(|c| !c.starts_with("settings."));
            if let (Some(class), Some(table)) = (class, argument.table()) {
                calls::options(&mut self.sink, self.vocabulary, what, class, table);
            }
            if let (Some(words), Some((text, at))) =
                (self.vocabulary.words(wanted), argument.text())
            {
                calls::word(&mut self.sink, &format!("what {what} is given"), &text, &words, at);
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
        let arguments = Self::arguments(args);
        self.read(&arguments, &[]);
        let name = literal::name(token);
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
        match (class.as_str(), name.as_str()) {
            ("stack.Stack", "add") => self.add(&arguments),
            ("migration.Migration", "stack") => Known::Object("stack.Stack".to_owned()),
            // A builder gives itself, so that one rule after another can be added.
            ("mappings.Selection" | "mappings.Transform" | "mappings.Record", _) => known.clone(),
            _ => Known::Unknown,
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
        if !self.quiet() {
            if let Some(table) = arguments.get(2).and_then(Argument::table) {
                calls::properties(&mut self.sink, &kind, &known.properties, table, "");
            }
            if let Some(table) = arguments.get(3).and_then(Argument::table) {
                calls::options(
                    &mut self.sink,
                    self.vocabulary,
                    &kind,
                    "stack.ResourceOptions",
                    table,
                );
            }
        }
        Known::Resource(kind)
    }
}

/// An argument as it is written.
#[derive(Clone, Copy)]
enum Argument<'e> {
    Expression(&'e Expression),
    Text(&'e TokenReference),
    Table(&'e TableConstructor),
}

impl<'e> Argument<'e> {
    fn table(&self) -> Option<&'e TableConstructor> {
        match self {
            Self::Table(table) => Some(table),
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
            Self::Table(_) => None,
        }
    }
}
