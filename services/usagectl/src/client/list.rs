//! Lists: `{"items":[…],"next_cursor":…}`, page by page.

use serde::Deserialize;
use serde_json::Value;

use super::{Call, Client, ClientError};

/// Items asked for at once: the most that the service gives.
const PAGE_ITEMS: u32 = 1000;

/// One page.
#[derive(Debug, Deserialize)]
pub struct Page {
    /// The items, as the server wrote them.
    pub items: Vec<Value>,
    /// Where the next page begins, if there is one.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

impl Client {
    /// Every item of a list, each page handed over as it comes.
    pub fn pages<E: From<ClientError>>(
        &mut self,
        call: impl Fn() -> Call,
        mut each: impl FnMut(Vec<Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut cursor: Option<String> = None;
        loop {
            let page: Page =
                self.json(&call().query("limit", Some(PAGE_ITEMS)).query("cursor", cursor.as_ref()))?;
            each(page.items)?;
            match page.next_cursor {
                // A cursor that stands still would never end.
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                Some(_) | None => return Ok(()),
            }
        }
    }

    /// A whole list of moderate length.
    pub fn list(&mut self, call: impl Fn() -> Call) -> Result<Vec<Value>, ClientError> {
        let mut items = Vec::new();
        self.pages(call, |page| {
            items.extend(page);
            Ok::<_, ClientError>(())
        })?;
        Ok(items)
    }
}
