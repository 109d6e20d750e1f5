//! Files that come in parts.

mod crashes;
mod ends;
mod parts;
mod requests;
mod who;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use schema::types::Role;
use test_support::tenants::ACME;
use uuid::Uuid;

use crate::world::{Answer, World};

const PATH: &str = "/v1/uploads/resumable";

/// A request of tus with this token.
fn tus_by(token: &str, method: Method, path: &str) -> TestRequest {
    TestRequest::default()
        .method(method)
        .uri(path)
        .insert_header(("authorization", format!("Bearer {token}")))
        .insert_header(("tus-resumable", "1.0.0"))
}

/// A request of tus by Acme's administrator.
fn tus(world: &World, method: Method, path: &str) -> TestRequest {
    tus_by(&world.token(ACME, Role::PartnerAdmin), method, path)
}

/// Begins an upload, and returns its path.
async fn begin(world: &World, length: usize) -> String {
    let request = tus(world, Method::POST, PATH).insert_header(("upload-length", length.to_string()));
    let answer = world.send(request).await;
    assert_eq!(answer.status, 201, "{:?}", answer.json);
    answer.header("location").unwrap().to_owned()
}

fn patch_of(request: TestRequest, offset: usize) -> TestRequest {
    request
        .insert_header(("content-type", "application/offset+octet-stream"))
        .insert_header(("upload-offset", offset.to_string()))
}

/// Sends bytes of an upload.
async fn patch(world: &World, path: &str, offset: usize, bytes: &[u8]) -> Answer {
    world.send(patch_of(tus(world, Method::PATCH, path), offset).set_payload(bytes.to_vec())).await
}

async fn head(world: &World, path: &str) -> Answer {
    world.send(tus(world, Method::HEAD, path)).await
}

/// Where an upload is.
async fn offset(world: &World, path: &str) -> usize {
    let answer = head(world, path).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, Some("no-store")));
    answer.header("upload-offset").unwrap().parse().unwrap()
}

fn id(path: &str) -> Uuid {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

impl World {
    /// Files that come in parts and are not whole, or not recorded.
    fn partial_files(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("partial")).map_or(0, Iterator::count)
    }
}
