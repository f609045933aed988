//! Every table that holds something of a data subject: how it is exported (Article 15), how it is erased (Article 17),
//! and how its absence is shown afterwards.
//!
//! A table with a `subject_id`, or with a personal column, stands here or the tests fail: nothing a person is owed is
//! forgotten because a room was added. Packages, erasures and certificates all read this one list.

mod absence;
mod data_map;
mod export;
mod path;
mod rows;
mod slice;

pub use absence::{Found, KeptRows, find_all};
pub use data_map::data_map;
pub use export::{OpenFile, Person, Scope, next_file, sections};
pub use slice::{Batch, Slice};

use futures::future::BoxFuture;
use recital_entities::{
    accounts::{account_links, account_sessions, accounts},
    accuracy::reverifications,
    consent::{consent_confirmations, consent_events, consents, objections, preference_links},
    requests::{export_packages, subject_requests},
    retention::legal_holds,
    vault::{files, profile_versions, profiles, records, restrictions, subject_keys, tokens},
};
use serde_json::Value;

use self::rows::{BySubject, Identifiers, Rows};
use crate::error::Result;

/// What one table holds of a subject.
pub struct Part {
    pub table: &'static str,
    pub export: Export,
    pub fate: Fate,
    rows: Option<&'static dyn Rows>,
}

/// Where a package shows it.
pub enum Export {
    /// Under this name, at once: there is one, or a few.
    Whole(&'static str, for<'a> fn(&'a Person<'a>) -> BoxFuture<'a, Result<Value>>),
    /// Under this name, in turns: there may be any number.
    Rows(&'static str, for<'a> fn(&'a Person<'a>, Slice) -> BoxFuture<'a, Result<Batch>>),
    /// Within the section of that name.
    Within(&'static str),
    /// Not at all, and why.
    No(&'static str),
}

/// What an erasure does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Erased,
    /// The row stays, empty of everything that told who it was.
    Emptied,
    /// It stays on this ground. What is sealed in it cannot be opened any more once the subject's key is gone.
    Kept(&'static str),
    /// It is not about the tenant's data subjects.
    NotOfSubjects,
}

const PROOF_OF_CONSENT: &str = "GDPR Article 7(1) and 17(3)(b): proof that consent was given or withdrawn; holds no \
                                identifier";
const PROOF_OF_HANDLING: &str =
    "GDPR Article 5(2) and 17(3)(b): proof that requests were answered; holds no identifier";
const PROOF_OF_ACCURACY: &str = "GDPR Article 5(1)(d) and 5(2): when data was verified; holds names of fields, no identifier \
                                 and no link";
const ONE_LAST_MAIL: &str = "GDPR Article 12(3): the person is told that they were erased; deleted with the mail";
const UNTIL_LOOKED_UP: &str = "GDPR Article 12(2): what was asked for under an address, until it has been looked up; a \
                               keyed hash stays for a day, so that nobody is written to again and again";
const LEGAL_CLAIMS: &str = "GDPR Article 17(3)(e): establishment, exercise or defence of legal claims";
const TENANTS_OWN: &str = "is about the tenant's own staff and affairs";

/// The list.
pub static PARTS: &[Part] = &[
    Part {
        table: "subjects",
        export: Export::Whole("subject", |person| Box::pin(export::subject(person))),
        fate: Fate::Emptied,
        rows: Some(&Identifiers),
    },
    Part {
        table: "profiles",
        export: Export::Whole("profile", |person| Box::pin(export::profile(person))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<profiles::Entity>(profiles::Column::SubjectId)),
    },
    Part {
        table: "profile_versions",
        export: Export::Whole("profileHistory", |person| Box::pin(export::profile_history(person))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<profile_versions::Entity>(profile_versions::Column::SubjectId)),
    },
    Part {
        table: "records",
        export: Export::Rows("records", |person, slice| Box::pin(export::records(person, slice))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<records::Entity>(records::Column::SubjectId)),
    },
    Part {
        table: "files",
        export: Export::Rows("files", |person, slice| Box::pin(export::files(person, slice))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<files::Entity>(files::Column::SubjectId)),
    },
    Part {
        table: "tokens",
        export: Export::Rows("tokens", |person, slice| Box::pin(export::tokens(person, slice))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<tokens::Entity>(tokens::Column::SubjectId)),
    },
    Part {
        table: "consents",
        export: Export::Whole("consents", |person| Box::pin(export::consents(person))),
        fate: Fate::Kept(PROOF_OF_CONSENT),
        rows: Some(&BySubject::<consents::Entity>(consents::Column::SubjectId)),
    },
    Part {
        table: "consent_events",
        export: Export::Rows("consentHistory", |person, slice| Box::pin(export::consent_history(person, slice))),
        fate: Fate::Kept(PROOF_OF_CONSENT),
        rows: Some(&BySubject::<consent_events::Entity>(consent_events::Column::SubjectId)),
    },
    Part {
        table: "consent_confirmations",
        export: Export::No("is a mailed link; what was decided with it stands among the consents"),
        fate: Fate::Erased,
        rows: Some(&BySubject::<consent_confirmations::Entity>(consent_confirmations::Column::SubjectId)),
    },
    Part {
        table: "preference_links",
        export: Export::No("is a link to the person's own page"),
        fate: Fate::Erased,
        rows: Some(&BySubject::<preference_links::Entity>(preference_links::Column::SubjectId)),
    },
    Part {
        table: "accounts",
        export: Export::Whole("account", |person| Box::pin(export::account(person))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<accounts::Entity>(accounts::Column::SubjectId)),
    },
    Part {
        table: "account_sessions",
        export: Export::Whole("signIns", |person| Box::pin(export::sign_ins(person))),
        fate: Fate::Erased,
        rows: Some(&BySubject::<account_sessions::Entity>(account_sessions::Column::SubjectId)),
    },
    Part {
        table: "account_links",
        export: Export::No("is a mailed link that works for a day at most"),
        fate: Fate::Erased,
        rows: Some(&BySubject::<account_links::Entity>(account_links::Column::SubjectId)),
    },
    Part {
        table: "objections",
        export: Export::Whole("objections", |person| Box::pin(export::objections(person))),
        fate: Fate::Kept(PROOF_OF_HANDLING),
        rows: Some(&BySubject::<objections::Entity>(objections::Column::SubjectId)),
    },
    Part {
        table: "restrictions",
        export: Export::Whole("restrictions", |person| Box::pin(export::restrictions(person))),
        fate: Fate::Kept(PROOF_OF_HANDLING),
        rows: Some(&BySubject::<restrictions::Entity>(restrictions::Column::SubjectId)),
    },
    Part {
        table: "reverifications",
        export: Export::Whole("reverifications", |person| Box::pin(export::reverifications(person))),
        fate: Fate::Kept(PROOF_OF_ACCURACY),
        rows: Some(&BySubject::<reverifications::Entity>(reverifications::Column::SubjectId)),
    },
    Part {
        table: "subject_requests",
        export: Export::Whole("requests", |person| Box::pin(export::requests(person))),
        fate: Fate::Kept(PROOF_OF_HANDLING),
        rows: Some(&BySubject::<subject_requests::Entity>(subject_requests::Column::SubjectId)),
    },
    Part {
        table: "request_events",
        export: Export::Within("requests"),
        fate: Fate::Kept(PROOF_OF_HANDLING),
        rows: None,
    },
    Part {
        table: "export_packages",
        export: Export::No("is a copy of what the other sections hold"),
        fate: Fate::Erased,
        rows: Some(&BySubject::<export_packages::Entity>(export_packages::Column::SubjectId)),
    },
    Part {
        table: "last_addresses",
        export: Export::No("holds an address for one last mail, and only once its person is erased"),
        fate: Fate::Kept(ONE_LAST_MAIL),
        rows: None,
    },
    Part {
        table: "centre_asks",
        export: Export::No("holds an address and a note until it has been looked up, which takes a moment"),
        fate: Fate::Kept(UNTIL_LOOKED_UP),
        rows: None,
    },
    Part {
        table: "legal_holds",
        export: Export::Whole("legalHolds", |person| Box::pin(export::legal_holds(person))),
        fate: Fate::Kept(LEGAL_CLAIMS),
        rows: Some(&BySubject::<legal_holds::Entity>(legal_holds::Column::SubjectId)),
    },
    Part {
        table: "audit_entries",
        export: Export::Rows("auditTrail", |person, slice| Box::pin(export::audit_trail(person, slice))),
        fate: Fate::Kept(PROOF_OF_HANDLING),
        rows: None,
    },
    Part {
        table: "subject_keys",
        export: Export::No("is key material"),
        fate: Fate::Erased,
        rows: Some(&BySubject::<subject_keys::Entity>(subject_keys::Column::SubjectId)),
    },
    Part { table: "tenant_keys", export: Export::No(TENANTS_OWN), fate: Fate::NotOfSubjects, rows: None },
    Part { table: "members", export: Export::No(TENANTS_OWN), fate: Fate::NotOfSubjects, rows: None },
    Part { table: "incidents", export: Export::No(TENANTS_OWN), fate: Fate::NotOfSubjects, rows: None },
    Part { table: "attestations", export: Export::No(TENANTS_OWN), fate: Fate::NotOfSubjects, rows: None },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use recital_entities::{Class, Scope as TableScope, tables};

    use super::*;

    #[test]
    fn every_table_with_a_subject_or_a_personal_column_is_registered() {
        let of_people = tables().into_iter().filter(|table| {
            let personal = |(name, class): &(String, Class)| {
                name == "subject_id" || matches!(class, Class::Personal | Class::Special)
            };
            table.scope == TableScope::Tenant && table.columns.iter().any(personal)
        });
        let registered: BTreeSet<_> = PARTS.iter().map(|part| part.table.to_owned()).collect();
        let forgotten: Vec<_> = of_people.map(|table| table.name).filter(|name| !registered.contains(name)).collect();
        assert!(forgotten.is_empty(), "say in subject_data how these are exported and erased: {forgotten:?}");
    }

    #[test]
    fn every_registered_table_exists_and_stands_here_once() {
        let existing: BTreeSet<_> = tables().into_iter().map(|table| table.name).collect();
        let mut seen = BTreeSet::new();
        for part in PARTS {
            assert!(existing.contains(part.table), "{}", part.table);
            assert!(seen.insert(part.table), "{}", part.table);
        }
    }

    #[test]
    fn whether_something_was_erased_can_be_looked_up() {
        for part in PARTS {
            let removes = matches!(part.fate, Fate::Erased | Fate::Emptied);
            assert!(!removes || part.rows.is_some(), "{}", part.table);
        }
    }

    #[test]
    fn every_section_within_another_names_one_that_is_there() {
        let sections: BTreeSet<_> = PARTS
            .iter()
            .filter_map(|part| match part.export {
                Export::Whole(name, _) | Export::Rows(name, _) => Some(name),
                Export::Within(_) | Export::No(_) => None,
            })
            .collect();
        for part in PARTS {
            if let Export::Within(section) = part.export {
                assert!(sections.contains(section), "{}", part.table);
            }
        }
    }
}
