//! The answers of an operation: one enum each, with exactly the refusals that it can give.

use super::problem::Problem;

/// The answers of one operation.
pub trait Answer: Sized {
    /// The answer that refuses.
    ///
    /// # Errors
    /// The problem itself where the operation does not declare its status: it is answered all the same.
    fn refuse(problem: Box<Problem>) -> Result<Self, Box<Problem>>;
}

/// Declares the answers of one operation: what it does, then the kinds of refusal that it can give.
///
/// ```text
/// answers! {
///     /// Submitting a draft.
///     SubmitDraft {
///         /// It waits for a second signature.
///         #[oai(status = 200)]
///         Submitted(Json<DraftBody>, #[oai(header = "ETag")] String),
///     }
///     refuses [Unauthenticated Forbidden NotFound Conflict Stale Invalid Internal Unavailable]
/// }
/// ```
macro_rules! answers {
    ($(#[$doc:meta])* $name:ident { $($own:tt)* } refuses [$($kind:ident)*]) => {
        $crate::http::answers::answers!(@grow [$(#[$doc])*] $name [$($own)*] [] $($kind)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Malformed $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (400 Malformed "The request or a parameter is malformed.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Unauthenticated $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (401 Unauthenticated "Nobody is signed in, or the proof of it is wrong.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Forbidden $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (403 Forbidden "A role, a scope or the CSRF token is missing, or a rule forbids it.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] NotFound $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (404 NotFound "There is no such thing.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Conflict $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (409 Conflict "It is not in a state that allows this, or somebody was quicker.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Stale $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (412 Stale "What was seen is not current any more; `current` is, and `differences` compares.")]
            $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] TooLarge $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (413 TooLarge "The body is too large.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] UnsupportedType $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (415 UnsupportedType "This type of content is not taken.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Invalid $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (422 Invalid "Fields are wrong; `fields` names each of them.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] PreconditionRequired $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (428 PreconditionRequired "`If-Match` is missing.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] TooMany $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (429 TooMany "Too many attempts; `Retry-After` says how long to wait." Option<u64>)] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Internal $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (500 Internal "Unexpected; `reference` names the log entry.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Upstream $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (502 Upstream "Pinterest did not answer as it should.")] $($rest)*);
    };
    (@grow $doc:tt $name:ident $own:tt [$($done:tt)*] Unavailable $($rest:ident)*) => {
        $crate::http::answers::answers!(@grow $doc $name $own
            [$($done)* (503 Unavailable "Not now; `Retry-After` says when trying again may work." Option<u64>)] $($rest)*);
    };
    (@grow [$(#[$doc:meta])*] $name:ident [$($own:tt)*] [$(($status:literal $kind:ident $words:literal $($wait:ty)?))*]) => {
        $(#[$doc])*
        #[derive(poem_openapi::ApiResponse)]
        enum $name {
            $($own)*
            $(#[doc = $words]
            #[oai(status = $status, content_type = "application/problem+json")]
            $kind(
                poem_openapi::payload::Json<$crate::http::problem::Problem>,
                $(#[oai(header = "Retry-After")] $wait,)?
            ),)*
        }

        impl $crate::http::answers::Answer for $name {
            fn refuse(
                problem: Box<$crate::http::problem::Problem>,
            ) -> Result<Self, Box<$crate::http::problem::Problem>> {
                let _retry_after = problem.retry_after;
                match problem.status {
                    $($status => Ok(Self::$kind(
                        poem_openapi::payload::Json(*problem),
                        $(<$wait>::from(_retry_after),)?
                    )),)*
                    _ => Err(problem),
                }
            }
        }
    };
}

pub(crate) use answers;
