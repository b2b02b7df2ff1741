//! What the log tells of the process itself: that it started, under which rule, and that it stopped in order.

use countersign_entities::vocabulary::ReviewRule;

use crate::{
    actor::{Actor, Via},
    app::App,
    audit::{
        AuditedTx, Event, Happening, Value,
        header::Header,
        read::{self, EventFilter},
    },
    error::Fault,
};

/// Tells of a start, and of a review rule that is not that of the last start.
///
/// # Errors
/// [`Fault`] where the log cannot be written; then nothing may be started.
pub async fn tell_started(app: &App) -> Result<(), Fault> {
    let rule = app.config.review.rule;
    let actor = Actor::system(Via::Worker);
    let before = last_rule(app).await?;
    let mut events = Vec::new();
    if before.is_some_and(|before| before != rule.as_str()) {
        let changed =
            Happening::ConfigurationChanged { setting: "review_rule", to: rule.as_str().to_owned() };
        events.push(Event::installation(app, &actor, changed));
    }
    let environments = app.endpoints.roots.iter().map(|(environment, _)| environment.to_string()).collect();
    let started = started(environments, rule);
    events.push(Event::installation(app, &actor, started));
    AuditedTx::begin(app).await?.commit(events).await.map(drop)
}

/// Tells of a stop in order.
///
/// # Errors
/// [`Fault`] where the log cannot be written.
pub async fn tell_stopped(app: &App) -> Result<(), Fault> {
    let event = Event::installation(app, &Actor::system(Via::Worker), Happening::Stopped {});
    AuditedTx::begin(app).await?.commit_one(event).await.map(drop)
}

fn started(environments: Vec<String>, rule: ReviewRule) -> Happening {
    Happening::Started { version: env!("CARGO_PKG_VERSION"), environments, rule: rule.as_str() }
}

/// The rule of the last start, as the log tells it.
async fn last_rule(app: &App) -> Result<Option<String>, Fault> {
    let filter = EventFilter { kind: Some("system.started".to_owned()), ..EventFilter::default() };
    let Some(last) = read::list(app, &filter, 1).await?.pop() else { return Ok(None) };
    let header = Header::parse_line(&last.header).map_err(|error| Fault::Event(error.to_string()))?;
    match header.facts.get("rule") {
        Some(Value::String(rule)) => Ok(Some(rule.clone())),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    async fn told(app: &App) -> Vec<String> {
        let events = read::tail(&app.db, 0, 10).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    #[tokio::test]
    async fn a_start_tells_its_rule_and_the_next_one_sees_it() {
        let test = testing::app().await;
        assert_eq!(last_rule(&test.app).await.unwrap(), None);
        tell_started(&test.app).await.unwrap();
        assert_eq!(last_rule(&test.app).await.unwrap().as_deref(), Some("second_person"));
        tell_started(&test.app).await.unwrap();
        tell_stopped(&test.app).await.unwrap();
        assert_eq!(told(&test.app).await, ["system.started", "system.started", "system.stopped"]);
    }
}
