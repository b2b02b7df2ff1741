//! What a person allows us at Pinterest.
//!
//! Pinterest wants scopes joined by commas when it is asked, and answers with commas or spaces.

use std::collections::BTreeSet;
use std::fmt;

/// A permission that Pinterest knows by this name. Those that we never ask for are known too, so that one that was
/// granted all the same can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// `user_accounts:read`
    UserAccountsRead,
    /// `boards:read`
    BoardsRead,
    /// `boards:write`
    BoardsWrite,
    /// `pins:read`
    PinsRead,
    /// `pins:write`
    PinsWrite,
    /// `boards:read_secret`
    BoardsReadSecret,
    /// `boards:write_secret`
    BoardsWriteSecret,
    /// `pins:read_secret`
    PinsReadSecret,
    /// `pins:write_secret`
    PinsWriteSecret,
    /// `user_accounts:write`
    UserAccountsWrite,
    /// `ads:read`
    AdsRead,
    /// `ads:write`
    AdsWrite,
    /// `billing:read`
    BillingRead,
    /// `billing:write`
    BillingWrite,
    /// `biz_access:read`
    BizAccessRead,
    /// `biz_access:write`
    BizAccessWrite,
    /// `catalogs:read`
    CatalogsRead,
    /// `catalogs:write`
    CatalogsWrite,
    /// `msot:write`
    MsotWrite,
}

impl Scope {
    /// Every scope that Pinterest has published.
    pub const ALL: [Scope; 19] = [
        Scope::UserAccountsRead,
        Scope::BoardsRead,
        Scope::BoardsWrite,
        Scope::PinsRead,
        Scope::PinsWrite,
        Scope::BoardsReadSecret,
        Scope::BoardsWriteSecret,
        Scope::PinsReadSecret,
        Scope::PinsWriteSecret,
        Scope::UserAccountsWrite,
        Scope::AdsRead,
        Scope::AdsWrite,
        Scope::BillingRead,
        Scope::BillingWrite,
        Scope::BizAccessRead,
        Scope::BizAccessWrite,
        Scope::CatalogsRead,
        Scope::CatalogsWrite,
        Scope::MsotWrite,
    ];

    /// Pinterest's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Scope::UserAccountsRead => "user_accounts:read",
            Scope::BoardsRead => "boards:read",
            Scope::BoardsWrite => "boards:write",
            Scope::PinsRead => "pins:read",
            Scope::PinsWrite => "pins:write",
            Scope::BoardsReadSecret => "boards:read_secret",
            Scope::BoardsWriteSecret => "boards:write_secret",
            Scope::PinsReadSecret => "pins:read_secret",
            Scope::PinsWriteSecret => "pins:write_secret",
            Scope::UserAccountsWrite => "user_accounts:write",
            Scope::AdsRead => "ads:read",
            Scope::AdsWrite => "ads:write",
            Scope::BillingRead => "billing:read",
            Scope::BillingWrite => "billing:write",
            Scope::BizAccessRead => "biz_access:read",
            Scope::BizAccessWrite => "biz_access:write",
            Scope::CatalogsRead => "catalogs:read",
            Scope::CatalogsWrite => "catalogs:write",
            Scope::MsotWrite => "msot:write",
        }
    }

    /// What it lets us do, and what we use it for.
    pub fn words(self) -> &'static str {
        match self {
            Scope::UserAccountsRead => "See the account's name, to confirm that it is the right one",
            Scope::BoardsRead => "List the boards, to choose where a Pin goes",
            Scope::BoardsWrite => "Put Pins on boards, and create a board with New board",
            Scope::PinsRead => "Read the Pins on a board, to see whether one of ours arrived",
            Scope::PinsWrite => "Create the Pins that were countersigned",
            Scope::BoardsReadSecret => "See secret boards; not used here",
            Scope::BoardsWriteSecret => "Change secret boards; not used here",
            Scope::PinsReadSecret => "Read Pins on secret boards; not used here",
            Scope::PinsWriteSecret => "Create Pins on secret boards; not used here",
            Scope::UserAccountsWrite => "Change the account; not used here",
            Scope::AdsRead | Scope::AdsWrite => "Advertising; not used here",
            Scope::BillingRead | Scope::BillingWrite => "Billing; not used here",
            Scope::BizAccessRead | Scope::BizAccessWrite => "Business access; not used here",
            Scope::CatalogsRead | Scope::CatalogsWrite => "Product catalogues; not used here",
            Scope::MsotWrite => "Measurement; not used here",
        }
    }

    /// Whether it lets its holder change something.
    pub fn is_write(self) -> bool {
        self.name().contains(":write")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of scopes. Shown, it is as Pinterest wants it when asked: joined by commas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// What creating a Pin needs: Pinterest wants all five for it.
    pub fn publishing() -> Self {
        Scopes(BTreeSet::from([
            Scope::UserAccountsRead,
            Scope::BoardsRead,
            Scope::BoardsWrite,
            Scope::PinsRead,
            Scope::PinsWrite,
        ]))
    }

    /// What browsing one's own boards needs; nothing that changes anything.
    pub fn browsing() -> Self {
        Scopes(BTreeSet::from([Scope::UserAccountsRead, Scope::BoardsRead, Scope::PinsRead]))
    }

    /// What proving whose account it is needs.
    pub fn identity() -> Self {
        Scopes(BTreeSet::from([Scope::UserAccountsRead]))
    }

    /// Reads an answer: names separated by commas, spaces or both. A name that Pinterest has not published grants nothing
    /// that we use, and is passed over.
    pub fn parse(answer: &str) -> Self {
        let names = answer.split(|c: char| c == ',' || c.is_whitespace());
        names.filter_map(|name| Scope::ALL.into_iter().find(|scope| scope.name() == name)).collect()
    }

    /// Whether this one was granted.
    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// What of `needed` is not here.
    pub fn missing(&self, needed: &Scopes) -> Scopes {
        Scopes(needed.0.difference(&self.0).copied().collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, those for publishing first.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// Pinterest's names, for a record.
    pub fn names(&self) -> Vec<&'static str> {
        self.iter().map(Scope::name).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Scopes(scopes.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_joins_by_commas() {
        let asked = "user_accounts:read,boards:read,boards:write,pins:read,pins:write";
        assert_eq!(Scopes::publishing().to_string(), asked);
        assert_eq!(Scopes::browsing().to_string(), "user_accounts:read,boards:read,pins:read");
        assert!(Scopes::browsing().iter().all(|scope| !scope.is_write()));
    }

    #[test]
    fn answers_come_with_commas_or_spaces() {
        for answer in [
            "user_accounts:read,boards:read,boards:write,pins:read,pins:write",
            "pins:write pins:read boards:write boards:read user_accounts:read",
            " user_accounts:read, boards:read,  boards:write,,pins:read pins:write pins:write future:scope ",
        ] {
            assert_eq!(Scopes::parse(answer), Scopes::publishing(), "{answer}");
        }
        assert!(Scopes::parse("").is_empty());
        assert!(Scopes::parse("PINS:WRITE pins pins:writes").is_empty(), "nothing is guessed");
    }

    #[test]
    fn what_is_missing_is_named() {
        let granted = Scopes::parse("user_accounts:read,boards:read,pins:read,boards:write,ads:read");
        let missing = granted.missing(&Scopes::publishing());
        assert_eq!(missing.names(), ["pins:write"]);
        assert!(Scopes::publishing().missing(&Scopes::browsing()).is_empty());
        assert!(!granted.contains(Scope::PinsWrite) && granted.contains(Scope::AdsRead));
    }

    #[test]
    fn every_scope_has_its_own_name_and_words() {
        let names: BTreeSet<_> = Scope::ALL.iter().map(|scope| scope.name()).collect();
        assert_eq!(names.len(), Scope::ALL.len());
        for scope in Scope::ALL {
            assert_eq!(Scopes::parse(scope.name()).names(), [scope.name()]);
            assert_eq!(
                scope.words().contains("not used here"),
                !Scopes::publishing().contains(scope),
                "{scope}"
            );
        }
    }
}
