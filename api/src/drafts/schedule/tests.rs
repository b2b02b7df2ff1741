use super::*;

fn berlin(local: &str, offset: Option<&str>) -> Result<PublishAt, ScheduleError> {
    PublishAt::new(local, "Europe/Berlin", offset)
}

#[test]
fn a_plain_time_is_due_when_the_wall_shows_it() {
    let winter = berlin("2026-12-01T09:00", None).expect("plain");
    assert_eq!(winter.due_at_micros(), Ok(1_796_112_000_000_000));
    assert_eq!((winter.local(), winter.zone(), winter.offset()), ("2026-12-01T09:00", "Europe/Berlin", None));
    let summer = berlin("2026-07-01T09:00", None).expect("plain");
    assert_eq!(summer.due_at_micros(), Ok(1_782_889_200_000_000));
    assert_eq!(describe(1_796_112_000_000_000, "Europe/Berlin"), "Tue 1 Dec 2026, 09:00 Europe/Berlin");
    assert_eq!(describe(1_796_112_000_000_000, "Asia/Kathmandu"), "Tue 1 Dec 2026, 13:45 Asia/Kathmandu");
    assert_eq!(describe(1_796_112_000_000_000, "Nowhere"), "Tue 1 Dec 2026, 08:00 UTC");
}

#[test]
fn a_skipped_time_is_refused_and_the_jump_is_named() {
    let error = berlin("2026-03-29T02:30", None).expect_err("skipped");
    assert_eq!(error.code(), "time_skipped");
    assert_eq!(
        error.to_string(),
        "Sun 29 Mar 2026, 02:30 does not exist in Europe/Berlin: the clocks jump from Sun 29 Mar 2026, 02:00 to \
         Sun 29 Mar 2026, 03:00. Choose a time before or after the jump."
    );
    // No offset helps.
    assert_eq!(berlin("2026-03-29T02:30", Some("+01:00")), Err(error));
    assert!(berlin("2026-03-29T01:59", None).is_ok() && berlin("2026-03-29T03:00", None).is_ok());
}

#[test]
fn a_skipped_day_and_a_jump_far_ahead_are_named_too() {
    let samoa = PublishAt::new("2011-12-30T12:00", "Pacific/Apia", None).expect_err("a day that was not");
    assert!(samoa.to_string().contains("from Fri 30 Dec 2011, 00:00 to Sat 31 Dec 2011, 00:00"), "{samoa}");
    let far = PublishAt::new("2071-03-08T02:15", "America/New_York", None).expect_err("skipped");
    assert!(far.to_string().contains("from Sun 8 Mar 2071, 02:00 to Sun 8 Mar 2071, 03:00"), "{far}");
}

#[test]
fn a_time_that_comes_twice_needs_its_offset() {
    let error = berlin("2026-10-25T02:30", None).expect_err("twice");
    assert_eq!(error.code(), "time_ambiguous");
    let ScheduleError::Ambiguous { first, second, .. } = &error else { panic!("{error}") };
    let first = berlin("2026-10-25T02:30", Some(first)).expect("offered");
    let second = berlin("2026-10-25T02:30", Some(second)).expect("offered");
    assert_eq!((first.offset(), second.offset()), (Some("+02:00"), Some("+01:00")));
    let hour = second.due_at_micros().expect("due") - first.due_at_micros().expect("due");
    assert_eq!(hour, 3_600_000_000);
    let wrong = berlin("2026-10-25T02:30", Some("+03:00")).expect_err("neither");
    assert_eq!(wrong.code(), "offset_wrong");
    assert!(wrong.to_string().contains("+02:00 or +01:00"), "{wrong}");
    let due = first.due_at_micros().expect("due");
    assert_eq!(describe(due, "Europe/Berlin"), "Sun 25 Oct 2026, 02:30 (+02:00) Europe/Berlin");
}

#[test]
fn an_offset_that_is_not_needed_is_dropped_if_right_and_refused_if_wrong() {
    assert_eq!(berlin("2026-12-01T09:00", Some("+01:00")), berlin("2026-12-01T09:00", None));
    let wrong = berlin("2026-12-01T09:00", Some("+02:00")).expect_err("summer's");
    assert_eq!(wrong.code(), "offset_wrong");
}

/// The wall time of a moment in a zone, by the library that knows zones.
fn at_moment(micros: i64, zone: &str) -> PublishAt {
    let time_zone = time_zone(zone).expect("a known zone");
    let moment = Timestamp::from_microsecond(micros).expect("a plausible year");
    let local = time_zone.to_datetime(moment).strftime("%Y-%m-%dT%H:%M").to_string();
    PublishAt::new(&local, zone, Some(&offset_text(time_zone.to_offset(moment)))).expect("it is on the clock")
}

#[test]
fn moments_become_wall_times_and_are_the_same_moments_again() {
    let zones = ["Europe/Berlin", "UTC", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham"];
    for zone in zones {
        // Every hour and a half of a year, both changes of the clocks included.
        for step in 0..5840 {
            let micros = (1_767_225_600 + step * 5400) * 1_000_000;
            let at = at_moment(micros, zone);
            assert_eq!(at.due_at_micros(), Ok(micros), "{at:?}");
        }
    }
    let odd = at_moment(1_796_112_059_999_999, "UTC");
    assert_eq!(odd.local(), "2026-12-01T08:00");
}

#[test]
fn only_the_one_form_and_known_zones_are_taken() {
    for local in [
        "",
        "2026-12-01",
        "2026-12-01 09:00",
        "2026-12-01T09:00:00",
        "2026-12-01T9:00",
        "2026-02-30T09:00",
        "2026-12-01T24:00",
        "2026-12-01T09:60",
        "0000-01-01T00:00",
        "٢٠٢٦-12-01T",
        "tomorrow",
        "+026-12-01T09:00",
    ] {
        assert_eq!(berlin(local, None), Err(ScheduleError::Local), "{local}");
        assert_eq!(PublishAt::stored(local, "UTC", None), None, "{local}");
    }
    for zone in
        ["", "Berlin", "CEST", "+01:00", "Europe/Berlin ", "../../etc/passwd", "<UTC>0", "Europe/Bérlin"]
    {
        assert_eq!(PublishAt::new("2026-12-01T09:00", zone, None), Err(ScheduleError::Zone), "{zone}");
    }
    let named = PublishAt::new("2026-12-01T09:00", "europe/berlin", None).expect("known");
    assert_eq!(named.zone(), "Europe/Berlin", "the name is stored as the list has it");
}

#[test]
fn stored_times_keep_what_was_approved() {
    let stored = PublishAt::stored("2026-03-29T02:30", "Europe/Berlin", Some("+01:00")).expect("of the form");
    assert_eq!(stored.offset(), Some("+01:00"));
    assert_eq!(stored.due_at_micros().expect_err("by today's rules").code(), "time_skipped");
}

#[test]
fn the_list_of_zones_can_be_chosen_from() {
    let names = zone_names();
    assert!(names.len() > 400);
    for name in names {
        assert!(PublishAt::new("2026-12-01T09:00", &name, None).is_ok(), "{name}");
    }
}
