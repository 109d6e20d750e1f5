//! In which of several forms an answer is wanted.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, Accept, Header, Quality, QualityItem};
use actix_web::mime::Mime;

/// The form that the request accepts most, or the first where it does not say; none when it accepts none of them. The
/// preferred one comes first, each with its media type.
pub fn accepted<T: Copy>(request: &HttpRequest, forms: &[(T, &str)]) -> Option<T> {
    if !request.headers().contains_key(ACCEPT) {
        return forms.first().map(|(form, _)| *form);
    }
    let ranges = Accept::parse(request).map(|accept| accept.0).unwrap_or_default();
    // `max_by_key` keeps the last of equals, and the preferred form comes first.
    let rated =
        forms.iter().rev().filter_map(|(form, media_type)| Some((*form, rating(media_type, &ranges)?)));
    rated.max_by_key(|(_, rating)| *rating).map(|(form, _)| form)
}

/// How much a media type is wanted, and how exactly it was named (RFC 9110, 12.5.1); none when it is not.
fn rating(media_type: &str, ranges: &[QualityItem<Mime>]) -> Option<(Quality, usize)> {
    let exactness = |range: &Mime| {
        let (kind, _) = media_type.split_once('/')?;
        match range.essence_str() {
            "*/*" => Some(0),
            essence if essence == media_type => Some(2),
            essence => (essence.strip_suffix("/*") == Some(kind)).then_some(1),
        }
    };
    let matching = ranges.iter().filter_map(|range| Some((exactness(&range.item)?, range.quality)));
    let (exactness, quality) = matching.max_by_key(|(exactness, _)| *exactness)?;
    (quality > Quality::ZERO).then_some((quality, exactness))
}
