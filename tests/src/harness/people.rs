//! The people of an installation, made as people are made: by an admin, with a one-time link.

use std::sync::Arc;

use serde_json::json;

use super::Harness;
use crate::actor::Actor;
use crate::actor::link_of;
use crate::captured::Forbidden;

impl Harness {
    /// Somebody who is not signed in, with a browser of their own.
    pub fn anonymous(&self) -> Actor {
        Actor::nobody(Arc::clone(&self.place), Arc::clone(&self.captured))
    }

    /// The address of the link that was printed at the start for somebody with this role.
    pub fn printed_link(&self, role: &str) -> String {
        let links = &self.running().running.links;
        let found = links.iter().find(|link| format!("{:?}", link.roles).to_lowercase().contains(role));
        found.map(|link| link.url.to_string()).unwrap_or_else(|| panic!("no link was printed for {role}"))
    }

    /// The admin who was there first, by the printed link.
    pub async fn founder(&self) -> Actor {
        if let Some(known) = self.known("founder").await {
            return known;
        }
        let mut founder = self.anonymous();
        let session = founder.sign_in_by_link(&self.printed_link("admin")).await;
        session.is(201);
        let operator = &session.json()["operator"];
        founder.name = "founder".into();
        founder.email = operator["email"].as_str().unwrap().to_owned();
        founder.id = operator["id"].as_str().unwrap().to_owned();
        self.set_password(&mut founder).await;
        self.people.lock().await.push(founder.clone());
        founder
    }

    /// A person of this name with these roles, signed in. The same name is the same person.
    pub async fn person(&self, name: &str, roles: &[&str]) -> Actor {
        if let Some(known) = self.known(name).await {
            return known;
        }
        let mut person = self.anonymous();
        person.name = name.to_owned();
        person.email = format!("{}@halden.example", name.to_lowercase().replace(' ', "."));
        let made = self.founder().await.invite(name, &person.email, roles).await;
        made.is(201);
        let session = person.sign_in_by_link(&link_of(&made.json())).await;
        session.is(201);
        person.id = session.json()["operator"]["id"].as_str().unwrap().to_owned();
        self.set_password(&mut person).await;
        self.people.lock().await.push(person.clone());
        person
    }

    /// Somebody who may write and nothing else.
    pub async fn author(&self) -> Actor {
        self.person("Ada Author", &["author"]).await
    }

    /// Somebody who may decide and nothing else.
    pub async fn reviewer(&self) -> Actor {
        self.person("Rosa Reviewer", &["reviewer"]).await
    }

    /// The reviewer in a browser of their own that has just signed in: for a look after a long time.
    pub async fn reviewer_again(&self) -> Actor {
        let reviewer = self.reviewer().await.in_another_browser();
        reviewer.sign_in().await.is(201);
        reviewer
    }

    /// Somebody who may arrange things and nothing else.
    pub async fn admin(&self) -> Actor {
        self.person("Alma Admin", &["admin"]).await
    }

    /// Somebody who may read the log and nothing else.
    pub async fn auditor(&self) -> Actor {
        self.person("Otto Auditor", &["auditor"]).await
    }

    /// A program that acts for the author.
    pub async fn token(&self, scopes: &[&str]) -> Actor {
        let owner = self.person("Tove Tokens", &["author", "reviewer", "admin", "auditor"]).await;
        self.token_of(&owner, scopes).await
    }

    /// A program that acts for `owner`, who must be an admin.
    pub async fn token_of(&self, owner: &Actor, scopes: &[&str]) -> Actor {
        let made = owner.make_token("a script", scopes).await;
        let made = made.is(201).json();
        owner.with_bearer(made["token"].as_str().unwrap())
    }

    async fn known(&self, name: &str) -> Option<Actor> {
        self.people.lock().await.iter().find(|person| person.name == name).cloned()
    }

    async fn set_password(&self, person: &mut Actor) {
        person.password = format!("canary of {} 4417", person.name);
        self.captured.secret("a password", &person.password, Forbidden::Everywhere);
        person.put("/me/password", json!({"new": person.password})).await.ok();
    }
}
