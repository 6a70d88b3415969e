use super::*;

/// Returns the sentences, one per line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty())
}

#[test]
fn what_forbids_asks_or_reports_is_no_request() {
    let still = concat!(
        include_str!("no_action.en.txt"),
        include_str!("no_action.zh.txt")
    );
    assert!(lines(still).count() > 300);
    let taken: Vec<&str> = lines(still)
        .filter(|line| SpeechAct::of_instruction(line).is_request())
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
        .filter(|line| !SpeechAct::of_instruction(line).is_request())
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
        assert_eq!(SpeechAct::of_instruction(sentence), act, "{sentence}");
    }
}

#[test]
fn small_talk_asks_for_nothing() {
    for said in [
        "hello",
        "Hello there, robot!",
        "hi",
        "good morning",
        "Good morning everyone, how are you today?",
        "how's it going?",
        "nice to meet you",
        "thank you",
        "thanks a lot for your help!",
        "Thank you so much, you are so kind.",
        "good job",
        "Well done, robot",
        "great work and thank you",
        "you rock",
        "you're the best",
        "That's great!",
        "bye",
        "see you tomorrow",
        "have a nice day :)",
        "good night, sleep well",
        "nice weather today",
        "what a lovely day, isn't it?",
        "it is so cold in here",
        "I'm so tired today",
        "I had such a long day",
        "so hungry",
        "hmm",
        "Hmmm...",
        "ok",
        "OK, thanks!",
        "okay, great",
        "yes, good job",
        "no worries",
        "haha",
        "Thanks 🙂",
        "你好",
        "您好！",
        "早上好，机器人",
        "谢谢",
        "謝謝你",
        "非常感谢，辛苦了",
        "做得真好！",
        "你真棒",
        "你好吗？",
        "再见",
        "明天见。",
        "今天天气真好啊",
        "我今天好累",
        "嗯",
        "好的，谢谢",
        "哈哈",
    ] {
        let act = SpeechAct::of_instruction(said);
        assert_eq!(act, SpeechAct::SmallTalk, "{said}");
        let reply = act.reply(said).unwrap();
        let offers = ["Tell me what I can do", "I will help", "请告诉我"];
        assert!(
            offers.iter().any(|it| reply.contains(it)),
            "{said}: {reply}"
        );
        assert!(
            !reply.ends_with(['?', '？']),
            "“OK” would answer it: {reply}"
        );
    }
}

#[test]
fn a_request_among_small_talk_is_a_request() {
    for said in [
        "hello, please put the red cube in the bowl",
        "hi robot put the red cube in the blue bowl",
        "thanks, now lift the ball",
        "Thank you. Again!",
        "ok go on with the cube",
        "go on",
        "continue",
        "carry on",
        "ok, continue",
        "good job, now the green one",
        "yes",
        "yes please",
        "hello, the cube",
        "hmm, the blue bowl",
        "good morning, tidy up",
        "你好，请把红色方块放进碗里",
        "谢谢，继续",
        "继续",
        "好的，把球拿起来",
    ] {
        assert_eq!(
            SpeechAct::of_instruction(said),
            SpeechAct::Request,
            "{said}"
        );
    }
    for (said, act) in [
        ("no", SpeechAct::Cancellation),
        ("no thanks", SpeechAct::Cancellation),
        ("never mind", SpeechAct::Cancellation),
        ("thanks, stop", SpeechAct::Cancellation),
        ("hello, where is the ball?", SpeechAct::Location),
        ("hello, do not touch the ball", SpeechAct::Prohibition),
        ("算了，谢谢", SpeechAct::Cancellation),
    ] {
        assert_eq!(SpeechAct::of_instruction(said), act, "{said}");
    }
}

#[test]
fn what_may_answer_a_question_is_no_small_talk_after_one() {
    let after = |reply: &str, said: &str| {
        let turn = ConversationTurn {
            instruction: "put it in the bowl".to_owned(),
            replies: vec![reply.to_owned()],
            handled: None,
        };
        SpeechAct::classify_after(&[turn], said)
    };
    let asked = "I could not pick red cube: it slipped. Shall I go on?";
    for said in [
        "ok",
        "OK, thanks",
        "yes, thank you",
        "fine",
        "great",
        "hot",
        "好的",
        "嗯",
    ] {
        assert_eq!(after(asked, said), SpeechAct::Request, "{said}");
        assert_eq!(after("要继续吗？", said), SpeechAct::Request, "{said}");
    }
    for said in ["ok", "OK, thanks", "great", "好的"] {
        assert_eq!(
            after("I put it there.", said),
            SpeechAct::SmallTalk,
            "{said}"
        );
    }
    for said in [
        "hello",
        "thank you",
        "good job",
        "hmm",
        "good night",
        "谢谢",
    ] {
        assert_eq!(after(asked, said), SpeechAct::SmallTalk, "{said}");
    }
    assert_eq!(after(asked, "no"), SpeechAct::Cancellation);
    assert_eq!(after(asked, "go on"), SpeechAct::Request);
}

#[test]
fn each_occasion_of_small_talk_is_answered_in_kind() {
    for (said, begins) in [
        ("hello", "Hello."),
        ("how are you?", "Hello."),
        ("hello, thank you", "You are welcome."),
        ("thanks, bye", "Goodbye."),
        ("hmm", "All right."),
        ("你好", "你好"),
        ("谢谢", "不客气"),
        ("再见", "再见"),
        ("哈哈", "好的"),
    ] {
        let reply = SpeechAct::of_instruction(said).reply(said).unwrap();
        assert!(reply.starts_with(begins), "{said}: {reply}");
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
            SpeechAct::of_instruction(sentence),
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
        assert_eq!(
            SpeechAct::of_instruction(sentence),
            SpeechAct::Request,
            "{sentence}"
        );
    }
}

#[test]
fn words_may_answer_anything_and_only_a_request_moves() {
    for act in [
        SpeechAct::Prohibition,
        SpeechAct::Cancellation,
        SpeechAct::Question,
        SpeechAct::Report,
        SpeechAct::SmallTalk,
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
        let _ = SpeechAct::of_instruction(&text);
    }
}
