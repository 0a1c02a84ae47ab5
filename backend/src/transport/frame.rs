//! `Frame`: a document that does not end, for a hidden iframe.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use echoclock_shared::encode::frame;
use echoclock_shared::transport::Transport;
use http::HeaderValue;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::endless::{Endless, Reader};
use super::{Followed, Query, Source};
use crate::error::Refusal;
use crate::feed::Encoding;
use crate::origin::Allowed;

/// Answers with a hello and the items, a script each.
///
/// # Errors
///
/// Where the query makes no sense, or there are as many as may be.
pub(super) async fn answer<S: Source>(
    State(followed): State<Followed<S>>,
    reader: Reader,
    query: Query,
) -> Result<Response, Refusal> {
    let following = followed.follow(query, Encoding::Frame)?;
    let head = frame::head(&following.hello).into();
    let ping = frame::ping().into();
    let endless = Endless::new(
        following.answer(Transport::Frame, "frame", head, ping),
        &followed.app,
        reader,
    )?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(frame::MEDIA_TYPE)),
        (CONTENT_SECURITY_POLICY, policy(&followed.app.allowed)),
    ];
    Ok((headers, endless).into_response())
}

/// Returns the document's own policy: it may run its scripts, and that is all.
fn policy(allowed: &Allowed) -> HeaderValue {
    let ancestors = allowed.frame_ancestors();
    let policy = format!(
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; \
         frame-ancestors {ancestors}"
    );
    HeaderValue::try_from(policy).expect("origins are plain ASCII")
}
