//! What a person with a browser does at the provider: follow, log in, agree.

use std::collections::BTreeMap;

use ureq::http::Response;
use ureq::{Agent, Body};

/// More steps than any sign-in has.
const STEPS_MAX: usize = 20;

/// A browser of somebody.
pub struct Browser {
    agent: Agent,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Signs somebody in at this address, in a new browser; returns where they are sent back to.
    pub fn sign_in(url: &str, name: &str) -> String {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let config = config.max_redirects_will_error(false);
        let config = if url.starts_with("https:") { config.tls_config(e2e::trust()) } else { config };
        Self { agent: config.build().into(), cookies: BTreeMap::new() }.walk(url, name)
    }

    fn walk(mut self, url: &str, name: &str) -> String {
        let mut url = url.to_owned();
        let mut form = None;
        for _ in 0..STEPS_MAX {
            let mut answer = self.ask(&url, form.take());
            if let Some(location) = answer.headers().get("location") {
                url = absolute(&url, location.to_str().unwrap());
                if url.starts_with("http://127.0.0.1") && url.contains("/callback?") {
                    return url;
                }
                continue;
            }
            let page = answer.body_mut().read_to_string().unwrap();
            assert_eq!(answer.status(), 200, "{url}: {page}");
            form = Some(match attribute(&page, "name=\"prompt\" value=\"") {
                "login" => vec![("prompt", "login"), ("login", name), ("password", "x")],
                prompt => vec![("prompt", if prompt == "consent" { "consent" } else { panic!("{page}") })],
            });
            url = absolute(&url, attribute(&page, "action=\""));
        }
        panic!("no end at {url}");
    }

    fn ask(&mut self, url: &str, form: Option<Vec<(&str, &str)>>) -> Response<Body> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let answer = match form {
            Some(form) => self.agent.post(url).header("cookie", cookies).send_form(form),
            None => self.agent.get(url).header("cookie", cookies).call(),
        };
        let answer = answer.expect("the provider answers");
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }
}

/// A location as seen from a page.
fn absolute(page: &str, location: &str) -> String {
    if location.starts_with("http") {
        return location.to_owned();
    }
    let origin: String = page.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
    format!("{origin}{location}")
}

/// What stands behind this, up to the quotation mark.
#[track_caller]
fn attribute<'p>(page: &'p str, before: &str) -> &'p str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once('"').unwrap().0
}

/// A parameter of an address.
#[track_caller]
pub fn parameter(url: &str, name: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let pair = pairs.find(|(found, _)| found == name).unwrap_or_else(|| panic!("no {name} in {url}"));
    pair.1.into_owned()
}
