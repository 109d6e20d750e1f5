//! Who asks comes before what is asked; and how often somebody asks before what they may.

use actix_web::dev::{Payload, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::{App, FromRequest, HttpRequest, HttpResponse, get, web};
use futures_util::future::LocalBoxFuture;
use platform::auth::{
    Auth, Authorized, Claims, KeyRing, METER_TOKEN_PREFIX, MayRead, OpaqueToken, User, decided,
    generate_key_pem,
};
use platform::clock::Clock;
use platform::config::LimitSettings;
use platform::limits::{Limits, limit_requests};
use platform::problem::ApiError;
use schema::types::Role;
use secrecy::ExposeSecret;
use std::sync::Arc;
use test_support::database::TestDatabase;
use test_support::tenants::ACME;
use uuid::Uuid;

use crate::auth::register_meter;
use crate::support::db;

/// What the query says: nothing that can be right.
struct Wrong;

impl FromRequest for Wrong {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            decided(&request).await;
            Err(ApiError::invalid(Vec::new()))
        })
    }
}

#[get("/right-first")]
async fn right_first(_: Authorized<MayRead>, _: Wrong) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/right-last")]
async fn right_last(_: Wrong, _: Authorized<MayRead>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/open")]
async fn open(_: Wrong) -> HttpResponse {
    HttpResponse::Ok().finish()
}

#[get("/read")]
async fn read(_: Authorized<MayRead>) -> HttpResponse {
    HttpResponse::Ok().finish()
}

struct World {
    auth: Auth,
    limits: Limits,
    _database: TestDatabase,
}

impl World {
    fn new(settings: LimitSettings) -> Self {
        let database = TestDatabase::with_tenants();
        let db = db(&database);
        let limits = Limits::new(settings, db.clone(), Clock::machine());
        let keys = Arc::new(KeyRing::from_pems(&[generate_key_pem().unwrap()]).unwrap());
        Self { auth: Auth { keys, db }, limits, _database: database }
    }

    async fn get(&self, path: &str, token: &str) -> ServiceResponse {
        let app = App::new()
            .app_data(web::Data::new(self.auth.clone()))
            .app_data(web::Data::new(self.limits.clone()))
            .service(right_first)
            .service(right_last)
            .service(open)
            .service(read)
            .wrap(from_fn(limit_requests));
        let request = TestRequest::get().uri(path).peer_addr("203.0.113.9:1".parse().unwrap());
        let request = request.insert_header(("authorization", format!("Bearer {token}")));
        test::call_service(&test::init_service(app).await, request.to_request()).await.map_into_boxed_body()
    }

    fn token(&self, user: u128, organization_id: Uuid) -> String {
        let user = User { id: Uuid::from_u128(user), organization_id, role: Role::PartnerAdmin };
        let claims = Claims::new(&user, Clock::machine().machine_now());
        self.auth.keys.sign(&claims).unwrap().expose_secret().to_owned()
    }

    /// Asks until it is refused: over two minutes at most, if one ends in between.
    async fn until_refused(&self, limit: u32, token: &str) -> ServiceResponse {
        for _ in 0..=2 * limit {
            let answer = self.get("/read", token).await;
            if answer.status() == 429 {
                return answer;
            }
        }
        panic!("more than {limit} a minute");
    }
}

fn header<'a>(answer: &'a ServiceResponse, name: &str) -> &'a str {
    answer.headers().get(name).unwrap_or_else(|| panic!("no {name}")).to_str().unwrap()
}

#[actix_web::test]
async fn what_is_wrong_is_told_to_those_who_may_ask() {
    let world = World::new(LimitSettings::default());
    let meter = OpaqueToken::generate(METER_TOKEN_PREFIX).unwrap();
    register_meter(&world.auth.db, &meter).await;
    let user = world.token(1, ACME);
    for (who, token, status) in [
        ("nobody", "nonsense", 401),
        // The database has to be asked for these two.
        ("an unknown meter", "umt_nobody", 401),
        ("a meter", meter.text.expose_secret(), 403),
        ("a user", &user, 422),
    ] {
        for path in ["/right-first", "/right-last"] {
            assert_eq!(world.get(path, token).await.status(), status, "{who} {path}");
        }
        assert_eq!(world.get("/open", token).await.status(), 422, "{who}");
    }
}

#[actix_web::test]
async fn a_user_has_a_limit_and_an_organization_another() {
    let world = World::new(LimitSettings { address: 1000, user: 3, organization: 5, sign_in: 0 });
    let (one, other) = (world.token(1, ACME), world.token(2, ACME));
    let first = world.get("/read", &one).await;
    assert_eq!((first.status().as_u16(), header(&first, "ratelimit-remaining")), (200, "2"));
    let policy = r#"1000;w=60;comment="address", 3;w=60;comment="user", 5;w=60;comment="organization""#;
    assert_eq!(header(&first, "ratelimit-policy"), policy);
    let refused = world.until_refused(3, &one).await;
    assert_eq!((header(&refused, "ratelimit-limit"), header(&refused, "ratelimit-remaining")), ("3", "0"));
    assert_eq!(header(&refused, "retry-after"), header(&refused, "ratelimit-reset"));
    // The other's own are not used up: it ends by the organization's, or a minute ended on the way.
    let refused = world.until_refused(5, &other).await;
    assert!(["3", "5"].contains(&header(&refused, "ratelimit-limit")));
    let elsewhere = world.token(3, Uuid::from_u128(4));
    assert_eq!(world.get("/read", &elsewhere).await.status(), 200);
    let nobody = world.get("/read", "nonsense").await;
    assert_eq!((nobody.status().as_u16(), header(&nobody, "ratelimit-limit")), (401, "1000"));
}
