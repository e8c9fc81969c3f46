//! What may have to be replaced: a property that can't be changed refers to something that is still to
//! be made. Its value may turn out to be the one that is there, or another; the apply decides, and the
//! plan says so before anybody agrees to it.

use super::{Outcome, Planner, replaces};
use crate::{
    diff::Difference,
    model::{Declared, Live, Schema},
};
use dmsrun_base::ResourceId;
use dmsrun_diag::Diagnostic;

impl Planner<'_> {
    /// The reason why a resource may have to be replaced once all is known; `None` where it stays
    /// whatever comes.
    pub(super) fn may_be_replaced(
        &self,
        schema: &Schema,
        declared: &Declared,
        live: &Live,
        differences: &[Difference],
    ) -> Option<String> {
        if schema.shared {
            return None;
        }
        let by_property = |d: &Difference| self.may_follow(schema, declared, live, d);
        differences.iter().find_map(by_property).or_else(|| {
            let uncertain =
                |t: &&ResourceId| matches!(self.outcomes.get(*t), Some(Outcome::Uncertain));
            let target = declared.replace_with.iter().find(uncertain)?;
            Some(format!("goes with {target}, which may be replaced"))
        })
    }

    fn may_follow(
        &self,
        schema: &Schema,
        declared: &Declared,
        live: &Live,
        difference: &Difference,
    ) -> Option<String> {
        if !difference.is_unknown() {
            return None;
        }
        let name = difference.property();
        let fixed = live.fixed.get(name).map(String::as_str);
        let why = replaces(&schema.properties, &difference.path).or(fixed)?;
        let why = if why.is_empty() { "it can't be changed" } else { why };
        let value = declared.properties.get(name)?;
        let mut targets = value.references().into_iter().map(|r| &r.target);
        let told = targets.find_map(|target| match self.outcomes.get(target)? {
            Outcome::Created => Some(format!("follows {target}, which does not exist yet")),
            Outcome::Uncertain => Some(format!("follows {target}, which may be replaced")),
            Outcome::Stays(_) | Outcome::Replaced => None,
        });
        let told = told.unwrap_or_else(|| "is known after apply".to_owned());
        Some(format!("`{name}` {told}; {why}"))
    }

    /// Refuses what is protected, as for a replacement that is certain: nobody can say no to it once
    /// the apply has come that far.
    pub(super) fn protected_maybe(&mut self, declared: &Declared, live: &Live, reason: &str) {
        if !declared.protect && !live.is_protected() {
            return;
        }
        let diagnostic = Diagnostic::error("A protected resource may be lost")
            .at(declared.span.clone())
            .what(format!(
                "{} ({}) is protected and may have to be replaced",
                declared.id, live.physical
            ));
        self.wrong.push(diagnostic);
        self.explain_loss(declared, reason);
    }

    /// Says of the refusal that was made last why it would come to that. What follows something that is
    /// missing can't be freed by another deploy: that would be refused as well.
    pub(super) fn explain_loss(&mut self, declared: &Declared, reason: &str) {
        let Some(mut diagnostic) = self.wrong.pop() else { return };
        diagnostic = diagnostic.why(format!("{reason}; nothing was changed"));
        let missing = |t: &&ResourceId| {
            matches!(self.outcomes.get(*t), Some(Outcome::Created | Outcome::Uncertain))
        };
        if let Some(target) = declared.targets().into_iter().find(missing) {
            diagnostic = diagnostic
                .hint(format!("Where {target} is there, own it again: the verb adopt {target} ID"))
                .hint(format!(
                    "Or let go of this one, it stays as it is: the verb forget {}",
                    declared.id
                ));
        }
        self.wrong.push(diagnostic);
    }
}
