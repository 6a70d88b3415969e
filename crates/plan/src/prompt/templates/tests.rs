//! Edited prompts, and what is wrong with some.

use super::*;

fn card() -> RobotCard {
    RobotCard {
        name: "so101".to_owned(),
        joints: 5,
        reach: 0.437,
        opening: Some(0.0652),
    }
}

fn edited(name: &str, text: &str) -> PromptTemplates {
    PromptTemplates::default().with_block(name, text, &format!("prompts/{name}"))
}

fn plan(templates: &PromptTemplates, situation: &Situation) -> String {
    templates.check().unwrap();
    templates.plan_prompt(situation, &Skill::ALL).unwrap()
}

#[test]
fn the_built_in_blocks_suit_every_situation() {
    for templates in [
        PromptTemplates::default(),
        PromptTemplates::default().with_robot(card()),
    ] {
        assert_eq!(templates.check(), Ok(()));
        assert!(!templates.is_edited());
    }
    // Where no block has anything to add, none leaves a gap.
    for situation in trials() {
        let text = plan(&PromptTemplates::default(), &situation);
        assert!(!text.contains("\n\n\n") && text.ends_with('\n'), "{text}");
    }
}

#[test]
fn an_edited_block_takes_the_place_of_the_built_in_one() {
    let templates = edited("role.txt", "Du planst für einen Arm.\r\nUnd zwar gut.");
    let text = plan(&templates, &trials()[0]);
    assert!(
        text.starts_with("Du planst für einen Arm.\nUnd zwar gut.\n\nSkills:\n"),
        "{text}"
    );
    assert!(templates.is_edited());
    let texts: Vec<(&str, &str)> = templates.blocks().collect();
    assert!(texts.contains(&("role.txt", "Du planst für einen Arm.\nUnd zwar gut.\n")));
}

#[test]
fn the_robot_card_is_told_only_where_it_is_asked_for() {
    let silent = PromptTemplates::default().with_robot(card());
    assert!(!plan(&silent, &trials()[0]).contains("so101"));
    let frame = format!(
        "{{% include \"robot.txt\" %}}\n{}",
        include_str!("../blocks/plan.txt")
    );
    let told = edited(FRAME, &frame);
    assert!(!plan(&told, &trials()[0]).contains("robot, "));
    let text = plan(&told.clone().with_robot(card()), &trials()[0]);
    for part in [
        "The robot, so101:\n- It has one arm of 5 joints",
        "up to 44 cm",
        "opens to 6.5 cm",
        "- It can pick, place",
    ] {
        assert!(text.contains(part), "{part} is missing from\n{text}");
    }
    let handless = RobotCard {
        opening: None,
        ..card()
    };
    assert!(plan(&told.with_robot(handless), &trials()[0]).contains("no gripper"));
}

#[test]
fn a_block_of_ones_own_can_be_included() {
    let own = edited("house.txt", "Nothing goes on the shelf.\n").with_block(
        "role.txt",
        "Plan.\n{% include \"house.txt\" %}\n",
        "r",
    );
    assert!(plan(&own, &trials()[0]).starts_with("Plan.\nNothing goes on the shelf.\n\n"));
}

#[test]
fn faults_are_found_before_anybody_is_asked() {
    for (name, text, line, what) in [
        ("role.txt", "Plan.\n{% if task %}", Some(2), "syntax error"),
        (
            "role.txt",
            "Plan.\n{{ taks }}",
            Some(2),
            "no variable `taks`",
        ),
        // Whatever branch it stands in.
        (
            "task.txt",
            "{% if is_request %}\na\n{% elif x %}b{% endif %}",
            Some(3),
            "no variable `x`",
        ),
        (
            "robot.txt",
            "{{ robot.arms }}",
            Some(1),
            "no variable `robot.arms`",
        ),
        (
            "scene.txt",
            "{% for it in objects %}\n{{ it.colour }}\n{% endfor %}",
            Some(2),
            "undefined",
        ),
        ("hand.txt", "a\nb\n{{ holding | shout }}", Some(3), "shout"),
        (
            "plan.txt",
            "{% include \"rôle.txt\" %}",
            Some(1),
            "rôle.txt",
        ),
        ("rol.txt", "Plan.", None, "role.txt"),
    ] {
        let error = edited(name, text).check().unwrap_err();
        let shown = error.to_string();
        assert_eq!(error.line, line, "{shown}");
        assert!(shown.starts_with(&format!("prompts/{name}")), "{shown}");
        assert!(error.what.contains(what), "{shown}");
        assert!(!shown.contains('\n'), "{shown}");
    }
}

#[test]
fn a_prompt_shows_the_task_and_the_objects_whichever_block_does() {
    let frame = include_str!("../blocks/plan.txt");
    let without = |block: &str| frame.replace(&format!("{{% include \"{block}\" %}}"), "");
    let (no_task, no_objects) = (without("task.txt"), without("scene.txt"));
    for (name, text, shown, what) in [
        (
            "plan.txt",
            no_task.as_str(),
            "does not show the task",
            "\"task.txt\"",
        ),
        (
            "plan.txt",
            no_objects.as_str(),
            "does not show the objects",
            "\"scene.txt\"",
        ),
        (
            "task.txt",
            "Do what you are told.\n",
            "does not show the task",
            "{{ task }}",
        ),
        (
            "task.txt",
            "{% if is_request %}{{ task }}{% endif %}\n",
            "does not always show the task",
            "{{ task }}",
        ),
        (
            "scene.txt",
            "There are {{ objects | length }} things.\n",
            "does not show the objects",
            "{{ object.name }}",
        ),
        // One thing is not all of them.
        (
            "scene.txt",
            "{% for it in objects %}{% if loop.first %}{{ it.name }}{% endif %}{% endfor %}\n",
            "does not show the objects",
            "for object",
        ),
    ] {
        let error = edited(name, text).check().unwrap_err();
        assert_eq!(
            (&*error.file, error.line),
            (&*format!("prompts/{name}"), None)
        );
        assert!(error.what.contains(shown), "{error}");
        assert!(error.what.contains(what), "{error}");
    }
    // Under other names, in other words, in capitals.
    let own = no_task.replace("{% include \"scene.txt\" %}", "{% include \"table.txt\" %}")
        + "\n{% include \"order.txt\" %}\n";
    let mut own = edited(FRAME, &own);
    for (name, text) in [
        (
            "table.txt",
            "{{ objects | map(attribute=\"name\") | join(\", \") | upper }}\n",
        ),
        ("order.txt", "{% include \"words.txt\" %}\n"),
        ("words.txt", "You are told: {{ task | title }}\n"),
    ] {
        own = own.with_block(name, text, name);
    }
    assert!(own.is_edited());
    assert_eq!(own.check(), Ok(()));
}

#[test]
fn the_words_of_a_trial_ask_for_a_deed_and_for_none() {
    let situations = essentials::probe_situations();
    let deeds = situations.iter().filter(|it| it.speech_act().is_request());
    assert_eq!(2 * deeds.count(), situations.len());
}

#[test]
fn what_is_shown_is_never_read_as_a_template() {
    let situation = Situation {
        instruction: "{{ robot }} {% include \"role.txt\" %}".to_owned(),
        holding: Some("{{ task }}".to_owned()),
        ..Situation::default()
    };
    let text = plan(&PromptTemplates::default(), &situation);
    assert!(
        text.contains("Task: {{ robot }} {% include \"role.txt\" %}\n"),
        "{text}"
    );
    assert!(text.contains("The gripper holds: {{ task }}\n"), "{text}");
}

#[test]
fn a_thought_is_asked_for_where_there_is_to_be_one() {
    let situation = Situation {
        thought_tokens: Some(70),
        ..Situation::default()
    };
    let text = plan(&PromptTemplates::default(), &situation);
    assert!(
        text.contains(r#"{"thought": "...", "steps": [...]}: first a thought of at most 50 words"#),
        "{text}"
    );
    assert!(!plan(&PromptTemplates::default(), &Situation::default()).contains("thought"));
}
