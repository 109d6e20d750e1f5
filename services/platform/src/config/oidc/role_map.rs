//! What a provider's claims make of somebody here.

use schema::types::Role;
use std::str::FromStr;
use uuid::Uuid;

/// Rules in their order; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMap(Vec<RoleRule>);

/// Whoever has this value of the claim is this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// Compared as it is.
    pub value: String,
    /// Whose user.
    pub organization_id: Uuid,
    /// What they may do.
    pub role: Role,
}

impl RoleMap {
    /// The first rule for any of these values.
    pub fn first_match(&self, values: &[String]) -> Option<&RoleRule> {
        self.0.iter().find(|rule| values.contains(&rule.value))
    }
}

impl FromStr for RoleMap {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rules = text.split(',').map(str::trim).filter(|rule| !rule.is_empty());
        let rules = rules.map(parse_rule).collect::<Result<Vec<_>, _>>()?;
        if rules.is_empty() {
            Err("has no rule, so that nobody could sign in".to_owned())
        } else {
            Ok(Self(rules))
        }
    }
}

fn parse_rule(text: &str) -> Result<RoleRule, String> {
    let rule = || {
        // From behind: a value such as `cn=admins` may have the sign in it.
        let (value, meaning) = text.rsplit_once('=')?;
        let (organization_id, role) = meaning.split_once('/')?;
        let (organization_id, role) = (Uuid::try_parse(organization_id).ok()?, role.parse().ok()?);
        (!value.is_empty()).then(|| RoleRule { value: value.to_owned(), organization_id, role })
    };
    rule().ok_or_else(|| {
        format!("`{text}` is no rule such as admins=00000000-0000-7000-8000-000000000001/operator-admin")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACME: &str = "00000000-0000-7000-8000-000000000003";

    #[test]
    fn the_first_rule_that_fits_is_taken() {
        let map = format!("cn=admins={ACME}/partner-admin, viewers={ACME}/partner-viewer");
        let map: RoleMap = map.parse().unwrap();
        let role = |values: &[&str]| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            map.first_match(&values).map(|rule| rule.role)
        };
        assert_eq!(role(&["viewers", "cn=admins"]), Some(Role::PartnerAdmin));
        assert_eq!(role(&["viewers"]), Some(Role::PartnerViewer));
        assert_eq!(role(&["Viewers", "admins", ""]), None);
        assert_eq!(role(&[]), None);
    }

    #[test]
    fn anything_else_is_no_rule() {
        for wrong in [
            "",
            ",",
            "a",
            "a=b",
            "a=b/partner-admin",
            &format!("a={ACME}/boss"),
            &format!("={ACME}/partner-admin"),
        ] {
            assert!(wrong.parse::<RoleMap>().is_err(), "{wrong}");
        }
    }
}
