//! A profile's fields on a page: as they are held, and as a form shows them.

use std::collections::BTreeMap;

use recital_domain::{
    accuracy::{Field, FieldKind, fields},
    error::Error,
};
use serde_json::{Map, Value};

use super::say::Say;

/// The fields' names carry a prefix, so that no attribute is taken for the form's own.
pub const PREFIX: &str = "field:";

/// A field on the page.
pub struct FieldView {
    pub id: String,
    pub name: String,
    pub label: String,
    pub kind: FieldKind,
    /// As it is held, readable.
    pub held: String,
    /// That it is not what the person saw last.
    pub changed: Option<String>,
    /// As the form shows it.
    pub entered: String,
    pub problem: Option<String>,
}

impl FieldView {
    /// Ties a problem to its field for those who do not see it.
    pub fn described(&self) -> askama::filters::Safe<String> {
        let tie = |_: &String| format!(" aria-invalid=\"true\" aria-describedby=\"{}-wrong\"", self.id);
        askama::filters::Safe(self.problem.as_ref().map(tie).unwrap_or_default())
    }
}

/// Every field, with what was entered and what is wrong with it.
pub fn field_views(
    say: &Say,
    attributes: &Map<String, Value>,
    error: Option<&Error>,
    entered: &BTreeMap<String, String>,
    changed: impl Fn(&Field) -> Option<String>,
) -> Vec<FieldView> {
    // The form's own faults name the field as the form does, those of the vault as the API does.
    let at_fault = error.and_then(Error::field).unwrap_or_default();
    let at_fault = at_fault.strip_prefix("attributes.").unwrap_or(at_fault).replace('/', ".");
    let view = |(index, field): (usize, Field)| {
        let name = format!("{PREFIX}{}", field.path);
        let wrong = error.filter(|_| field.path.replace('/', ".") == at_fault);
        FieldView {
            id: format!("field-{index}"),
            label: say.label(&field.path),
            held: held(say, &field),
            changed: changed(&field),
            entered: entered.get(&name).unwrap_or(&field.value).clone(),
            problem: wrong.map(|error| say.problem(error.reason())),
            kind: field.kind,
            name,
        }
    };
    fields(attributes).into_iter().enumerate().map(view).collect()
}

/// What is wrong, and with which field.
pub fn problem_of(say: &Say, fields: &[FieldView], error: &Error) -> String {
    let where_it_is = fields.iter().find_map(|field| Some(format!("{}: {}", field.label, field.problem.as_ref()?)));
    where_it_is.unwrap_or_else(|| say.problem(error.reason()))
}

/// A value as people read it.
pub fn held(say: &Say, field: &Field) -> String {
    match (field.kind, field.value.as_str()) {
        (FieldKind::YesOrNo, "true") => say.text("verify-yes"),
        (FieldKind::YesOrNo, _) => say.text("verify-no"),
        (FieldKind::Date, date) => date.parse().map_or_else(|_| date.to_owned(), |date| say.date(date)),
        (_, value) => value.to_owned(),
    }
}
