//! Everybody comes to every door with every kind of thing; by the API or by pages, which differ in how one knocks.

use std::future::Future;

use crate::answer::Answer;
use crate::doors::{Door, Thing};
use crate::harness::Harness;
use crate::objects::Ids;
use crate::visitors::{Proof, Visitor, everybody};
use crate::watch::Watch;

/// How one knocks at a door, and what one is answered.
pub trait Way: Sync {
    /// What a visitor shows.
    fn proof(&self, visitor: &Visitor) -> Proof;

    /// Tries a door with these ids.
    fn attempt(&self, visitor: &Visitor, ids: &Ids, door: &Door) -> impl Future<Output = Answer> + Send;

    /// What came instead of this refusal, a status and a code.
    fn instead_of_refusal(
        &self,
        proof: Proof,
        refusal: (u16, &str),
        door: &Door,
        answer: &Answer,
    ) -> Option<String>;

    /// What came instead of what is listed for whoever may use the door.
    fn instead_of_entry(&self, door: &Door, thing: Thing, answer: &Answer) -> Option<String>;
}

/// Lets everybody try all doors of `table`, those first who are refused, which must change nothing; then the others. How
/// many cells, a visitor at a door with a thing, `expected` has for one visitor is told by the list of all routes.
///
/// # Panics
/// If a cell is answered otherwise than the table says, or not all were tried.
pub async fn everybody_tries(way: &impl Way, table: &[Door], expected: usize) {
    let h = Harness::builder().tier(countersign_review_fixtures::Tier::Trial).start().await;
    let (stage, visitors) = everybody(&h).await;
    let foreign = Ids::of_things(&h, &stage).await;
    let (mut wrong, mut refused, mut let_in) = (Vec::new(), 0, 0);
    for visitor in &visitors {
        let (watch, proof) = (Watch::begin(&h).await, way.proof(visitor));
        for (door, thing) in cells(table) {
            if let Some(refusal) = door.who.refuses(visitor, proof) {
                let answer = way.attempt(visitor, &thing.ids(visitor, &foreign), door).await;
                let found = way.instead_of_refusal(proof, refusal, door, &answer);
                wrong.extend(found.map(|found| cell(visitor, door, thing, &found)));
                refused += 1;
            }
        }
        watch.nothing_but_refusals(&h, &visitor.name).await;
    }
    for visitor in &visitors {
        let proof = way.proof(visitor);
        for (door, thing) in cells(table).filter(|(door, _)| door.who.refuses(visitor, proof).is_none()) {
            let answer = way.attempt(visitor, &thing.ids(visitor, &foreign), door).await;
            let found = way.instead_of_entry(door, thing, &answer);
            wrong.extend(found.map(|found| cell(visitor, door, thing, &found)));
            let_in += 1;
        }
    }
    let (doors, visits) = (table.len(), visitors.len());
    println!("{doors} doors, {visits} visitors: {refused} cells refused, {let_in} let in");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(refused + let_in, visits * expected);
    h.finish().await;
}

/// Each door with each thing, but what would end the visit.
fn cells(table: &[Door]) -> impl Iterator<Item = (&Door, Thing)> {
    let tried = |door: &Door, thing: Thing| thing != Thing::Own || !door.answers(thing).is_empty();
    let all = table.iter().flat_map(|door| door.things().iter().map(move |thing| (door, *thing)));
    all.filter(move |(door, thing)| tried(door, *thing))
}

fn cell(visitor: &Visitor, door: &Door, thing: Thing, found: &str) -> String {
    format!("{}: {} {} {thing:?}: {found}", visitor.name, door.method, door.path)
}
