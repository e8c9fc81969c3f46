//! What goes because nobody declares it any more, what stays all the same, and what must not be lost.

use super::{Action, DESTROYED, Planner, step};
use crate::model::Live;
use dmsrun_base::ResourceId;
use dmsrun_diag::{Diagnostic, Span};

impl Planner<'_> {
    /// What is live and not declared, and the twins.
    pub(super) fn surplus(&mut self) {
        let declared: Vec<&ResourceId> = self.request.declared.iter().map(|d| &d.id).collect();
        let gone = if declared.is_empty() { DESTROYED } else { "is not declared any more" };
        let mut goes: Vec<(&Live, String)> = Vec::new();
        for (id, at) in &self.identified.primary {
            if !declared.contains(&id) {
                goes.push((&self.request.live[*at], gone.to_owned()));
            }
        }
        for (at, why) in &self.identified.twins {
            goes.push((&self.request.live[*at], why.clone()));
        }
        for (live, reason) in goes {
            let shared = self.request.schemas.get(&live.id.kind).is_some_and(|s| s.shared);
            let twin = declared.contains(&&live.id);
            let shields = self.request.shields;
            let retained = live.is_retained() || shields.retain.contains(&live.id);
            if shared || (retained && !twin) {
                let why = if shared { "shared by the account" } else { "retained" };
                self.plan.kept.push((live.id.clone(), why));
                continue;
            }
            let protected = live.is_protected() || shields.protect.contains(&live.id);
            if protected && !twin {
                self.protected(live, None, "deleted");
            }
            self.push(step(Action::Delete, &reason, None, Some(live.clone())));
        }
    }

    /// Refuses what the script or the tags protect. Declaring `protect = false` first takes the mark away.
    pub(super) fn protected(&mut self, live: &Live, span: Option<&Span>, how: &str) {
        self.wrong.push(
            Diagnostic::error("A protected resource would be lost")
                .at(span.cloned())
                .what(format!("{} ({}) is protected and would be {how}", live.id, live.physical))
                .hint("Declare it with protect = false and deploy that first"),
        );
    }
}
