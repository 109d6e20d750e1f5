//! A caller of tus, who asks how far it came whenever there was no answer.

use e2e::Answer;
use ureq::Agent;
use ureq::http::Request;

use super::Mortal;

impl Mortal {
    /// Begins a file of so many bytes, and returns where it is; the same key is the same file.
    pub fn begin_resumable(&mut self, key: &str, bytes: usize) -> String {
        let length = bytes.to_string();
        let headers = [("idempotency-key", key), ("upload-length", &length)];
        let begun = self.tus("POST", "/v1/uploads/resumable", &headers).expect(201);
        begun.header("location").to_owned()
    }

    /// Sends a file in so many parts.
    pub fn send_resumable(&mut self, place: &str, file: &[u8], parts: usize) {
        loop {
            let offset: usize =
                self.tus("HEAD", place, &[]).expect(200).header("upload-offset").parse().unwrap();
            if offset == file.len() {
                return;
            }
            let end = file.len().min(offset + file.len().div_ceil(parts));
            let from = offset.to_string();
            let headers =
                [("upload-offset", from.as_str()), ("content-type", "application/offset+octet-stream")];
            // Whatever is answered, if anything: what is there counts.
            self.until("a process to take a part", |mortal| {
                let _ = mortal.try_tus("PATCH", place, &headers, &file[offset..end]);
                Some(())
            });
        }
    }

    /// Gives a file up; after a death it may be gone already.
    pub fn give_up_resumable(&mut self, place: &str) {
        let status = self.tus("DELETE", place, &[]).status;
        assert!([204, 404].contains(&status), "{status}");
        self.tus("HEAD", place, &[]).expect(404);
    }

    fn tus(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.answer(|mortal| mortal.try_tus(method, path, headers, b""))
    }

    fn try_tus(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Answer> {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.service.server()))
            .header("authorization", format!("Bearer {}", self.acme.token()))
            .header("tus-resumable", "1.0.0");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = if body.is_empty() {
            agent.run(request.body(()).unwrap())
        } else {
            agent.run(request.body(body).unwrap())
        };
        Answer::try_read(answer.ok()?)
    }
}
