//! Lists page by page: keyset cursors, so that a page begins where the one before ended, whatever came in between.

mod place;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use self::place::Place;
use crate::request::{Fields, FromFields};

const LIMIT_MAX: i64 = 1000;
const LIMIT_DEFAULT: i64 = 100;

/// Which page is wanted; `C` is the place of an item in the list's order.
#[derive(Debug, Clone)]
pub struct PageRequest<C> {
    /// Items at most.
    pub limit: i64,
    /// The last item of the page before.
    pub after: Option<C>,
}

/// The parameters of every list.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the parameters, which PageRequest reads")]
pub struct PageParams {
    /// Items of the page at most.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before; the other parameters must be the same as there.
    cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// In the list's order, which is stable.
    pub items: Vec<T>,
    /// For the parameter `cursor` of the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl<C> Default for PageRequest<C> {
    fn default() -> Self {
        Self { limit: LIMIT_DEFAULT, after: None }
    }
}

impl<C: DeserializeOwned + Place> FromFields for PageRequest<C> {
    fn from_fields(fields: &mut Fields) -> Option<Self> {
        let limit = fields.optional("limit", parse_limit).unwrap_or(LIMIT_DEFAULT);
        let after = fields.optional("cursor", parse_cursor);
        Some(Self { limit, after })
    }
}

impl<C: DeserializeOwned + Place> PageRequest<C> {
    /// None when nothing was said of pages.
    pub fn if_asked(fields: &mut Fields) -> Option<Self> {
        let asked = fields.has("limit") || fields.has("cursor");
        Self::from_fields(fields).filter(|_| asked)
    }
}

impl<C> PageRequest<C> {
    /// What to ask the database for: one more than shown tells whether there is a next page.
    pub const fn fetch(&self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// Cuts what was fetched to the page's length and says where the next one begins.
    pub fn cut<T>(&self, mut fetched: Vec<T>, place: impl FnOnce(&T) -> C) -> (Vec<T>, Option<String>)
    where
        C: Serialize,
    {
        let length = usize::try_from(self.limit).unwrap_or(usize::MAX);
        if fetched.len() <= length {
            return (fetched, None);
        }
        fetched.truncate(length);
        let next = fetched.last().and_then(|last| encode(&place(last)));
        (fetched, next)
    }
}

fn parse_limit(text: &str) -> Result<i64, String> {
    let limit = text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| format!("is no number from 1 to {LIMIT_MAX}"))
}

fn parse_cursor<C: DeserializeOwned + Place>(text: &str) -> Result<C, String> {
    let json = URL_SAFE_NO_PAD.decode(text).ok();
    let place = json.and_then(|json| serde_json::from_slice(&json).ok());
    place.filter(C::can_be_stored).ok_or_else(|| "is no next_cursor of this list".to_owned())
}

/// Places are ids, times and short texts, which always have a JSON form.
fn encode(place: &impl Serialize) -> Option<String> {
    serde_json::to_vec(place).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDate, Utc};

    fn page(limit: i64) -> PageRequest<(i32, String)> {
        PageRequest { limit, after: None }
    }

    #[test]
    fn the_last_page_has_no_next() {
        let place = |item: &i32| (*item, "é".to_owned());
        assert_eq!(page(2).cut(vec![1, 2], place), (vec![1, 2], None));
        let (items, next) = page(2).cut(vec![1, 2, 3], place);
        assert_eq!(items, [1, 2]);
        assert_eq!(parse_cursor::<(i32, String)>(&next.unwrap()), Ok((2, "é".to_owned())));
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let nul = URL_SAFE_NO_PAD.encode(r#"[1,"\u0000"]"#);
        for text in ["", "x", "bm8", nul.as_str()] {
            assert!(parse_cursor::<(i32, String)>(text).is_err(), "{text}");
        }
        for year in ["+262142", "-262143", "+10000", "-0001"] {
            let time = URL_SAFE_NO_PAD.encode(format!(r#""{year}-01-01T00:00:00Z""#));
            assert!(parse_cursor::<DateTime<Utc>>(&time).is_err(), "{year}");
            let day = URL_SAFE_NO_PAD.encode(format!(r#""{year}-01-01""#));
            assert!(parse_cursor::<NaiveDate>(&day).is_err(), "{year}");
        }
        for text in ["0", "1001", "-1", "", "ten"] {
            assert!(parse_limit(text).is_err(), "{text}");
        }
    }
}
