use super::*;

/// Returns the sentences, one per line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

#[test]
fn what_forbids_asks_or_reports_is_no_request() {
    let still = concat!(include_str!("still.en.txt"), include_str!("still.zh.txt"));
    assert!(lines(still).count() > 300);
    let taken: Vec<&str> = lines(still)
        .filter(|line| SpeechAct::of(line).is_request())
        .collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn a_not_in_a_harmless_place_does_not_hinder_a_request() {
    let requests = concat!(
        include_str!("request.en.txt"),
        include_str!("request.zh.txt")
    );
    assert!(lines(requests).count() > 300);
    let refused: Vec<&str> = lines(requests)
        .filter(|line| !SpeechAct::of(line).is_request())
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn each_kind_is_told_from_the_others() {
    use SpeechAct::*;
    for (sentence, act) in [
        ("put the red cube in the blue bowl", Request),
        ("do not put the red cube in the blue bowl", Prohibition),
        ("don’t touch the red cube", Prohibition),
        ("leave the red cube alone", Prohibition),
        ("stop putting the red cube in the blue bowl", Prohibition),
        ("Stop!", Cancellation),
        ("never mind, forget it", Cancellation),
        ("put the red cube in the bowl. no, don't", Cancellation),
        (
            "put the red cube in the bowl, no wait, the green one",
            Request,
        ),
        ("is the red cube in the blue bowl?", Question),
        ("how many cubes are there", Question),
        ("we do have a tray, don't we?", Question),
        ("where is the red cube?", Location),
        ("I already put the red cube in the blue bowl", Report),
        ("the red cube is in the blue bowl", Report),
        ("put everything except the red cube in the bowl", Request),
        (
            "any cube will do for the bowl so long as it is not red",
            Request,
        ),
        (
            "put the cube in the bowl but do not touch the ball",
            Request,
        ),
        ("不要把红色方块放进蓝色碗里", Prohibition),
        ("別碰紅色方塊", Prohibition),
        ("红色方块在碗里吗？", Question),
        ("红色方块在哪里", Location),
        ("我已经把红色方块放进碗里了", Report),
        ("把不是蓝色的方块放进碗里", Request),
        ("算了", Cancellation),
        ("", Request),
    ] {
        assert_eq!(SpeechAct::of(sentence), act, "{sentence}");
    }
}

#[test]
fn what_a_not_reaches_over_is_forbidden() {
    for sentence in [
        "do not lift, push or nudge the red cube",
        "don't pick up the red cube and put it in the bowl",
        "do not, under any circumstances, move the cube",
        "never touch it or move it",
        "不要拿，推，碰那个红球",
    ] {
        assert_eq!(
            SpeechAct::of(sentence),
            SpeechAct::Prohibition,
            "{sentence}"
        );
    }
    for sentence in [
        "leave the ball alone and put the cube in the bowl",
        "stop dawdling and put the cube in the bowl",
        "don't just point at it, pick it up",
        "dont touch the ball put the cube in the bowl",
    ] {
        assert_eq!(SpeechAct::of(sentence), SpeechAct::Request, "{sentence}");
    }
}

#[test]
fn words_may_answer_anything_and_only_a_request_moves() {
    for act in [
        SpeechAct::Prohibition,
        SpeechAct::Cancellation,
        SpeechAct::Question,
        SpeechAct::Report,
    ] {
        for skill in Skill::ALL {
            let is_word = matches!(skill, Skill::Say | Skill::Ask | Skill::Done);
            assert_eq!(act.permits(skill), is_word, "{act:?} {skill:?}");
        }
    }
    assert!(SpeechAct::Location.permits(Skill::Point));
    assert!(!SpeechAct::Location.permits(Skill::Pick));
}

proptest::proptest! {
    #[test]
    fn any_text_is_told_apart(text in "\\PC{0,80}") {
        let _ = SpeechAct::of(&text);
    }
}
