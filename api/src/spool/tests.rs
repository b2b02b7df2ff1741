//! What is kept, found, set aside, forgotten and told.

use std::fs;

use super::*;
use crate::testing;

fn path(app: &App, name: &str) -> std::path::PathBuf {
    app.data_dir.file(FOLDER).join(name)
}

#[tokio::test]
async fn what_is_kept_is_read_again_until_it_is_forgotten() {
    let test = testing::app().await;
    let (app, name) = (&test.app, name("send", "att_1"));
    assert!(list(app, "send").unwrap().is_empty());
    assert!(keep(app, &name, &("one", 1)).await && keep(app, &name, &("two", 2)).await);
    assert_eq!(list(app, "send").unwrap(), ["send.att_1.result"]);
    assert!(list(app, "tokens").unwrap().is_empty());
    assert_eq!(read::<(String, i32)>(app, &name).unwrap(), Some(("two".to_owned(), 2)));
    assert!(forget(app, &name).await);
    assert_eq!(read::<i32>(app, &name).unwrap(), None);
    assert!(list(app, "send").unwrap().is_empty());
    assert!(is_writable(app));
}

#[tokio::test]
async fn what_is_cut_changed_renamed_or_strange_is_not_used() {
    let test = testing::app().await;
    let (app, name) = (&test.app, name("send", "att_1"));
    keep(app, &name, &7).await;
    let whole = fs::read_to_string(path(app, &name)).unwrap();
    let (head, body) = whole.trim_end().rsplit_once('\n').unwrap();
    let digest = hex::encode(Sha256::digest("8"));
    let (first, seal) = (head.lines().next().unwrap(), head.lines().nth(2).unwrap());
    let bad = [
        String::new(),
        whole[..whole.len() / 2].to_owned(),
        whole.replace(VERSION, "countersign spool 2"),
        format!("{head}\n8\n"),
        format!("{first}\nsha256 {digest}\n{seal}\n8\n"),
        whole.replace("seal ", "seal zz"),
    ];
    for text in bad {
        fs::write(path(app, &name), &text).unwrap();
        assert!(matches!(read::<i32>(app, &name), Err(Unusable::Bad(_))), "{text}");
    }
    fs::write(path(app, &name), &whole).unwrap();
    assert_eq!((read::<i32>(app, &name).unwrap(), body), (Some(7), "7"));
    assert!(matches!(read::<String>(app, &name), Err(Unusable::Bad(_))), "another shape");
    fs::write(path(app, "send.att_2.result"), &whole).unwrap();
    assert!(matches!(read::<i32>(app, "send.att_2.result"), Err(Unusable::Bad(_))), "another's name");
}

#[tokio::test]
async fn what_is_set_aside_is_counted_and_never_lost() {
    let test = testing::app().await;
    let (app, name) = (&test.app, name("send", "att_1"));
    for kept in 1..=3 {
        keep(app, &name, &kept).await;
        set_aside(app, &name, "a test");
        assert_eq!(contents(app).unwrap(), Contents { kept: 0, set_aside: kept });
    }
    assert!(list(app, "send").unwrap().is_empty());
}

#[tokio::test]
async fn whatever_is_wrong_with_one_the_others_have_their_turn() {
    let test = testing::app().await;
    let app = &test.app;
    for (id, facts) in [("att_1", 1), ("att_3", 3), ("att_4", 4)] {
        keep(app, &name("send", id), &facts).await;
    }
    fs::write(path(app, "send.att_0.result"), "nonsense").unwrap();
    fs::create_dir(path(app, "send.att_2.result")).unwrap();
    keep(app, &name("tokens", "grt_1-2"), &9).await;
    let mut found = each::<i32>(app, "send");
    assert_eq!(found.next(), Some(("send.att_1.result".to_owned(), 1)));
    // Somebody settles it before it has its turn.
    assert!(forget(app, "send.att_3.result").await);
    assert_eq!(found.collect::<Vec<_>>(), [("send.att_4.result".to_owned(), 4)]);
    assert_eq!(contents(app).unwrap(), Contents { kept: 4, set_aside: 1 });
    assert_eq!(each::<i32>(app, "tokens").count(), 1);
}

#[tokio::test]
async fn a_file_whose_writer_died_before_the_rename_is_found() {
    let test = testing::app().await;
    let (app, name) = (&test.app, name("send", "att_1"));
    keep(app, &name, &7).await;
    fs::rename(path(app, &name), path(app, &format!(".{name}.4711.0"))).unwrap();
    assert!(list(app, "send").unwrap().is_empty());
    finish_names(app).unwrap();
    assert_eq!(read::<i32>(app, &name).unwrap(), Some(7));
    fs::write(path(app, &format!(".{name}.4711.1")), "half").unwrap();
    finish_names(app).unwrap();
    assert_eq!((list(app, "send").unwrap().len(), read::<i32>(app, &name).unwrap()), (1, Some(7)));
}

#[tokio::test]
async fn each_reason_is_told_once_until_it_is_gone() {
    let test = testing::app().await;
    let (app, told) = (&test.app, test.app.memory.of::<Told>());
    let is_news = |name: &str, why: &str| told.is_news(name, "it stays", why);
    assert!(is_news("send.att_1.result", "no right") && !is_news("send.att_1.result", "no right"));
    assert!(is_news("send.att_1.result", "a bad disk"), "another reason is another thing to mend");
    assert!(is_news(FOLDER, "a bad disk") && !is_news(FOLDER, "a bad disk"));
    // The folder can be read, and the file is gone.
    assert_eq!(each::<i32>(app, "send").count(), 0);
    assert!(is_news(FOLDER, "a bad disk") && !is_news("send.att_1.result", "a bad disk"));
    assert!(forget(app, "send.att_1.result").await);
    assert!(is_news("send.att_1.result", "no right"));
}

#[tokio::test]
async fn a_spool_that_cannot_be_written_is_told_and_nothing_else_breaks() {
    let test = testing::app().await;
    fs::write(test.app.data_dir.file(FOLDER), "no folder").unwrap();
    assert!(!keep(&test.app, "send.att_1.result", &7).await);
    assert!(!is_writable(&test.app));
    assert!(list(&test.app, "send").unwrap().is_empty());
}
